/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds formats that match along a whole pipeline, by TRY formats of the sub-devices: nothing is changed. */
#ifndef PIPELINE_SEARCH_H
#define PIPELINE_SEARCH_H

#include "device/format/enumerate.h"
#include "pipeline/route.h"

struct search_request {
	uint32_t width, height; /* 0: any, preferably the node's */
	const uint32_t *fourccs;
	unsigned n_fourccs;  /* 0: any, preferably the node's */
	struct fraction fps; /* 0/0: any; else preferably a mode of the source with this rate */
};

/* The format of each link of the route, and the node's. */
struct search_result {
	struct v4l2_mbus_framefmt links[ROUTE_MAX];
	struct node_format node;
	uint64_t cost; /* distance from the request; UINT64_MAX: no formats match, because of: */
	struct mismatch mismatch;
};

/* From the source on, sets each source pad to one format after the other, and the next sink pad to the
 * result, up to the node, until the node has the requested format; else the result is the nearest. */
void search_run(const struct route *route, struct device *video, const struct search_request *request,
		struct search_result *result);
/* As enumerate_modes(), for the whole pipeline, at the rates that the source lists. For a scaler, lists sizes
 * that need no enlarging, or the given size. */
int search_modes(const struct route *route, struct device *video, uint32_t width, uint32_t height,
		 enumerate_visit *visit, void *opaque);
/* Ignores the rate. */
bool search_is_as_requested(const struct search_result *result);
/* Sets the format that the pad sends, as pad_set_format(). For some scalers its size is that of the compose
 * rectangle of the sink pad, which is then set; sink NULL: none. */
int search_set_source(const struct pad *sink, const struct pad *source, uint32_t which,
		      struct v4l2_mbus_framefmt *format);
/* Sets the crop and compose rectangles of the sink pad of a sub-device, if it has them, to the whole of its
 * input: otherwise a scaler uses a part of it. */
void search_set_whole(const struct pad *sink, uint32_t which, const struct v4l2_mbus_framefmt *format);

#endif
