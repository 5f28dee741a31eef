/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of 'v4l2q list' on memory-to-memory nodes: what they convert, and how to use them. */
#ifndef REPORT_CONVERSION_H
#define REPORT_CONVERSION_H

#include <json-c/json.h>
#include "device/device.h"

/* "converts" of an open node; NULL if it is not a memory-to-memory node. */
struct json_object *report_conversion_json(struct device *device);
/* Appends "encoder of NV12, YU12 into H264" to text[size]. */
void report_conversion_text(struct json_object *converts, char *text, size_t size);
/* Prints lines of 'list -d'. */
void report_conversion_print(struct json_object *converts);

#endif
