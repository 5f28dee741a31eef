/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What 'v4l2q list -d DEV' says about one device: queried into a JSON object, which is then printed. */
#include "report/device.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include "base/array.h"
#include "base/json.h"
#include "base/log.h"
#include "base/pixfmt.h"
#include "base/terminal.h"
#include "base/text.h"
#include "device/device.h"
#include "device/frame_rate.h"
#include "device/inputs.h"
#include "device/negotiate.h"
#include "device/nodes.h"
#include "queue/io.h"
#include "report/common.h"
#include "report/device_internal.h"
#include "sim/options.h"

#define SIM_KEY_COLUMN 30u
#define RATES_TEXT_MAX 2000

/* NULL: the interval is not a valid one. */
static const char *rate_text(const struct v4l2_fract *interval, char text[FRACTION_TEXT_MAX])
{
	struct fraction fps = frame_rate_of(interval);

	return fps.den ? fraction_text(fps, text) : NULL;
}

static bool last_is(struct json_object *array, const char *text)
{
	size_t n = json_object_array_length(array);

	return n && strcmp(json_object_get_string(json_object_array_get_idx(array, n - 1)), text) == 0;
}

/* "fps": the discrete rates; "min_fps" and "max_fps" for a continuous or stepwise range. */
static void add_rates(struct json_object *object, struct device *device, uint32_t fourcc, uint32_t width,
		      uint32_t height)
{
	struct json_object *array = json_object_new_array();
	char text[FRACTION_TEXT_MAX];

	for (uint32_t i = 0; i < ENUM_MAX; i++) {
		struct v4l2_frmivalenum interval = {
			.index = i, .pixel_format = fourcc, .width = width, .height = height
		};

		if (device_ioctl(device, VIDIOC_ENUM_FRAMEINTERVALS, &interval) < 0)
			break;
		if (interval.type != V4L2_FRMIVAL_TYPE_DISCRETE) {
			json_add_text(object, "min_fps", rate_text(&interval.stepwise.max, text));
			json_add_text(object, "max_fps", rate_text(&interval.stepwise.min, text));
			break;
		}
		if (!rate_text(&interval.discrete, text))
			continue;
		if (last_is(array, text)) /* an index that the driver ignores */
			break;
		json_object_array_add(array, json_object_new_string(text));
	}
	if (json_object_array_length(array))
		json_object_object_add(object, "fps", array);
	else
		json_object_put(array);
}

static struct json_object *size_json(struct device *device, uint32_t fourcc,
				     const struct v4l2_frmsizeenum *size)
{
	struct json_object *object = json_object_new_object();
	const struct v4l2_frmsize_stepwise *steps = &size->stepwise;
	uint32_t width = size->discrete.width, height = size->discrete.height;

	if (size->type != V4L2_FRMSIZE_TYPE_DISCRETE) {
		json_add_count(object, "min_width", steps->min_width);
		json_add_count(object, "min_height", steps->min_height);
		json_add_count(object, "step_width", steps->step_width);
		json_add_count(object, "step_height", steps->step_height);
		width = steps->max_width;
		height = steps->max_height;
	}
	json_add_count(object, "width", width);
	json_add_count(object, "height", height);
	add_rates(object, device, fourcc, width, height);
	return object;
}

static struct json_object *sizes_json(struct device *device, uint32_t fourcc)
{
	struct json_object *array = json_object_new_array();

	for (uint32_t i = 0; i < ENUM_MAX; i++) {
		struct v4l2_frmsizeenum size = { .index = i, .pixel_format = fourcc };

		if (device_ioctl(device, VIDIOC_ENUM_FRAMESIZES, &size) < 0)
			break;
		json_object_array_add(array, size_json(device, fourcc, &size));
		if (size.type != V4L2_FRMSIZE_TYPE_DISCRETE)
			break;
	}
	return array;
}

static struct json_object *formats_json(struct device *device)
{
	struct json_object *array = json_object_new_array(), *object;
	char fourcc[FOURCC_TEXT_MAX];

	for (uint32_t i = 0; i < ENUM_MAX; i++) {
		struct v4l2_fmtdesc desc = { .index = i, .type = device->type };

		if (device_ioctl(device, VIDIOC_ENUM_FMT, &desc) < 0)
			break;
		desc.description[sizeof desc.description - 1] = '\0';
		object = json_object_new_object();
		json_add_text(object, "pixelformat", fourcc_text(desc.pixelformat, fourcc));
		json_add_text(object, "description", (const char *)desc.description);
		json_add_bool(object, "compressed", desc.flags & V4L2_FMT_FLAG_COMPRESSED);
		json_add_bool(object, "emulated", desc.flags & V4L2_FMT_FLAG_EMULATED);
		json_object_object_add(object, "sizes", sizes_json(device, desc.pixelformat));
		json_object_array_add(array, object);
	}
	return array;
}

/* "30/1" is "30" in text. */
static const char *short_rate(const char *rate, char text[FRACTION_TEXT_MAX])
{
	size_t whole = strcspn(rate, "/");

	snprintf(text, FRACTION_TEXT_MAX, "%.*s", strcmp(rate + whole, "/1") == 0 ? (int)whole : -1, rate);
	return text;
}

