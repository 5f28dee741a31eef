/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting controls by the names and values that users write. */
#ifndef DEVICE_CONTROLS_SET_H
#define DEVICE_CONTROLS_SET_H

#include "device/control_values.h"

/* Sets "NAME=VALUE,NAME[INDEX]=VALUE": names as v4l2-ctl prints them, or ids; an index is of an array's or a
 * struct's items, in all or in each dimension; values as numbers, menu entries by number or name, true and
 * false, "50%" of the range, or strings, which quotes may enclose. All names and values are checked before
 * the first is set. Values are read back. adjust: a number becomes the nearest that the control can have, and
 * the device may set another, both with a warning. The values that the controls had are added to *former,
 * also on failure. Returns 0; -EINVAL for a missing value or quote; -ERANGE, logged with the values allowed,
 * for an unknown control or where the device refuses the value or changes it; or another negative errno. */
int controls_set(struct device *device, const char *assignments, bool adjust, struct control_value **former);

#endif
