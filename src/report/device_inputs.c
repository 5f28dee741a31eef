/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What 'v4l2q list -d DEV' says about the inputs of a capture device, or the outputs of an output device. */
#include <inttypes.h>
#include "base/json.h"
#include "device/inputs.h"
#include "report/device_internal.h"

static struct json_object *read_all(struct device *device)
{
	struct json_object *array = json_object_new_array(), *object;
	char name[INPUT_NAME_MAX];
	int current = -1;

	if (device_ioctl(device, device_is_output(device) ? VIDIOC_G_OUTPUT : VIDIOC_G_INPUT, &current) < 0)
		current = -1;
	for (uint32_t i = 0; i < ENUM_MAX && inputs_name(device, i, name); i++) {
		object = json_object_new_object();
		json_add_count(object, "index", i);
		json_add_text(object, "name", name);
		json_add_bool(object, "current", (int)i == current);
		json_object_array_add(array, object);
	}
	return array;
}

static void print_input(struct json_object *input)
{
	printf("  %" PRId64 "  %s%s\n", json_int(input, "index"), json_text(input, "name"),
	       json_is_true(input, "current") ? " (selected)" : "");
}
struct json_object *report_device_inputs(struct device *device)
{
	return device_is_output(device) ? NULL : read_all(device);
}

struct json_object *report_device_outputs(struct device *device)
{
	return device_is_output(device) ? read_all(device) : NULL;
}

void report_device_print_inputs(struct json_object *inputs)
{
	for (size_t i = 0; i < json_object_array_length(inputs); i++)
		print_input(json_object_array_get_idx(inputs, i));
}
