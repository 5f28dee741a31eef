/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of 'v4l2q list -d DEV'. */
#ifndef REPORT_DEVICE_H
#define REPORT_DEVICE_H

#include <stdbool.h>
#include <json-c/json.h>

/* Opens the device and asks it for its formats, inputs, controls and io modes. Returns 0 and an object to
 * json_object_put(), or a negative errno, logged. */
int report_device_read(const char *name, struct json_object **result);
/* Prints the object in plain text on standard output. */
void report_device_print(struct json_object *object);
/* Prints the media graph for graphviz; returns false if the device has none. */
bool report_device_print_dot(struct json_object *object);
/* Writes the EDID of a device to a file, as hexadecimal text; "-" is standard output. Returns 0 or a negative
 * errno, logged; *is_file: it is an error of the file. -ENODATA: the device has no EDID. */
int report_device_save_edid(const char *name, const char *file, bool *is_file);

#endif
