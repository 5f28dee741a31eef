/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What 'v4l2q list' says of a memory-to-memory node: what it makes of what, and how it is used. */
#ifndef REPORT_CONVERSION_H
#define REPORT_CONVERSION_H

#include <json-c/json.h>
#include "device/device.h"

/* "converts" of an open node, NULL where it is not a memory-to-memory one. */
struct json_object *report_conversion_json(struct device *device);
/* Appends "encoder of NV12, YU12 into H264" to text[size]. */
void report_conversion_text(struct json_object *converts, char *text, size_t size);
/* Lines of 'list -d'. */
void report_conversion_print(struct json_object *converts);

#endif
