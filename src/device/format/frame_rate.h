/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame rate of a device: VIDIOC_G_PARM, VIDIOC_S_PARM. */
#ifndef DEVICE_FORMAT_FRAME_RATE_H
#define DEVICE_FORMAT_FRAME_RATE_H

#include "base/units.h"
#include "device/device.h"

/* The rate for an interval between frames, in seconds; 0/0 for an invalid interval. */
struct fraction frame_rate_of(const struct v4l2_fract *interval);
/* Returns 0, with *fps 0/0 where the driver has no frame rates, or a negative errno, logged. */
int frame_rate_get(struct device *device, struct fraction *fps);
/* As frame_rate_get(), but logs nothing, and fails for a driver without frame rates. */
int frame_rate_read(struct device *device, struct fraction *fps);
/* Requests a rate, if the driver supports that, and sets *got to the rate in effect, whatever it is. Returns
 * 0 or a negative errno, logged. */
int frame_rate_set(struct device *device, struct fraction asked, struct fraction *got);

#endif
