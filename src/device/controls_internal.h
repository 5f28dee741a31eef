/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files about controls share. */
#ifndef DEVICE_CONTROLS_INTERNAL_H
#define DEVICE_CONTROLS_INTERNAL_H

#include "device/controls.h"

#define CONTROL_NAME_MAX sizeof(((struct control_info *)0)->name)

/* A driver's name as v4l2-ctl prints it: "White Balance, Auto" is white_balance_auto. */
void control_name(const char *text, char name[CONTROL_NAME_MAX]);
/* Whether its value is one number. */
bool control_is_number(const struct control_info *info);
int control_read(struct device *device, const struct control_info *info, int64_t *value);

#endif
