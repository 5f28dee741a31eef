/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What 'v4l2q list -d DEV' says about the controls. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/json.h"
#include "base/text.h"
#include "device/control_payload.h"
#include "report/device_internal.h"

static const char *control_type_name(uint32_t type)
{
	static const struct {
		uint32_t type;
		const char *name;
	} names[] = {
		{ V4L2_CTRL_TYPE_INTEGER, "int" },
		{ V4L2_CTRL_TYPE_BOOLEAN, "bool" },
		{ V4L2_CTRL_TYPE_MENU, "menu" },
		{ V4L2_CTRL_TYPE_BUTTON, "button" },
		{ V4L2_CTRL_TYPE_INTEGER64, "int64" },
		{ V4L2_CTRL_TYPE_BITMASK, "bitmask" },
		{ V4L2_CTRL_TYPE_INTEGER_MENU, "menu" },
		{ V4L2_CTRL_TYPE_STRING, "string" },
		{ V4L2_CTRL_TYPE_U8, "u8" },
		{ V4L2_CTRL_TYPE_U16, "u16" },
		{ V4L2_CTRL_TYPE_U32, "u32" },
		{ V4L2_CTRL_TYPE_AREA, "area" },
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

/* A string's "value", or the "dims" of an array and its "values". */
static void add_payload(struct json_object *object, struct device *device, const struct control_info *info)
{
	struct json_object *dims = json_object_new_array(), *values = json_object_new_array();
	uint32_t n = control_payload_items(info);
	uint8_t *payload;

	for (uint32_t i = 0; i < info->n_dims; i++)
		json_object_array_add(dims, json_object_new_int64(info->dims[i]));
	if (!(info->flags & V4L2_CTRL_FLAG_WRITE_ONLY) && control_payload_read(device, info, &payload) == 0) {
		for (uint32_t i = 0; i < n; i++)
			json_object_array_add(values,
					      json_object_new_int64(control_payload_item(info, payload, i)));
		if (info->type == V4L2_CTRL_TYPE_STRING)
			json_add_text(object, "value", (const char *)payload);
		free(payload);
	}
	if (info->n_dims)
		json_object_object_add(object, "dims", dims);
	else
		json_object_put(dims);
	if (info->type != V4L2_CTRL_TYPE_STRING)
		json_object_object_add(object, "values", values);
	else
		json_object_put(values);
}

static const struct {
	uint32_t flag;
	const char *key, *text;
} control_flags[] = {
	{ V4L2_CTRL_FLAG_READ_ONLY, "read_only", "read-only" },
	{ V4L2_CTRL_FLAG_WRITE_ONLY, "write_only", "write-only" },
	{ V4L2_CTRL_FLAG_INACTIVE, "inactive", "inactive" },
	{ V4L2_CTRL_FLAG_VOLATILE, "volatile", "volatile" },
	{ V4L2_CTRL_FLAG_GRABBED, "grabbed", "grabbed" },
};

static int add_control(void *opaque, const struct control_info *info)
{
	struct control_list *list = opaque;
	struct json_object *object = json_object_new_object();
	bool has_payload = control_payload_is_one(info);

	json_add_text(object, "name", info->name);
	json_add_text(object, "type", control_type_name(info->type));
	if (info->type != V4L2_CTRL_TYPE_BUTTON) {
		json_add_int(object, "min", info->min);
		json_add_int(object, "max", info->max);
		json_add_int(object, "step", info->step);
		json_add_int(object, "default", info->standard);
		if (!has_payload)
			json_add_int(object, "value", info->value);
	}
	if (has_payload)
		add_payload(object, list->device, info);
	for (size_t i = 0; i < ARRAY_SIZE(control_flags); i++)
		if (info->flags & control_flags[i].flag)
			json_add_bool(object, control_flags[i].key, true);
	if (info->type == V4L2_CTRL_TYPE_MENU || info->type == V4L2_CTRL_TYPE_INTEGER_MENU)
		json_object_object_add(object, "menu", menu_json(list->device, info));
	json_object_array_add(list->array, object);
	return 0;
}

struct json_object *report_device_controls(struct device *device)
{
	struct control_list list = { device, json_object_new_array() };

	controls_enumerate(device, add_control, &list);
	return list.array;
}

static const char *menu_name(struct json_object *menu, int64_t index)
{
	for (size_t i = 0; i < json_object_array_length(menu); i++) {
		struct json_object *entry = json_object_array_get_idx(menu, i);

		if (json_int(entry, "index") == index)
			return json_text(entry, "name");
	}
	return "not in the menu";
}

/* "2x3 values: 100, 100, 7, ..." */
static void print_items(struct json_object *control)
{
	size_t n, n_dims;
	struct json_object *values = json_array(control, "values", &n),
			   *dims = json_array(control, "dims", &n_dims);
	char text[60] = "";

	if (json_int(control, "max") > json_int(control, "min"))
		printf(", %" PRId64 " to %" PRId64, json_int(control, "min"), json_int(control, "max"));
	printf(", ");
	for (size_t i = 0; i < n_dims; i++)
		printf("%s%s", i ? "x" : "", json_object_get_string(json_object_array_get_idx(dims, i)));
	for (size_t i = 0; i < n; i++)
		text_join(text, sizeof text, ", ", "%s",
			  json_object_get_string(json_object_array_get_idx(values, i)));
	printf(n_dims ? " values: %s" : "%s", text);
}

static void print_value(struct json_object *control, struct json_object *menu)
{
	const char *type = json_text(control, "type");
	int64_t min = json_int(control, "min"), max = json_int(control, "max");
	int64_t standard = json_int(control, "default"), value = json_int(control, "value");

	if (json_object_object_get_ex(control, "values", NULL))
		print_items(control);
	else if (menu)
		printf(", default %" PRId64 " (%s), now %" PRId64 " (%s)", standard,
		       menu_name(menu, standard), value, menu_name(menu, value));
	else if (strcmp(type, "string") == 0)
		printf(", %" PRId64 " to %" PRId64 " characters, now '%s'", min, max,
		       json_text(control, "value"));
	else if (strcmp(type, "bitmask") == 0)
		printf(", bits of 0x%" PRIx64 ", default 0x%" PRIx64 ", now 0x%" PRIx64, (uint64_t)max,
		       (uint64_t)standard, (uint64_t)value);
	else if (strcmp(type, "bool") == 0)
		printf(", default %" PRId64 ", now %" PRId64, standard, value);
	else if (strcmp(type, "button") != 0)
		printf(", %" PRId64 " to %" PRId64 ", step %" PRId64 ", default %" PRId64 ", now %" PRId64,
		       min, max, json_int(control, "step"), standard, value);
}

static void print_control(struct json_object *control)
{
	size_t n;
	struct json_object *menu = json_array(control, "menu", &n);

	printf("  %-32s %s", json_text(control, "name"), json_text(control, "type"));
	print_value(control, n ? menu : NULL);
	for (size_t i = 0; i < ARRAY_SIZE(control_flags); i++)
		if (json_is_true(control, control_flags[i].key))
			printf(", %s", control_flags[i].text);
	printf("\n");
	for (size_t i = 0; i < n; i++) {
		struct json_object *entry = json_object_array_get_idx(menu, i);

		printf("    %" PRId64 "  %s\n", json_int(entry, "index"), json_text(entry, "name"));
	}
}

void report_device_print_controls(struct json_object *controls)
{
	for (size_t i = 0; i < json_object_array_length(controls); i++)
		print_control(json_object_array_get_idx(controls, i));
}