/* " at 15, 30 fps", or "" where the driver tells none. */
static void rates_text(struct json_object *size, char *text, size_t length)
{
	size_t n;
	struct json_object *rates = json_array(size, "fps", &n);
	char min[FRACTION_TEXT_MAX], max[FRACTION_TEXT_MAX];

	*text = '\0';
	for (size_t i = 0; i < n; i++)
		text_add(text, length, "%s%s", i ? ", " : " at ",
			 short_rate(json_object_get_string(json_object_array_get_idx(rates, i)), max));
	if (*json_text(size, "max_fps"))
		text_add(text, length, " at %s to %s", short_rate(json_text(size, "min_fps"), min),
			 short_rate(json_text(size, "max_fps"), max));
	if (*text)
		text_add(text, length, " fps");
}

static void print_size(struct json_object *size, const char *rates)
{
	printf("    ");
	if (json_int(size, "min_width"))
		printf("%" PRId64 "x%" PRId64 " to ", json_int(size, "min_width"),
		       json_int(size, "min_height"));
	printf("%" PRId64 "x%" PRId64, json_int(size, "width"), json_int(size, "height"));
	if (json_int(size, "step_width") > 1 || json_int(size, "step_height") > 1)
		printf(" in steps of %" PRId64 "x%" PRId64, json_int(size, "step_width"),
		       json_int(size, "step_height"));
	printf("%s\n", rates);
}

/* The rates of all sizes where they are alike, and there are several. */
static bool common_rates(struct json_object *sizes, size_t n, char *text, size_t length)
{
	char other[RATES_TEXT_MAX];

	if (n < 2)
		return false;
	rates_text(json_object_array_get_idx(sizes, 0), text, length);
	for (size_t i = 1; i < n; i++) {
		rates_text(json_object_array_get_idx(sizes, i), other, sizeof other);
		if (strcmp(other, text) != 0)
			return false;
	}
	return *text;
}

/* The first of the formats before `index` that has the same sizes at the same rates; "": none. */
static const char *same_sizes_as(struct json_object *formats, size_t index)
{
	struct json_object *sizes, *others;
	size_t n;

	sizes = json_array(json_object_array_get_idx(formats, index), "sizes", &n);
	for (size_t i = 0; i < index && n; i++) {
		struct json_object *format = json_object_array_get_idx(formats, i);

		others = json_array(format, "sizes", &n);
		if (json_object_equal(sizes, others))
			return json_text(format, "pixelformat");
	}
	return "";
}

static void print_format(struct json_object *formats, size_t index)
{
	struct json_object *format = json_object_array_get_idx(formats, index);
	const char *same = same_sizes_as(formats, index);
	char all[RATES_TEXT_MAX] = "", rates[RATES_TEXT_MAX];
	size_t n;
	struct json_object *sizes = json_array(format, "sizes", &n);
	bool alike = !*same && common_rates(sizes, n, all, sizeof all);

	printf("  %s  %s%s%s%s%s%s%s\n", json_text(format, "pixelformat"), json_text(format, "description"),
	       json_is_true(format, "compressed") ? ", compressed" : "",
	       json_is_true(format, "emulated") ? ", made by libv4l2" : "", alike ? ", each size" : "",
	       alike ? all : "", *same ? ", same sizes as " : "", same);
	for (size_t i = 0; i < n && !*same; i++) {
		struct json_object *size = json_object_array_get_idx(sizes, i);

		rates_text(size, rates, sizeof rates);
		print_size(size, alike ? "" : rates);
	}
}

static struct json_object *inputs_json(struct device *device)
{
	struct json_object *array = json_object_new_array(), *object;
	char name[INPUT_NAME_MAX];
	int current = -1;

	if (device_ioctl(device, device_is_output(device) ? VIDIOC_G_OUTPUT : VIDIOC_G_INPUT, &current) < 0)
		current = -1;
	for (uint32_t i = 0; i < ENUM_MAX && inputs_name(device, i, name); i++) {
		object = json_object_new_object();
		json_add_count(object, "index", i);
		json_add_text(object, "name", name);
		json_add_bool(object, "current", (int)i == current);
		json_object_array_add(array, object);
	}
	return array;
}

static void print_input(struct json_object *inputs, size_t index)
{
	struct json_object *input = json_object_array_get_idx(inputs, index);

	printf("  %" PRId64 "  %s%s\n", json_int(input, "index"), json_text(input, "name"),
	       json_is_true(input, "current") ? " (selected)" : "");
}

/* Whether the driver supports EXPBUF, which no capability tells: it takes a buffer to try it. */
static bool can_export(struct device *device, struct allocator *allocator)
{
	struct v4l2_exportbuffer export = { .type = device->type, .flags = O_CLOEXEC | O_RDWR };
	bool works;

	if (device->emulated || allocator_start(allocator, 1, V4L2_MEMORY_MMAP) < 0)
		return false;
	works = device_ioctl(device, VIDIOC_EXPBUF, &export) == 0;
	if (works && export.fd >= 0)
		close(export.fd);
	allocator_stop(allocator);
	return works;
}

