/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* V4L2's words for colour in libavutil's. */
#ifndef DEVICE_COLORIMETRY_H
#define DEVICE_COLORIMETRY_H

#include <linux/videodev2.h>
#include "base/video_format.h"

/* As a struct v4l2_pix_format says it. */
struct v4l2_colorimetry {
	uint32_t colorspace, ycbcr_enc, quantization, xfer_func;
};

/* Fills in format's range, matrix, primaries and transfer; what is not said stays unspecified. format->pix
 * must be set. */
void colorimetry_from_v4l2(struct video_format *format, const struct v4l2_colorimetry *colour);

/* Puts the format's colours into what S_FMT is to be asked for, its type and the rest being there already;
 * where none is known, nothing is changed. */
void colorimetry_to_v4l2(const struct video_format *format, struct v4l2_format *ask);

#endif
