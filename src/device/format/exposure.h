/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The controls by which a camera's exposure lowers its frame rate. */
#ifndef DEVICE_FORMAT_EXPOSURE_H
#define DEVICE_FORMAT_EXPOSURE_H

#include "device/controls/controls.h"
#include "device/obstacles.h"

/* Fills in *obstacle where the controls explain that frames come slower than every interval_ns. `what` is
 * what came, in words: "15 fps in place of 30". Returns whether they do. */
bool exposure_explains(struct device *device, double interval_ns, const char *what,
		       struct obstacle *obstacle);

#endif
