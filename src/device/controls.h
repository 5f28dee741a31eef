/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inputs and controls. */
#ifndef DEVICE_CONTROLS_H
#define DEVICE_CONTROLS_H

#include "device/device.h"

/* Selects an input by number. Returns 0, or -ERANGE having said which inputs there are. */
int input_select(struct device *device, uint32_t input);

/* "brightness=128,exposure_auto=1": names as v4l2-ctl prints them (lower case, runs of other characters
 * become one '_'). Values: numbers, menu entries by name, "true"/"false". Reads back what was set; -ERANGE
 * (having said the range) when the device refuses it or makes something else of it. */
int controls_set(struct device *device, const char *assignments);

/* The value of a control, or 0 where there is none: MIN_BUFFERS_FOR_CAPTURE is optional. */
int32_t control_get(struct device *device, uint32_t id);

struct control_info {
	uint32_t id, type, flags;
	char name[40]; /* as v4l2-ctl prints it */
	int64_t min, max, step, standard, value;
};
/* Calls back for every control that has a name and is not disabled; stops at, and returns, the first non-zero
 * answer. */
int controls_each(struct device *device, int (*visit)(void *opaque, const struct control_info *info),
		  void *opaque);
/* A menu control's entry; NULL text where the index is not in the menu. */
const char *control_menu_text(struct device *device, const struct control_info *info, int64_t index,
			      char text[40]);

#endif
