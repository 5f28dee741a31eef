/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Exposure controls that lower the frame rate of a camera. */
#ifndef DEVICE_FORMAT_EXPOSURE_H
#define DEVICE_FORMAT_EXPOSURE_H

#include "device/controls/controls.h"
#include "device/obstacles.h"

/* Fills in *obstacle where the controls explain why frames come at longer intervals than interval_ns. `what`
 * describes the observed rate: "15 fps in place of 30". Returns whether they do. */
bool exposure_explains(struct device *device, double interval_ns, const char *what,
		       struct obstacle *obstacle);

#endif
