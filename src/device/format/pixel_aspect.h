/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shape of a device's pixels. */
#ifndef DEVICE_FORMAT_PIXEL_ASPECT_H
#define DEVICE_FORMAT_PIXEL_ASPECT_H

#include "base/video_format.h"
#include "device/device.h"

/* Width to height of a pixel of the sensor or the screen; 0/0 where the driver does not tell. */
struct fraction pixel_aspect_unscaled(struct device *device);
/* Sets format->sample_aspect for the device's present format and cropping; 0/0 where the driver does not
 * tell. */
void pixel_aspect_get(struct device *device, struct video_format *format);

#endif
