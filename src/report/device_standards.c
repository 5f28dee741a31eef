/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of 'v4l2q list -d DEV' on television standards. */
#include <inttypes.h>
#include <stdio.h>
#include "base/json.h"
#include "device/inputs/standards.h"
#include "report/common.h"
#include "report/device_internal.h"

/* Adds the parts of a standard as an array of strings. */
static void add_set(struct json_object *object, const char *key, v4l2_std_id std)
{
	json_object_object_add(object, key, report_flags_json(standards_names, std));
}

static struct json_object *standard_json(const struct v4l2_standard *standard)
{
	struct json_object *object = json_object_new_object();
	const struct v4l2_fract *period = &standard->frameperiod;
	char text[40];

	json_add_count(object, "index", standard->index);
	json_add_text(object, "name", (const char *)standard->name);
	snprintf(text, sizeof text, "0x%016llx", (unsigned long long)standard->id);
	json_add_text(object, "id", text);
	snprintf(text, sizeof text, "%u/%u", period->numerator, period->denominator);
	json_add_text(object, "frame_period", text);
	json_add_count(object, "lines", standard->framelines);
	return object;
}

struct json_object *report_device_standards(struct device *device)
{
	struct json_object *object, *array;
	struct v4l2_standard standard;
	v4l2_std_id std;

	if (standards_current(device, &std) < 0)
		return NULL;
	object = json_object_new_object();
	array = json_object_new_array();
	add_set(object, "current", std);
	if (standards_detected(device, &std) == 0)
		add_set(object, "detected", std);
	for (uint32_t i = 0; standards_get(device, i, &standard); i++)
		json_object_array_add(array, standard_json(&standard));
	json_object_object_add(object, "available", array);
	return object;
}

static void print_set(struct json_object *standards, const char *key, const char *none)
{
	char text[300] = "";
	size_t n;
	struct json_object *array = json_array(standards, key, &n);

	if (array)
		printf("  %-9s %s\n", key, n ? report_join(array, text, sizeof text) : none);
}

void report_device_print_standards(struct json_object *standards)
{
	size_t n;
	struct json_object *array = json_array(standards, "available", &n);

	print_set(standards, "current", "none");
	print_set(standards, "detected", "none: there is no signal");
	for (size_t i = 0; i < n; i++) {
		struct json_object *standard = json_object_array_get_idx(array, i);

		printf("  %" PRId64 "  %s: %" PRId64 " lines, %s s a frame, id %s\n",
		       json_int(standard, "index"), json_text(standard, "name"), json_int(standard, "lines"),
		       json_text(standard, "frame_period"), json_text(standard, "id"));
	}
}
