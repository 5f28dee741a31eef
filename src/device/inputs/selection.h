/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cropping and composing: the rectangles of the selection API. Nothing here logs. */
#ifndef DEVICE_INPUTS_SELECTION_H
#define DEVICE_INPUTS_SELECTION_H

#include "device/device.h"

/* The rectangle of a target, V4L2_SEL_TGT_*. Returns 0 or a negative errno: -EINVAL or -ENOTTY where the
 * device has none. */
int selection_get(struct device *device, uint32_t target, struct v4l2_rect *rect);
/* Sets it, as near as the driver can; by VIDIOC_S_CROP where the driver does not have VIDIOC_S_SELECTION.
 * Returns as selection_get(). */
int selection_put(struct device *device, uint32_t target, const struct v4l2_rect *rect);
/* "crop", "crop_default", …: the names of the targets. */
extern const struct selection_target {
	uint32_t target;
	const char *name;
} selection_targets[]; /* ended by a NULL name */

#endif
