/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Selecting an input of a capture device, or an output of an output device. */
#include "device/inputs.h"

#include <errno.h>
#include "base/log.h"
#include "device/node_errors.h"
#include "base/text.h"

#define INPUTS_MAX 64
#define TEXT_MAX 400

const char *inputs_name(struct device *device, uint32_t index, char name[INPUT_NAME_MAX])
{
	struct v4l2_input input = { .index = index };
	struct v4l2_output output = { .index = index };
	bool is_output = device_is_output(device);

	*name = '\0';
	if (is_output ? device_ioctl(device, VIDIOC_ENUMOUTPUT, &output) < 0
		      : device_ioctl(device, VIDIOC_ENUMINPUT, &input) < 0)
		return NULL;
	text_add(name, INPUT_NAME_MAX, "%.32s", (const char *)(is_output ? output.name : input.name));
	text_clean(name, "");
	return name;
}

/* Logs the inputs or outputs that there are. Returns -ERANGE. */
static int report_index(struct device *device, uint32_t index, const char *what)
{
	char text[TEXT_MAX] = "", name[INPUT_NAME_MAX];

	for (uint32_t i = 0; i < INPUTS_MAX && inputs_name(device, i, name); i++)
		text_join(text, sizeof text, ", ", "%u (%s)", i, name);
	if (*text)
		log_error("%s: no %s %u; available: %s", device->path, what, index, text);
	else
		log_error("%s: no %s %u: the device has no %ss to select", device->path, what, index, what);
	return -ERANGE;
}

int inputs_select(struct device *device, uint32_t index)
{
	bool is_output = device_is_output(device);
	const char *what = is_output ? "output" : "input";
	int number = (int)index;
	int err = device_ioctl(device, is_output ? VIDIOC_S_OUTPUT : VIDIOC_S_INPUT, &number);

	/* A device without the ioctl has one input, which is selected. */
	if (err == 0 || (err == -ENOTTY && index == 0))
		return 0;
	if (err == -EINVAL || err == -ENOTTY)
		return report_index(device, index, what);
	if (err == -EBUSY && !device_is_simulated(device))
		return node_error_report(device->path, err, DEVICE_ANY, device->caps);
	return device_error(device, is_output ? "VIDIOC_S_OUTPUT" : "VIDIOC_S_INPUT", err);
}
