/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What 'v4l2q list -d DEV' says about one device. */
#ifndef REPORT_DEVICE_H
#define REPORT_DEVICE_H

#include <stdbool.h>
#include <json-c/json.h>

/* Opens the device and asks it for its formats, inputs, controls and io modes. Returns 0 and an object to
 * json_object_put(), or a negative errno, logged. */
int report_device_read(const char *name, struct json_object **result);
/* Prints the object in plain text on standard output. */
void report_device_print(struct json_object *object);
/* Prints the media graph for graphviz; returns false where the device is in none. */
bool report_device_print_dot(struct json_object *object);
/* Writes the EDID of a device, as hexadecimal text, into a file; "-" is standard output. Returns 0 or a
 * negative errno, logged; *is_file: it is the file's. -ENODATA: the device has none. */
int report_device_save_edid(const char *name, const char *file, bool *is_file);

#endif