static struct json_object *io_json(struct device *device, const struct video_format *format)
{
	struct json_object *object = json_object_new_object();
	struct allocator allocator;
	int err = 0;

	allocator_init(&allocator, device, format);
	if (device->caps & V4L2_CAP_STREAMING)
		err = allocator_probe(&allocator);
	if (err < 0) {
		json_add_text(object, "error", err_str(err));
		return object;
	}
	for (size_t i = 0; i < N_IO_MODES; i++) {
		const struct io_ops *io = io_modes[i];

		json_add_bool(object, io->name,
			      !io_unsupported(io, &allocator) &&
				      (!io->exports || can_export(device, &allocator)));
	}
	return object;
}

static void print_io(struct json_object *io)
{
	char text[80] = "";

	if (*json_text(io, "error")) {
		report_line(stdout, "io modes", "unknown: %s", json_text(io, "error"));
		return;
	}
	json_object_object_foreach(io, name, works)
	{
		if (json_object_get_boolean(works))
			text_join(text, sizeof text, ", ", "%s", name);
	}
	report_line(stdout, "io modes", "%s", text);
}

static void print_current_format(struct json_object *format)
{
	char fps[40] = "", rate[FRACTION_TEXT_MAX];

	if (*json_text(format, "fps"))
		snprintf(fps, sizeof fps, " at %s fps", short_rate(json_text(format, "fps"), rate));
	report_line(stdout, "set to", "%s %" PRId64 "x%" PRId64 "%s", json_text(format, "pixelformat"),
		    json_int(format, "width"), json_int(format, "height"), fps);
}

static struct json_object *sim_keys_json(void)
{
	struct json_object *array = json_object_new_array();

	for (const struct sim_key *key = sim_keys; key->key; key++) {
		struct json_object *object = json_object_new_object();

		json_add_text(object, "key", key->key);
		json_add_text(object, "argument", key->argument);
		json_add_text(object, "help", key->help);
		json_object_array_add(array, object);
	}
	return array;
}

static void print_sim_key(struct json_object *keys, size_t index)
{
	struct json_object *key = json_object_array_get_idx(keys, index);
	const char *argument = json_text(key, "argument");
	char left[64];

	snprintf(left, sizeof left, "  %s%s%s", json_text(key, "key"), *argument ? "=" : "", argument);
	terminal_column(stdout, SIM_KEY_COLUMN, left);
	terminal_wrap(stdout, TERMINAL_DEFAULT_WIDTH, SIM_KEY_COLUMN, json_text(key, "help"));
}

static void add_details(struct json_object *object, struct device *device)
{
	struct json_object *about = report_device_json(device);
	struct video_format format;
	char text[256];

	json_add_text(about, "capabilities", nodes_caps_text(device->caps, text, sizeof text));
	json_object_object_add(object, "device", about);
	json_object_object_add(object, "formats", formats_json(device));
	json_object_object_add(object, device_is_output(device) ? "outputs" : "inputs", inputs_json(device));
	json_object_object_add(object, "controls", report_device_controls(device));
	if (negotiate_get_format(device, &format) == 0) {
		json_object_object_add(object, "format", report_format_json(&format));
		json_object_object_add(object, "io", io_json(device, &format));
	}
	if (device_is_simulated(device))
		json_object_object_add(object, "sim_keys", sim_keys_json());
}

int report_device_read(const char *name, struct json_object **result)
{
	struct device device = { 0 };
	int err = device_open(&device, name, DEVICE_NODE);

	if (err < 0)
		return err;
	*result = json_object_new_object();
	json_add_text(*result, "version", V4L2Q_VERSION);
	json_add_text(*result, "command", "list");
	add_details(*result, &device);
	device_close(&device);
	return 0;
}

/* An array of the object, and the heading above its entries. */
static const struct {
	const char *key, *title;
	void (*print)(struct json_object *array, size_t index);
} sections[] = {
	{ "formats", "Formats", print_format },
	{ "inputs", "Inputs", print_input },
	{ "outputs", "Outputs", print_input },
	{ "controls", "Controls (--set-ctrl NAME=VALUE)", report_device_print_control },
	{ "sim_keys", "Keys (-d sim:key=value,...)", print_sim_key },
};

void report_device_print(struct json_object *object)
{
	static const char *const about[][2] = {
		{ "path", "path" }, { "card", "card" },           { "driver", "driver" },
		{ "bus", "bus" },   { "capabilities", "can do" },
	};
	struct json_object *member;
	size_t n;

	json_object_object_get_ex(object, "device", &member);
	for (size_t i = 0; i < ARRAY_SIZE(about); i++)
		report_line(stdout, about[i][1], "%s", json_text(member, about[i][0]));
	if (json_object_object_get_ex(object, "format", &member))
		print_current_format(member);
	if (json_object_object_get_ex(object, "io", &member))
		print_io(member);
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		member = json_array(object, sections[i].key, &n);
		if (n)
			printf("\n%s\n", sections[i].title);
		for (size_t k = 0; k < n; k++)
			sections[i].print(member, k);
	}
}
