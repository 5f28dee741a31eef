/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All about one device: asking it. */
#include "report/device.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "base/array.h"
#include "base/log.h"
#include "base/video_format.h"
#include "base/json.h"
#include "report/common.h"
#include "device/controls.h"
#include "device/device.h"
#include "device/negotiate.h"
#include "device/nodes.h"
#include "sim/options.h"
#include "queue/allocator.h"

/* A driver that never ends an enumeration must not make us go on for ever. */
#define ENUM_MAX 512u

/* The driver speaks of seconds a frame. Returns NULL where that makes no rate. */
static const char *rate_text(struct v4l2_fract interval, char text[FRACTION_TEXT_MAX])
{
	if (!interval.numerator || !interval.denominator)
		return NULL;
	return fraction_text(fraction_reduce(interval.denominator, interval.numerator), text);
}

/* "fps": all of them; or "min_fps" and "max_fps" where there are too many to name. */
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
			json_add_text(object, "min_fps", rate_text(interval.stepwise.max, text));
			json_add_text(object, "max_fps", rate_text(interval.stepwise.min, text));
			break;
		}
		if (rate_text(interval.discrete, text))
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

static int input_name(struct device *device, uint32_t i, char name[33])
{
	struct v4l2_input input = { .index = i };
	struct v4l2_output output = { .index = i };
	int err;

	if (device_is_output(device)) {
		err = device_ioctl(device, VIDIOC_ENUMOUTPUT, &output);
		snprintf(name, 33, "%.32s", (const char *)output.name);
	} else {
		err = device_ioctl(device, VIDIOC_ENUMINPUT, &input);
		snprintf(name, 33, "%.32s", (const char *)input.name);
	}
	return err;
}

static struct json_object *inputs_json(struct device *device)
{
	struct json_object *array = json_object_new_array(), *object;
	char name[33];
	int current = -1;

	if (device_ioctl(device, device_is_output(device) ? VIDIOC_G_OUTPUT : VIDIOC_G_INPUT, &current) < 0)
		current = -1;
	for (uint32_t i = 0; i < ENUM_MAX && input_name(device, i, name) == 0; i++) {
		object = json_object_new_object();
		json_add_count(object, "index", i);
		json_add_text(object, "name", name);
		json_add_bool(object, "current", (int)i == current);
		json_object_array_add(array, object);
	}
	return array;
}

static const char *control_type_name(uint32_t type)
{
	static const struct {
		uint32_t type;
		const char *name;
	} names[] = {
		{ V4L2_CTRL_TYPE_INTEGER, "int" },       { V4L2_CTRL_TYPE_BOOLEAN, "bool" },
		{ V4L2_CTRL_TYPE_MENU, "menu" },         { V4L2_CTRL_TYPE_BUTTON, "button" },
		{ V4L2_CTRL_TYPE_INTEGER64, "int64" },   { V4L2_CTRL_TYPE_BITMASK, "bitmask" },
		{ V4L2_CTRL_TYPE_INTEGER_MENU, "menu" }, { V4L2_CTRL_TYPE_STRING, "string" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].type == type)
			return names[i].name;
	return "compound";
}

struct control_list {
	struct device *device;
	struct json_object *array;
};

static struct json_object *menu_json(struct device *device, const struct control_info *info)
{
	struct json_object *menu = json_object_new_array(), *entry;
	char text[40];

	for (int64_t i = info->min; i <= info->max && i - info->min < ENUM_MAX; i++) {
		const char *name = controls_menu_text(device, info, i, text);

		if (!name)
			continue;
		entry = json_object_new_object();
		json_add_int(entry, "index", i);
		json_add_text(entry, "name", name);
		json_object_array_add(menu, entry);
	}
	return menu;
}

static int add_control(void *opaque, const struct control_info *info)
{
	struct control_list *list = opaque;
	struct json_object *object = json_object_new_object();

	json_add_text(object, "name", info->name);
	json_add_text(object, "type", control_type_name(info->type));
	if (info->type != V4L2_CTRL_TYPE_BUTTON) {
		json_add_int(object, "min", info->min);
		json_add_int(object, "max", info->max);
		json_add_int(object, "step", info->step);
		json_add_int(object, "default", info->standard);
		json_add_int(object, "value", info->value);
	}
	if (info->flags & V4L2_CTRL_FLAG_READ_ONLY)
		json_add_bool(object, "read_only", true);
	if (info->flags & V4L2_CTRL_FLAG_INACTIVE)
		json_add_bool(object, "inactive", true);
	if (info->type == V4L2_CTRL_TYPE_MENU || info->type == V4L2_CTRL_TYPE_INTEGER_MENU)
		json_object_object_add(object, "menu", menu_json(list->device, info));
	json_object_array_add(list->array, object);
	return 0;
}

static struct json_object *controls_json(struct device *device)
{
	struct control_list list = { device, json_object_new_array() };

	controls_enumerate(device, add_control, &list);
	return list.array;
}

/* Whether EXPBUF works shows only on a buffer. */
static bool exports(struct device *device, struct allocator *allocator)
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
	bool streams = device->caps & V4L2_CAP_STREAMING, maps;
	int err = 0;

	allocator_init(&allocator, device, format);
	if (streams && (err = allocator_probe(&allocator)) < 0) {
		json_add_text(object, "error", err_str(err));
		return object;
	}
	maps = streams && allocator_has(&allocator, V4L2_MEMORY_MMAP);
	json_add_bool(object, "mmap", maps);
	json_add_bool(object, "userptr", streams && allocator_has(&allocator, V4L2_MEMORY_USERPTR));
	json_add_bool(object, "dmabuf", maps && exports(device, &allocator));
	json_add_bool(object, "dmabuf-import", streams && allocator_has(&allocator, V4L2_MEMORY_DMABUF));
	json_add_bool(object, "rw", device->caps & V4L2_CAP_READWRITE);
	return object;
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

static void add_all(struct json_object *object, struct device *device)
{
	struct json_object *about = report_device_json(device);
	struct video_format format;
	char text[256];

	json_add_text(about, "capabilities", nodes_caps_text(device->caps, text, sizeof text));
	json_object_object_add(object, "device", about);
	json_object_object_add(object, "formats", formats_json(device));
	json_object_object_add(object, device_is_output(device) ? "outputs" : "inputs", inputs_json(device));
	json_object_object_add(object, "controls", controls_json(device));
	if (negotiate_get_format(device, &format) == 0) {
		json_object_object_add(object, "format", report_format_json(&format));
		json_object_object_add(object, "io", io_json(device, &format));
	}
	if (device_is_simulated(device))
		json_object_object_add(object, "sim_keys", sim_keys_json());
}

int describe_device(const char *name, struct json_object **result)
{
	struct device device = { 0 };
	int err = device_open(&device, name, DEVICE_ANY);

	if (err < 0)
		return err;
	*result = json_object_new_object();
	json_add_text(*result, "version", V4L2Q_VERSION);
	json_add_text(*result, "command", "list");
	add_all(*result, &device);
	device_close(&device);
	return 0;
}
