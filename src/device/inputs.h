/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Selecting an input of a capture device, or an output of an output device. */
#ifndef DEVICE_INPUTS_H
#define DEVICE_INPUTS_H

#include "device/device.h"

#define INPUT_NAME_MAX 33

/* The name of an input, or of an output of an output device. Returns name, filled in, or NULL for an index
 * that the device does not have. */
const char *inputs_name(struct device *device, uint32_t index, char name[INPUT_NAME_MAX]);
/* Selects by VIDIOC_S_INPUT or VIDIOC_S_OUTPUT. Returns 0; -ERANGE for a number that the device does not
 * have, logged with those that it has; -EBUSY or another negative errno, logged. */
int inputs_select(struct device *device, uint32_t index);

#endif
