/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting controls by the names and values that users write. */
#ifndef DEVICE_CONTROLS_CONTROLS_SET_H
#define DEVICE_CONTROLS_CONTROLS_SET_H

#include "device/controls/control_values.h"

/* Sets "NAME=VALUE,NAME[INDEX]=VALUE": names as v4l2-ctl prints them, or ids; an index is of an array's or a
 * struct's items, in all or in each dimension, or a range of the former, "0-99"; values as numbers, menu
 * entries by number or name, true and false, "50%" of the range, or strings, which quotes may enclose. All
 * names and values are checked before the first is set. Values are read back. adjust: a number becomes the
 * nearest that the control can have, and the device may set another, both with a warning. The values that the
 * controls had are added to *former, also on failure. Returns 0; -EINVAL for a missing value or quote;
 * -ERANGE, logged with the values allowed, for an unknown control or where the device refuses the value or
 * changes it; or another negative errno. */
int controls_set(struct device *device, const char *assignments, bool adjust, struct control_value **former);

/* The device that has a control, and where the values that its controls had are added. */
struct control_owner {
	struct device *device;
	struct control_value **former;
};
/* As controls_set() for controls of several devices: find sets *owner to the one that a name means, and *name
 * to what the device calls it; its failure, logged, ends it all. */
typedef int controls_find_owner(void *opaque, const char **name, struct control_owner *owner);
/* CONTROLS_AGAIN: those that were set and have another value by now, as something else that was set meanwhile
 * changed them; buttons are not pressed again. */
enum { CONTROLS_ADJUST = 1, CONTROLS_AGAIN = 2 };
int controls_set_among(controls_find_owner *find, void *opaque, const char *assignments, unsigned how);
/* Whether the device has a control of that name or id. Logs nothing. */
bool controls_has(struct device *device, const char *name);

#endif
