/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting controls by the names and values that users write. */
#ifndef DEVICE_CONTROLS_SET_H
#define DEVICE_CONTROLS_SET_H

#include "device/control_values.h"

/* Sets "NAME=VALUE,NAME=VALUE": names as v4l2-ctl prints them, values as numbers, menu entries by number or
 * name, or true and false. All names and values are checked before the first is set. Values are read back.
 * Those that the controls had are added to *former, also on failure. Returns 0; -EINVAL for a missing value;
 * -ERANGE, logged with the values allowed, for an unknown control or where the device refuses the value or
 * changes it; or another negative errno. */
int controls_set(struct device *device, const char *assignments, struct control_value **former);

#endif
