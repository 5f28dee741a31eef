/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting controls by the names and values that users write. */
#ifndef DEVICE_CONTROLS_CONTROLS_SET_H
#define DEVICE_CONTROLS_CONTROLS_SET_H

#include "device/controls/control_values.h"

/* Sets "NAME=VALUE,NAME[INDEX]=VALUE". NAME: as v4l2-ctl prints it, or an id. INDEX: an item of an array or a
 * struct, counted over all dimensions or in each one, or a range of the former, "0-99". VALUE: a number, a
 * menu entry by number or name, true, false, "50%" of the range, or a string, quoted where it contains
 * commas; for a range also a list of numbers, "1 2 3". All names and values are checked before the first is
 * set, and values are read back. adjust: numbers are set to the nearest value that the control can have, and
 * the device may set another; both with a warning. The former values are added to *former, also on failure.
 * Returns 0; -EINVAL for a missing value or quote; -ERANGE, logged with the allowed values, for an unknown
 * control or a value that the device refuses or changes; or another negative errno. */
int controls_set(struct device *device, const char *assignments, bool adjust, struct control_value **former);

/* The device that has a control, and the list for the former values of its controls. */
struct control_owner {
	struct device *device;
	struct control_value **former;
};
/* As controls_set(), for controls of several devices: find() sets *owner to the device that a name refers to,
 * and *name to the device's own name of the control. Its errors, which it logs, end the call. */
typedef int controls_find_owner(void *opaque, const char **name, struct control_owner *owner);
/* CONTROLS_AGAIN: sets again the controls whose value was changed since, by another control or the format;
 * buttons are not pressed again. */
enum { CONTROLS_ADJUST = 1, CONTROLS_AGAIN = 2 };
int controls_set_among(controls_find_owner *find, void *opaque, const char *assignments, unsigned how);
/* Whether the device has a control of that name or id. Logs nothing. */
bool controls_has(struct device *device, const char *name);

#endif
