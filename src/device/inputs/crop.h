/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting the part of the source, or of an output's frame, that is used (V4L2_SEL_TGT_CROP), and where in the
 * frame, or on an output's screen, it is put (V4L2_SEL_TGT_COMPOSE). */
#ifndef DEVICE_INPUTS_CROP_H
#define DEVICE_INPUTS_CROP_H

#include "device/device.h"

/* Sets the rectangle and reads it back. adjust: accept what the driver makes of it. Returns 0 or a negative
 * errno, logged: -ERANGE, with the allowed rectangles, where the device does not take it. */
int crop_set(struct device *device, uint32_t target, const struct v4l2_rect *rect, bool adjust);
/* Whether the rectangle is still set, if the device reports it. Returns 0 or -ERANGE, logged. */
int crop_verify(struct device *device, uint32_t target, const struct v4l2_rect *rect);

/* "640x480+0+0" */
#define CROP_TEXT_MAX 48
char *crop_text(const struct v4l2_rect *rect, char text[CROP_TEXT_MAX]);

#endif
