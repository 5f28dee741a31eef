/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How bright a raw picture is. */
#ifndef BASE_BRIGHTNESS_H
#define BASE_BRIGHTNESS_H

#include <stddef.h>
#include "base/video_format.h"

/* The mean of the luma, or of red, green and blue, of a picture, from 0 (black) to 1 (white). bytes: the
 * length of each of its n_planes memory planes. Negative for a compressed format and for more than 8 bits a
 * component. */
double brightness_mean(const struct video_format *format, const uint8_t *const *planes, const size_t *bytes);

/* The same for a picture in the planes of libavutil, which must be complete. */
double brightness_of_picture(enum AVPixelFormat pix, bool full_range, uint32_t width, uint32_t height,
			     const uint8_t *const *data, const int *strides);

#endif
