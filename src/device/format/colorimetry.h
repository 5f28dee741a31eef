/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Translates colorimetry between V4L2 and libavutil. */
#ifndef DEVICE_FORMAT_COLORIMETRY_H
#define DEVICE_FORMAT_COLORIMETRY_H

#include <stdbool.h>
#include <linux/videodev2.h>
#include "base/video_format.h"

/* The colorimetry fields of struct v4l2_pix_format. */
struct v4l2_colorimetry {
	uint32_t colorspace, ycbcr_enc, quantization, xfer_func;
};

bool colorimetry_is_rgb(const struct pixfmt *pix); /* Also true for Bayer formats; false for NULL. */

/* Sets range, matrix, primaries and transfer of a format whose pix is set. Fields that the driver does not
 * specify stay unspecified. */
void colorimetry_from_v4l2(struct video_format *format, const struct v4l2_colorimetry *v4l2);

/* Sets the colorimetry fields of *v4l2, whose type is set, for VIDIOC_S_FMT on an output device. Fields that
 * the format does not specify stay unchanged. */
void colorimetry_to_v4l2(const struct video_format *format, struct v4l2_format *v4l2);

#endif
