/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding formats that go through a whole pipeline, with the sub-devices' TRY formats: nothing is changed. */
#ifndef PIPELINE_SEARCH_H
#define PIPELINE_SEARCH_H

#include "device/format/enumerate.h"
#include "pipeline/route.h"

struct search_request {
	uint32_t width, height; /* 0: any, rather that of the node */
	const uint32_t *fourccs;
	unsigned n_fourccs;  /* 0: any, rather that of the node */
	struct fraction fps; /* 0/0: any; else rather a mode of the source that has it */
};

/* What each link of the route carries, and what the node makes of it. */
struct search_result {
	struct v4l2_mbus_framefmt links[ROUTE_MAX];
	struct node_format node;
	uint64_t cost; /* how far from the request; UINT64_MAX: nothing goes through, because of: */
	struct mismatch mismatch;
};

/* From the source on each source pad is given one format after the other, what it makes of that goes to the
 * next sink pad, and so on to the node, until one comes out there as requested; else the nearest is the
 * result. */
void search_run(const struct route *route, struct device *video, const struct search_request *request,
		struct search_result *result);
/* As enumerate_modes(), of what comes out of the whole pipeline, at the rates that the source lists. Of a
 * scaler what needs no enlarging is listed, or the given size. */
int search_modes(const struct route *route, struct device *video, uint32_t width, uint32_t height,
		 enumerate_visit *visit, void *opaque);
/* But for the rate. */
bool search_is_as_requested(const struct search_result *result);
/* Sets what the pad sends, as pad_set_format(). Of some scalers that is the size of the compose rectangle of
 * the sink pad, which is then set; sink NULL: it has none. */
int search_set_source(const struct pad *sink, const struct pad *source, uint32_t which,
		      struct v4l2_mbus_framefmt *format);
/* Sets a sub-device's crop and compose rectangles of the sink pad, where it has them, to the whole of what it
 * is sent: a scaler otherwise uses a part of it. */
void search_set_whole(const struct pad *sink, uint32_t which, const struct v4l2_mbus_framefmt *format);

#endif
