/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting the part of the source, or of an output's frame, that is used (V4L2_SEL_TGT_CROP), and where in the
 * frame, or on an output's screen, it is put (V4L2_SEL_TGT_COMPOSE). */
#ifndef DEVICE_INPUTS_CROP_H
#define DEVICE_INPUTS_CROP_H

#include "device/device.h"

/* Sets it, and reads it back. adjust: a rectangle that the driver makes of it will do. Returns 0 or a
 * negative errno, logged: -ERANGE where the device does not take it, with what it takes. */
int crop_set(struct device *device, uint32_t target, const struct v4l2_rect *rect, bool adjust);
/* Whether it is still set, where the device tells. Returns 0 or -ERANGE, logged. */
int crop_verify(struct device *device, uint32_t target, const struct v4l2_rect *rect);

/* "640x480+0+0" */
#define CROP_TEXT_MAX 48
char *crop_text(const struct v4l2_rect *rect, char text[CROP_TEXT_MAX]);

#endif
