/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The media pipeline in front of a video node: sub-devices that must be set to matching formats before the
 * node can stream. Only for drivers that leave this to programs (V4L2_CAP_IO_MC); others set their
 * sub-devices themselves.
 */
#ifndef PIPELINE_PIPELINE_H
#define PIPELINE_PIPELINE_H

#include "device/format/enumerate.h"
#include "device/format/negotiate.h"
#include "device/obstacles.h"
#include "pipeline/route.h"

/* The former settings of a pad, or of the video node of a branch. */
struct pad_state {
	const struct pad *pad;
	struct device *node; /* NULL: it is a pad */
	struct v4l2_format node_format;
	struct v4l2_mbus_framefmt format;
	struct v4l2_rect crop, compose;
	bool has_crop, has_compose;
};

struct pipeline {
	struct device *video;
	struct graph graph;
	struct route route;
	struct pad_state before[2 * (ROUTE_MAX + BRANCHES_MAX)]; /* from the source on */
	unsigned n_before;
	bool is_saved;
	char former_mismatch[MISMATCH_TEXT_MAX]; /* the mismatch that the first pipeline_configure() removed;
						    "": none */
	const struct pad *paced; /* pad with a frame interval, and its former one; NULL: none */
	struct v4l2_fract interval_before;
	bool was_off[ROUTE_MAX]; /* links of the route that pipeline_configure() has enabled */
};

/* Finds the pipeline of an open capture node, which must not move in memory. Returns 0, with *pipeline NULL
 * if the node has no pipeline that programs set up, or, with a warning, if the user has no access to it; or a
 * negative errno, logged. */
int pipeline_open(struct pipeline **pipeline, struct device *video);
void pipeline_close(struct pipeline *pipeline); /* may be NULL */

/* Sets the pads of the route, its disabled links, and the node to formats that match the size and pixel
 * format of the request. Branches get the same formats. What matches already is not changed. Returns 0;
 * -ERANGE if the request is not possible, -ENOLINK and -EPIPE if no format is; or another negative errno; all
 * logged. On failure the former settings are restored. */
int pipeline_configure(struct pipeline *pipeline, const struct negotiate_request *request);
/* Lists the modes that the pipeline can deliver, for want_apply(). */
int pipeline_modes(void *pipeline, const struct negotiate_request *request, enumerate_visit *visit,
		   void *opaque);
/* Sets the rate of the request at the sensor, or the first pad behind it that has a rate; without one the
 * rate before pipeline_configure(). *got is the rate in effect, 0/0: not known. Returns 0; -ERANGE, logged
 * with the rates available, if that differs from the request without `adjust`; or another negative errno,
 * logged. */
int pipeline_set_rate(struct pipeline *pipeline, const struct negotiate_request *request,
		      struct fraction *got);
/* The rate of the sensor; 0/0: not known. */
struct fraction pipeline_rate(const struct pipeline *pipeline);
/* Restores the pads, links, rate and controls of sub-devices that differ from those before the first
 * pipeline_configure(); not the node. Failures are logged at the verbose level. */
void pipeline_restore(struct pipeline *pipeline);

/* Fills in *obstacle with what keeps a node, whose pipeline need not be open, from streaming. call: the call
 * that failed, for the cause. Returns false if nothing does. */
bool pipeline_explain(struct device *video, const char *call, struct obstacle *obstacle);

/* "media-ctl -d /dev/media0 -V '...'": the command that sets the pads and links as pipeline_configure() did,
 * in text, which is returned. */
char *pipeline_command(const struct pipeline *pipeline, char *text, size_t size);

/* As controls_set_among(), where a name can also be "ENTITY/NAME", for a control of a sub-device. A NAME that
 * the video node lacks is looked up in the sub-devices of the route. pipeline NULL: only the video node.
 * *former gets the values of the video node. */
int pipeline_set_controls(struct pipeline *pipeline, struct device *video, const char *assignments,
			  unsigned how, struct control_value **former);

#endif
