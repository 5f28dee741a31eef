/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values that controls had before they were set. */
#ifndef DEVICE_CONTROLS_CONTROL_VALUES_H
#define DEVICE_CONTROLS_CONTROL_VALUES_H

#include "device/controls/controls.h"

/* The last one saved is the first of the list. */
struct control_value {
	struct control_value *next;
	struct control_info info;
	int64_t number;
	uint8_t *payload; /* NULL: it is a number */
};

/* Adds the control's present value to the list, unless it has one of it. A control without a value to put
 * back, such as a button, or that cannot be read, is left out. Returns 0 or -ENOMEM, logged. */
int control_values_save(struct control_value **values, struct device *device,
			const struct control_info *info);
/* Sets those back that differ, the last one saved first: it may depend on earlier ones, as an exposure time
 * on manual exposure. Failures are logged with -v only. */
void control_values_restore(const struct control_value *values, struct device *device);
void control_values_free(struct control_value **values);

#endif
