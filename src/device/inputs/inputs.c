/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inputs of a capture device, or the outputs of an output device, and selecting one. */
#include "device/inputs/inputs.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include "base/array.h"
#include "base/log.h"
#include "base/text.h"
#include "base/units.h"
#include "device/node_errors.h"

#define INPUTS_MAX 64 /* limits the enumeration, for drivers that never end it */
#define TEXT_MAX 400

const struct flag_name inputs_status_names[] = {
	{ V4L2_IN_ST_NO_POWER, "no power" },
	{ V4L2_IN_ST_NO_SIGNAL, "no signal" },
	{ V4L2_IN_ST_NO_COLOR, "no color" },
	{ V4L2_IN_ST_HFLIP, "flipped horizontally" },
	{ V4L2_IN_ST_VFLIP, "flipped vertically" },
	{ V4L2_IN_ST_NO_H_LOCK, "no horizontal lock" },
	{ V4L2_IN_ST_COLOR_KILL, "color killer active" },
	{ V4L2_IN_ST_NO_V_LOCK, "no vertical lock" },
	{ V4L2_IN_ST_NO_STD_LOCK, "no standard lock" },
	{ V4L2_IN_ST_NO_SYNC, "no sync lock" },
	{ V4L2_IN_ST_NO_EQU, "no equalizer lock" },
	{ V4L2_IN_ST_NO_CARRIER, "no carrier" },
	{ V4L2_IN_ST_MACROVISION, "Macrovision" },
	{ V4L2_IN_ST_NO_ACCESS, "no access" },
	{ V4L2_IN_ST_VTR, "VTR time constant" },
	{ 0, NULL },
};

const struct flag_name inputs_capability_names[] = {
	{ V4L2_IN_CAP_DV_TIMINGS, "DV timings" },
	{ V4L2_IN_CAP_STD, "standards" },
	{ V4L2_IN_CAP_NATIVE_SIZE, "native size" },
	{ 0, NULL },
};

const char *inputs_type_name(const struct device *device, uint32_t type)
{
	static const char *const inputs[] = { [V4L2_INPUT_TYPE_TUNER] = "tuner",
					      [V4L2_INPUT_TYPE_CAMERA] = "camera",
					      [V4L2_INPUT_TYPE_TOUCH] = "touch" };
	static const char *const outputs[] = { [V4L2_OUTPUT_TYPE_MODULATOR] = "modulator",
					       [V4L2_OUTPUT_TYPE_ANALOG] = "analog",
					       [V4L2_OUTPUT_TYPE_ANALOGVGAOVERLAY] = "analog VGA overlay" };
	bool is_output = device_is_output(device);
	const char *const *names = is_output ? outputs : inputs;

	return type < (is_output ? ARRAY_SIZE(outputs) : ARRAY_SIZE(inputs)) && names[type] ? names[type]
											    : "unknown";
}

static bool get_input(struct device *device, uint32_t index, struct input *input)
{
	struct v4l2_input entry = { .index = index };

	if (device_ioctl(device, VIDIOC_ENUMINPUT, &entry) < 0)
		return false;
	*input = (struct input){ .index = index,
				 .type = entry.type,
				 .status = entry.status,
				 .capabilities = entry.capabilities,
				 .audioset = entry.audioset,
				 .tuner = entry.tuner,
				 .std = entry.std };
	text_add(input->name, INPUT_NAME_MAX, "%.32s", (const char *)entry.name);
	return true;
}

static bool get_output(struct device *device, uint32_t index, struct input *output)
{
	struct v4l2_output entry = { .index = index };

	if (device_ioctl(device, VIDIOC_ENUMOUTPUT, &entry) < 0)
		return false;
	*output = (struct input){ .index = index,
				  .type = entry.type,
				  .capabilities = entry.capabilities,
				  .audioset = entry.audioset,
				  .tuner = entry.modulator,
				  .std = entry.std };
	text_add(output->name, INPUT_NAME_MAX, "%.32s", (const char *)entry.name);
	return true;
}

bool inputs_get(struct device *device, uint32_t index, struct input *input)
{
	if (index >= INPUTS_MAX ||
	    !(device_is_output(device) ? get_output(device, index, input) : get_input(device, index, input)))
		return false;
	text_clean(input->name, "");
	return true;
}

int inputs_current(struct device *device)
{
	int index = -1, err;

	err = device_ioctl(device, device_is_output(device) ? VIDIOC_G_OUTPUT : VIDIOC_G_INPUT, &index);
	return err < 0 ? -1 : index;
}

const char *inputs_name(struct device *device, uint32_t index, char name[INPUT_NAME_MAX])
{
	struct input input;

	*name = '\0';
	if (!inputs_get(device, index, &input))
		return NULL;
	return strcpy(name, input.name);
}

static const char *kind_of_input(const struct device *device)
{
	return device_is_output(device) ? "output" : "input";
}

/* Logs the existing inputs or outputs. Returns -ERANGE. */
static int report_no_input(struct device *device, const char *choice)
{
	const char *what = kind_of_input(device);
	char text[TEXT_MAX] = "", name[INPUT_NAME_MAX];

	for (uint32_t i = 0; inputs_name(device, i, name); i++)
		text_join(text, sizeof text, ", ", "%u (%s)", i, name);
	if (*text)
		log_error("%s: no %s %s; available: %s", device->path, what, choice, text);
	else
		log_error("%s: no %s %s: the device has no %ss to select", device->path, what, choice, what);
	return -ERANGE;
}

/* Finds an input or output by its number or name. */
static bool find_input(struct device *device, const char *choice, uint32_t *index)
{
	char name[INPUT_NAME_MAX];
	uint64_t number;

	if (parse_uint(choice, INT32_MAX, &number) == 0) {
		*index = (uint32_t)number;
		return true;
	}
	for (*index = 0; inputs_name(device, *index, name); ++*index)
		if (strcasecmp(name, choice) == 0)
			return true;
	return false;
}

int inputs_put(struct device *device, uint32_t index)
{
	int number = (int)index;

	return device_ioctl(device, device_is_output(device) ? VIDIOC_S_OUTPUT : VIDIOC_S_INPUT, &number);
}

int inputs_select(struct device *device, const char *choice, uint32_t *index)
{
	int err = find_input(device, choice, index) ? inputs_put(device, *index) : -EINVAL;

	/* A device without the ioctl has one input, which is selected. */
	if (err == 0 || (err == -ENOTTY && *index == 0))
		return 0;
	if (err == -EINVAL || err == -ENOTTY)
		return report_no_input(device, choice);
	if (err == -EBUSY)
		return node_error_report(device->path, err, DEVICE_ANY, device->caps);
	return device_error(device, device_is_output(device) ? "VIDIOC_S_OUTPUT" : "VIDIOC_S_INPUT", err);
}

int inputs_verify(struct device *device, uint32_t index)
{
	int now = inputs_current(device);

	if (now < 0 || (uint32_t)now == index)
		return 0;
	log_error("%s: asked for %s %u, the device has selected %d", device->path, kind_of_input(device),
		  index, now);
	return -ERANGE;
}
