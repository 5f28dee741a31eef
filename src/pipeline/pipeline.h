/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The media pipeline in front of a video node: sub-devices that have to be set to formats that fit each other
 * before the node can stream. Only drivers that leave this to programs are meant (V4L2_CAP_IO_MC); the others
 * set up their sub-devices themselves.
 */
#ifndef PIPELINE_PIPELINE_H
#define PIPELINE_PIPELINE_H

#include "device/format/enumerate.h"
#include "device/format/negotiate.h"
#include "pipeline/route.h"

/* What a pad was set to, or the video node of a branch. */
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
	char former_mismatch[MISMATCH_TEXT_MAX]; /* what the first pipeline_configure() removed; "": nothing
						  */
	const struct pad *paced; /* that has a frame interval, and which it had before; NULL: none */
	struct v4l2_fract interval_before;
	bool was_off[ROUTE_MAX]; /* the links of the route that pipeline_configure() enabled */
};

/* Finds the pipeline of an open capture node, which must stay where it is in memory. Returns 0, with
 * *pipeline NULL where the node is not at the end of one that programs set up, or, with a warning, where the
 * user has no access to it; or a negative errno, logged. */
int pipeline_open(struct pipeline **pipeline, struct device *video);
void pipeline_close(struct pipeline *pipeline); /* may be NULL */

/* Sets the pads of the route, its links that are off, and the node to what fits the size and pixel format of
 * the request. What else gets the same
 * pictures is set to these. What fits already is not touched. Returns 0; -ERANGE where that cannot come out,
 * -ENOLINK and -EPIPE where nothing can; or another negative errno; all logged. On failure all is as it was.
 */
int pipeline_configure(struct pipeline *pipeline, const struct negotiate_request *request);
/* The modes that come out of it, for want_apply(). */
int pipeline_modes(void *pipeline, const struct negotiate_request *request, enumerate_visit *visit,
		   void *opaque);
/* Sets the rate of the sensor, or of the first pad behind it that has one, to that of the request; without
 * one to what it was before pipeline_configure(). *got is the rate then in effect, 0/0: none is known.
 * Returns 0; -ERANGE, logged with the rates that there are, where that is another than the request's, without
 * `adjust`; or another negative errno, logged. */
int pipeline_set_rate(struct pipeline *pipeline, const struct negotiate_request *request,
		      struct fraction *got);
/* The rate that the sensor sends at; 0/0: not known. */
struct fraction pipeline_rate(const struct pipeline *pipeline);
/* Sets back the pads, links, rate and sub-devices' controls that differ from what they were before the first
 * pipeline_configure(), but not the node. Failures are logged with -v only. */
void pipeline_restore(struct pipeline *pipeline);

/* What keeps the node from streaming, in words, into text, which is returned; "" where nothing does. */
char *pipeline_mismatch(struct pipeline *pipeline, char text[MISMATCH_TEXT_MAX]);
/* The same of a node whose pipeline need not be open; text is not touched where it has none. */
void pipeline_explain(struct device *video, char *text);

/* "media-ctl -d /dev/media0 -V '...'": what sets the pads and links as pipeline_configure() has, into text,
 * which is returned. */
char *pipeline_command(const struct pipeline *pipeline, char *text, size_t size);

/* As controls_set_among(), where a name may be "ENTITY/NAME", of a control of a sub-device, and a NAME that
 * the video node lacks is that of the sub-device on the route which has it. pipeline NULL: the video node
 * alone. *former is for the values of the video node. */
int pipeline_set_controls(struct pipeline *pipeline, struct device *video, const char *assignments,
			  unsigned how, struct control_value **former);

#endif
