/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of 'v4l2q list' on memory-to-memory nodes. */
#include "report/conversion.h"

#include "base/json.h"
#include "base/pixfmt.h"
#include "base/text.h"
#include "device/nodes/conversion.h"
#include "device/nodes/nodes.h"
#include "report/common.h"

static struct json_object *formats_json(const struct conversion_formats *formats)
{
	struct json_object *array = json_object_new_array();
	char fourcc[FOURCC_TEXT_MAX];

	for (unsigned i = 0; i < formats->n; i++)
		json_object_array_add(array,
				      json_object_new_string(fourcc_text(formats->fourccs[i], fourcc)));
	return array;
}

struct json_object *report_conversion_json(struct device *device)
{
	struct json_object *object;
	struct conversion conversion;
	char usage[CONVERSION_TEXT_MAX];

	if (!nodes_is_m2m(device->caps))
		return NULL;
	conversion_read(device, &conversion);
	object = json_object_new_object();
	json_add_text(object, "job", conversion_job_name(conversion.job));
	json_object_object_add(object, "from", formats_json(&conversion.from));
	json_object_object_add(object, "to", formats_json(&conversion.to));
	if (*conversion_usage(&conversion, device->name, usage))
		json_add_text(object, "usage", usage);
	return object;
}

void report_conversion_text(struct json_object *converts, char *text, size_t size)
{
	char from[300] = "", to[300] = "";
	size_t n;

	report_join(json_array(converts, "from", &n), from, sizeof from);
	report_join(json_array(converts, "to", &n), to, sizeof to);
	text_add(text, size, "%s of %s into %s", json_text(converts, "job"), from, to);
}

void report_conversion_print(struct json_object *converts)
{
	char text[700] = "";

	report_conversion_text(converts, text, sizeof text);
	report_line(stdout, "converts", "%s", text);
	if (*json_text(converts, "usage"))
		report_line(stdout, "used by", "%s", json_text(converts, "usage"));
}
