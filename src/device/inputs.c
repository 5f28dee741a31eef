/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Selecting an input of a capture device, or an output of an output device. */
#include "device/inputs.h"

#include <errno.h>
#include "base/log.h"
#include "device/node_errors.h"
#include "base/text.h"

#define INPUTS_MAX 64
#define TEXT_MAX 400

static const char *describe(struct device *device, uint32_t index, char name[32])
{
	struct v4l2_input input = { .index = index };
	struct v4l2_output output = { .index = index };
	bool is_output = device_is_output(device);

	*name = '\0';
	if (is_output ? device_ioctl(device, VIDIOC_ENUMOUTPUT, &output) < 0
		      : device_ioctl(device, VIDIOC_ENUMINPUT, &input) < 0)
		return NULL;
	text_add(name, 32, "%.31s", (const char *)(is_output ? output.name : input.name));
	text_clean(name, "");
	return name;
}

static int list(struct device *device, uint32_t asked, const char *what)
{
	char text[TEXT_MAX] = "", name[32];

	for (uint32_t i = 0; i < INPUTS_MAX && describe(device, i, name); i++)
		text_join(text, sizeof text, ", ", "%u (%s)", i, name);
	if (*text)
		log_error("%s: no %s %u; it has %s", device->path, what, asked, text);
	else
		log_error("%s: no %s %u: it has none to choose from", device->path, what, asked);
	return -ERANGE;
}

int inputs_select(struct device *device, uint32_t input)
{
	bool is_output = device_is_output(device);
	const char *what = is_output ? "output" : "input";
	int number = (int)input;
	int err = device_ioctl(device, is_output ? VIDIOC_S_OUTPUT : VIDIOC_S_INPUT, &number);

	/* A device that has no choice has its first one selected. */
	if (err == 0 || (err == -ENOTTY && input == 0))
		return 0;
	if (err == -EINVAL || err == -ENOTTY)
		return list(device, input, what);
	if (err == -EBUSY && !device_is_simulated(device))
		return node_error_report(device->path, err, DEVICE_ANY, device->caps);
	return device_error(device, is_output ? "VIDIOC_S_OUTPUT" : "VIDIOC_S_INPUT", err);
}
