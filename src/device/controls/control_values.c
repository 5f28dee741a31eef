/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Saves and restores the values of controls. */
#include "device/controls/control_values.h"

#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "device/controls/control_payload.h"
#include "device/controls/controls_internal.h"

static bool has_value(const struct control_info *info)
{
	return (controls_is_number(info) || control_payload_is_one(info)) &&
	       !(info->flags & (V4L2_CTRL_FLAG_WRITE_ONLY | V4L2_CTRL_FLAG_EXECUTE_ON_WRITE));
}

static int read_control(struct control_value *value, struct device *device)
{
	if (control_payload_is_one(&value->info))
		return control_payload_read(device, &value->info, &value->payload);
	return controls_read(device, &value->info, &value->number);
}

static bool is_saved(const struct control_value *values, const struct control_info *info)
{
	while (values && values->info.id != info->id)
		values = values->next;
	return values;
}

int control_values_save(struct control_value **values, struct device *device, const struct control_info *info)
{
	struct control_value *value;

	if (!has_value(info) || is_saved(*values, info))
		return 0;
	value = calloc(1, sizeof *value);
	if (!value)
		return log_no_memory();
	value->info = *info;
	if (read_control(value, device) < 0) {
		free(value);
		return 0;
	}
	value->next = *values;
	*values = value;
	return 0;
}

static bool differs(const struct control_value *value, struct device *device)
{
	struct control_value now = { .info = value->info };
	bool differs = read_control(&now, device) == 0 &&
		       (value->payload ? memcmp(now.payload, value->payload,
						control_payload_bytes(&value->info)) != 0
				       : now.number != value->number);

	free(now.payload);
	return differs;
}

void control_values_restore(const struct control_value *values, struct device *device)
{
	for (const struct control_value *value = values; value; value = value->next) {
		int err = 0;

		if (!differs(value, device))
			continue;
		if (value->payload)
			err = control_payload_write(device, &value->info, value->payload);
		else
			err = controls_write(device, &value->info, value->number);
		if (err < 0)
			log_verbose("%s: control %s cannot be restored: %s", device->path, value->info.name,
				    err_str(err));
	}
}

void control_values_free(struct control_value **values)
{
	while (*values) {
		struct control_value *value = *values;

		*values = value->next;
		free(value->payload);
		free(value);
	}
}
