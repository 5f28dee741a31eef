/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The format of the video node at the end of a pipeline, and the formats that it supports for a bus code. */
#ifndef PIPELINE_NODE_FORMAT_H
#define PIPELINE_NODE_FORMAT_H

#include <linux/v4l2-mediabus.h>
#include "device/device.h"

struct node_format {
	uint32_t fourcc, width, height;
};

/* Returns 0 or a negative errno, not logged. */
int node_format_get(struct device *video, struct node_format *format);
/* Sets the node to the format, with the colorimetry of what it is sent; with VIDIOC_TRY_FMT only tries.
 * *format becomes the driver's answer. Returns 0 or a negative errno, not logged. */
int node_format_set(struct device *video, unsigned long request, const struct v4l2_mbus_framefmt *sent,
		    struct node_format *format);
/* Whether the node supports the pixel format for the bus code. */
bool node_format_fits(struct device *video, uint32_t code, uint32_t fourcc);
/* The first of the n pixel formats that the node supports for the bus code, else any that it supports; 0:
 * none. code 0: any bus code. */
uint32_t node_format_choose(struct device *video, uint32_t code, const uint32_t *fourccs, unsigned n);

/* "RGB3 640x480" into text, which is returned. */
#define NODE_FORMAT_TEXT_MAX 48
char *node_format_text(const struct node_format *format, char text[NODE_FORMAT_TEXT_MAX]);

#endif
