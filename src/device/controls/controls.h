/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The controls that a device has, and their values. */
#ifndef DEVICE_CONTROLS_CONTROLS_H
#define DEVICE_CONTROLS_CONTROLS_H

#include "device/device.h"

/* The value of a control of 32 bits, or 0 where the device lacks it: MIN_BUFFERS_FOR_CAPTURE is optional. */
int32_t controls_get(struct device *device, uint32_t id);

struct control_info {
	uint32_t id, type, flags;
	char name[40]; /* as v4l2-ctl prints it */
	int64_t min, max, step, standard, value;
	uint32_t elem_size, elems, n_dims, dims[V4L2_CTRL_MAX_DIMS]; /* of an array or a struct */
};
/* Calls visit for every control that is not disabled, with its current value, or 0 where that is no number or
 * cannot be read. Returns the first non-zero result of visit, 0 at the end, or a negative
 * errno of the driver's, not logged. */
int controls_enumerate(struct device *device, int (*visit)(void *opaque, const struct control_info *info),
		       void *opaque);
/* Returns text, filled in with the menu entry's name, or NULL where the menu has no entry of that index. */
const char *controls_menu_text(struct device *device, const struct control_info *info, int64_t index,
			       char text[40]);

#endif
