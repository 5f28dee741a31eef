/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What controls.c and controls_set.c share. */
#ifndef DEVICE_CONTROLS_INTERNAL_H
#define DEVICE_CONTROLS_INTERNAL_H

#include "device/controls.h"

#define CONTROL_NAME_MAX sizeof(((struct control_info *)0)->name)

/* Converts a driver's name to v4l2-ctl's form: lower case, runs of other characters one '_', as in
 * "White Balance, Auto" and white_balance_auto. */
void controls_name(const char *text, char name[CONTROL_NAME_MAX]);
/* Whether the value is one number. */
bool controls_is_number(const struct control_info *info);
/* Reads the value of a control that is a number. Returns 0 or a negative errno, not logged. */
int controls_read(struct device *device, const struct control_info *info, int64_t *value);
/* The same for a string, which the caller frees; also -ENOMEM. */
int controls_read_string(struct device *device, const struct control_info *info, char **text);
/* Set a control that is a number, or a string. Return 0 or a negative errno, not logged but for -ENOMEM. */
int controls_write(struct device *device, const struct control_info *info, int64_t value);
int controls_write_string(struct device *device, const struct control_info *info, const char *text);

#endif
