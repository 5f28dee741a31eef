/* V4L2's words for colour in libavutil's. SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DEVICE_COLOUR_H
#define DEVICE_COLOUR_H

#include "base/pixfmt.h"

/* As a struct v4l2_pix_format says it. */
struct v4l2_colour {
	uint32_t colorspace, ycbcr_enc, quantization, xfer_func;
};

/* Fills in format's range, matrix, primaries and transfer; what is not said stays unspecified. format->pix
 * must be set. */
void colour_set(struct video_format *format, const struct v4l2_colour *colour);

#endif
