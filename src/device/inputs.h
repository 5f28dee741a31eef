/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Selecting an input of a capture device, or an output of an output device. */
#ifndef DEVICE_INPUTS_H
#define DEVICE_INPUTS_H

#include "device/device.h"

/* Selects by VIDIOC_S_INPUT or VIDIOC_S_OUTPUT. Returns 0; -ERANGE for a number that the device does not
 * have, logged with those that it has; -EBUSY or another negative errno, logged. */
int inputs_select(struct device *device, uint32_t index);

#endif
