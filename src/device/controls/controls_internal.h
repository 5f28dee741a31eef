/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files about controls share. */
#ifndef DEVICE_CONTROLS_CONTROLS_INTERNAL_H
#define DEVICE_CONTROLS_CONTROLS_INTERNAL_H

#include "device/controls/controls.h"

#define CONTROL_NAME_MAX sizeof(((struct control_info *)0)->name)

/* Converts a driver's name to v4l2-ctl's form: lower case, runs of other characters one '_', as in
 * "White Balance, Auto" and white_balance_auto. */
void controls_name(const char *text, char name[CONTROL_NAME_MAX]);
static inline bool controls_is_menu(const struct control_info *info)
{
	return info->type == V4L2_CTRL_TYPE_MENU || info->type == V4L2_CTRL_TYPE_INTEGER_MENU;
}

/* The last index to query of a menu. */
static inline int64_t controls_menu_end(const struct control_info *info)
{
	return info->max < 256 ? info->max : 256;
}

/* Whether the value is one number. */
bool controls_is_number(const struct control_info *info);
/* Reads the value of a control that is a number. Returns 0 or a negative errno, not logged. */
int controls_read(struct device *device, const struct control_info *info, int64_t *value);
/* Sets it. Returns as controls_read(). */
int controls_write(struct device *device, const struct control_info *info, int64_t value);

#endif
