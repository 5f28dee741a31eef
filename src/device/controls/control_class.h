/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What kind of control an id, a type or a flag stands for, and the unit of its value. */
#ifndef DEVICE_CONTROLS_CONTROL_CLASS_H
#define DEVICE_CONTROLS_CONTROL_CLASS_H

#include "base/flags.h"
#include "device/controls/controls.h"

/* "User Controls": the class that the id belongs to, in the driver's words where it has some, else in the
 * kernel's. Returns text, filled in. */
#define CONTROL_CLASS_MAX 40
const char *control_class_name(struct device *device, uint32_t id, char text[CONTROL_CLASS_MAX]);
/* "int", "menu", "rect", …; "compound" for types that are not known. */
const char *control_class_type(uint32_t type);
/* "Hz", "100 us", "dB" for controls whose unit the kernel documentation defines; NULL for others. */
const char *control_class_unit(uint32_t id);
extern const struct flag_name control_class_flags[];

#endif
