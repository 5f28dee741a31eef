/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame rate a device runs at. */
#ifndef DEVICE_FRAME_RATE_H
#define DEVICE_FRAME_RATE_H

#include "base/units.h"
#include "device/device.h"

/* Rates are optional: a driver without them gives 0/0. Returns 0, or a negative errno having said why. */
int frame_rate_get(struct device *device, struct fraction *fps);
/* Asks for a rate; *got is the one the device then has, asked for or not. Drivers that let no rate be set are
 * not asked. */
int frame_rate_set(struct device *device, struct fraction asked, struct fraction *got);

#endif
