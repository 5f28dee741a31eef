/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All about one device. */
#ifndef REPORT_DEVICE_H
#define REPORT_DEVICE_H

#include <json-c/json.h>

/* Asks the device about itself. Returns 0 and an object to json_object_put(), or a negative errno, having
 * said why. */
int describe_device(const char *name, struct json_object **result);
/* The object, for people, on standard output. */
void describe_print(struct json_object *object);

#endif
