/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files about 'v4l2q list -d DEV' share. */
#ifndef REPORT_DEVICE_INTERNAL_H
#define REPORT_DEVICE_INTERNAL_H

#include <json-c/json.h>
#include "device/device.h"

/* Bounds an enumeration that a broken driver never ends. */
#define ENUM_MAX 512u

/* The device's controls, an object each. */
struct json_object *report_device_controls(struct device *device);
void report_device_print_control(struct json_object *controls, size_t index);

#endif
