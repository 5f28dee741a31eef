/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of 'v4l2q list -d DEV': read into a JSON object, and printed from that. */
#include "report/device.h"

#include <stdio.h>
#include <string.h>
#include "base/array.h"
#include "base/json.h"
#include "base/terminal.h"
#include "device/nodes/nodes.h"
#include "report/common.h"
#include "report/conversion.h"
#include "report/device_internal.h"
#include "sim/options.h"

#define SIM_KEY_COLUMN 30u
#define SIM_KEY_MAX 100

/* The highest priority of the programs that have the device open, including this one. */
static const char *priority_name(uint32_t priority)
{
	static const char *const names[] = { [V4L2_PRIORITY_UNSET] = "unset",
					     [V4L2_PRIORITY_BACKGROUND] = "background",
					     [V4L2_PRIORITY_INTERACTIVE] = "interactive",
					     [V4L2_PRIORITY_RECORD] = "record" };

	return priority < ARRAY_SIZE(names) ? names[priority] : "unknown";
}

static struct json_object *read_about(struct device *device)
{
	struct json_object *about = report_device_json(device);
	char text[600];
	uint32_t version = device->info.version, priority;

	snprintf(text, sizeof text, "%u.%u.%u", version >> 16, version >> 8 & 0xff, version & 0xff);
	json_add_text(about, "driver_version", text);
	json_add_text(about, "capabilities", nodes_caps_text(device->caps, text, sizeof text));
	json_add_text(about, "all_capabilities",
		      nodes_caps_text(device->info.capabilities, text, sizeof text));
	if (device_ioctl(device, VIDIOC_G_PRIORITY, &priority) == 0)
		json_add_text(about, "priority", priority_name(priority));
	return about;
}

static void print_about(struct json_object *device)
{
	static const char *const rows[][2] = {
		{ "path", "path" },         { "card", "card" },
		{ "driver", "driver" },     { "driver_version", "version" },
		{ "bus", "bus" },           { "capabilities", "can do" },
		{ "priority", "priority" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (*json_text(device, rows[i][0]))
			report_line(stdout, rows[i][1], "%s", json_text(device, rows[i][0]));
	if (strcmp(json_text(device, "all_capabilities"), json_text(device, "capabilities")) != 0)
		report_line(stdout, "all nodes", "%s", json_text(device, "all_capabilities"));
}

static struct json_object *read_sim_keys(struct device *device)
{
	struct json_object *array = NULL;

	if (device_is_simulated(device))
		array = json_object_new_array();
	for (const struct sim_key *key = sim_keys; array && key->key; key++) {
		struct json_object *object = json_object_new_object();

		json_add_text(object, "key", key->key);
		json_add_text(object, "argument", key->argument);
		json_add_text(object, "help", key->help);
		json_object_array_add(array, object);
	}
	return array;
}

static void print_sim_key(struct json_object *key)
{
	const char *argument = json_text(key, "argument");
	char left[SIM_KEY_MAX];

	snprintf(left, sizeof left, "  %s%s%s", json_text(key, "key"), *argument ? "=" : "", argument);
	terminal_column(stdout, SIM_KEY_COLUMN, left);
	terminal_wrap(stdout, TERMINAL_DEFAULT_WIDTH, SIM_KEY_COLUMN, json_text(key, "help"));
}
static void print_sim_keys(struct json_object *keys)
{
	for (size_t i = 0; i < json_object_array_length(keys); i++)
		print_sim_key(json_object_array_get_idx(keys, i));
}

/* The OUTPUT queue of a memory-to-memory node; NULL for other nodes. */
static struct json_object *read_output_section(struct device *device,
					       struct json_object *(*read)(struct device *device))
{
	enum v4l2_buf_type type = device->type;
	struct json_object *section;

	if (!nodes_is_m2m(device->caps))
		return NULL;
	device->type = device_is_multiplanar(device) ? V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE
						     : V4L2_BUF_TYPE_VIDEO_OUTPUT;
	section = read(device);
	device->type = type;
	return section;
}

static struct json_object *read_source_format(struct device *device)
{
	return read_output_section(device, report_device_format);
}

static struct json_object *read_source_io(struct device *device)
{
	return read_output_section(device, report_device_io);
}

static struct json_object *read_source_formats(struct device *device)
{
	return read_output_section(device, report_device_formats);
}

/* In the order of the report. Sections without a title continue the lines on the device. */
static const struct {
	const char *key, *title;
	struct json_object *(*read)(struct device *device);
	void (*print)(struct json_object *section);
} sections[] = {
	{ "device", NULL, read_about, print_about },
	{ "converts", NULL, report_conversion_json, report_conversion_print },
	{ "format", NULL, report_device_format, report_device_print_format },
	{ "data", NULL, report_device_data, report_device_print_data },
	{ "io", NULL, report_device_io, report_device_print_io },
	{ "source_format", NULL, read_source_format, report_device_print_source_format },
	{ "source_io", NULL, read_source_io, report_device_print_source_io },
	{ "formats", "Formats", report_device_formats, report_device_print_formats },
	{ "source_formats", "Formats that it converts", read_source_formats, report_device_print_formats },
	{ "inputs", "Inputs", report_device_inputs, report_device_print_inputs },
	{ "outputs", "Outputs", report_device_outputs, report_device_print_inputs },
	{ "audio", "Sound", report_device_audio, report_device_print_audio },
	{ "tuners", "Tuners", report_device_tuners, report_device_print_tuners },
	{ "standards", "Standards", report_device_standards, report_device_print_standards },
	{ "dv_timings", "Digital video timings", report_device_timings, report_device_print_timings },
	{ "edid", "EDID", report_device_edid, report_device_print_edid },
	{ "selections", "Cropping and composing", report_device_selections, report_device_print_selections },
	{ "controls", "Controls (--set-ctrl NAME=VALUE)", report_device_controls,
	  report_device_print_controls },
	{ "pipeline", "Media graph", report_device_pipeline, report_device_print_pipeline },
	{ "sim_keys", "Keys (-d sim:key=value,...)", read_sim_keys, print_sim_keys },
};

int report_device_read(const char *name, struct json_object **result)
{
	struct device device = { 0 };
	struct json_object *section;
	int err = device_open(&device, name, DEVICE_ALL);

	if (err < 0)
		return err;
	*result = json_object_new_object();
	json_add_text(*result, "version", V4L2Q_VERSION);
	json_add_text(*result, "command", "list");
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		section = sections[i].read(&device);
		if (section)
			json_object_object_add(*result, sections[i].key, section);
	}
	device_close(&device);
	return 0;
}
void report_device_print(struct json_object *object)
{
	struct json_object *section;

	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		if (!json_object_object_get_ex(object, sections[i].key, &section) ||
		    (json_object_is_type(section, json_type_array) && !json_object_array_length(section)))
			continue;
		if (sections[i].title)
			printf("\n%s\n", sections[i].title);
		sections[i].print(section);
	}
}
