/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inputs of a capture device, or the outputs of an output device, and selecting one. */
#ifndef DEVICE_INPUTS_INPUTS_H
#define DEVICE_INPUTS_INPUTS_H

#include "base/flags.h"
#include "device/device.h"

#define INPUT_NAME_MAX 33

/* What the driver reports of an input or an output. */
struct input {
	uint32_t index;
	char name[INPUT_NAME_MAX];
	uint32_t type;   /* V4L2_INPUT_TYPE_* or V4L2_OUTPUT_TYPE_* */
	uint32_t status; /* V4L2_IN_ST_*, see inputs_status_names[]; 0 for outputs. Valid for the selected
			    input only. */
	uint32_t capabilities; /* V4L2_IN_CAP_* or V4L2_OUT_CAP_*, whose values are the same */
	uint32_t audioset;     /* a bit for each audio input or output that can be used with it */
	uint32_t tuner;        /* tuner or modulator, where type is one */
	v4l2_std_id std;       /* the standards that it supports */
};

/* Returns false for an index that the device does not have. */
bool inputs_get(struct device *device, uint32_t index, struct input *input);
/* The selected one, or -1 where the device does not report it. */
int inputs_current(struct device *device);
/* The name of an input or output. Returns name, filled in, or NULL for an index that the device does not
 * have. */
const char *inputs_name(struct device *device, uint32_t index, char name[INPUT_NAME_MAX]);
/* Selects one by its number or its name, case-insensitively, and sets *index to its number. Returns 0;
 * -ERANGE where the device has no such one, logged with the list; -EBUSY or another negative errno,
 * logged. */
int inputs_select(struct device *device, const char *choice, uint32_t *index);
/* Whether this one is selected. Returns 0 or -ERANGE, logged. */
int inputs_verify(struct device *device, uint32_t index);
/* By VIDIOC_S_INPUT or VIDIOC_S_OUTPUT. Returns 0 or a negative errno, not logged. */
int inputs_put(struct device *device, uint32_t index);

/* "camera", "tuner", …: the name of a type of input or output of this device. */
const char *inputs_type_name(const struct device *device, uint32_t type);
extern const struct flag_name inputs_status_names[], inputs_capability_names[];

#endif
