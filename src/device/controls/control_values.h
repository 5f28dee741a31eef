/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Saves and restores the values of controls. */
#ifndef DEVICE_CONTROLS_CONTROL_VALUES_H
#define DEVICE_CONTROLS_CONTROL_VALUES_H

#include "device/controls/controls.h"

/* A list; the control that was saved last comes first. */
struct control_value {
	struct control_value *next;
	struct control_info info;
	int64_t number;
	uint8_t *payload; /* NULL: the value is a number */
};

/* Adds the control's current value to the list, unless the list has one already. Skips controls whose value
 * cannot be read or restored, such as buttons. Returns 0 or -ENOMEM, logged. */
int control_values_save(struct control_value **values, struct device *device,
			const struct control_info *info);
/* Restores the values that differ, the last one saved first, as it may depend on earlier ones: an exposure
 * time on manual exposure. Failures are logged at the verbose level. */
void control_values_restore(const struct control_value *values, struct device *device);
void control_values_free(struct control_value **values);

#endif
