/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of 'v4l2q list -d DEV' on controls. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "base/text.h"
#include "device/controls/control_class.h"
#include "device/controls/control_payload.h"
#include "report/common.h"
#include "report/device_internal.h"

struct control_list {
	struct device *device;
	struct json_object *array;
	uint32_t class_id; /* class of the last control, whose name is class_name */
	char class_name[CONTROL_CLASS_MAX];
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

/* Adds "value" for a string, or "dims" and "values" for an array. */
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

/* Controls come in the order of their ids, and so by class. */
static const char *class_of(struct control_list *list, uint32_t id)
{
	if (V4L2_CTRL_ID2WHICH(id) != list->class_id)
		control_class_name(list->device, id, list->class_name);
	list->class_id = V4L2_CTRL_ID2WHICH(id);
	return list->class_name;
}

static void add_range(struct json_object *object, const struct control_info *info)
{
	json_add_int(object, "min", info->min);
	json_add_int(object, "max", info->max);
	json_add_int(object, "step", info->step);
	json_add_int(object, "default", info->standard);
}

static int add_control(void *opaque, const struct control_info *info)
{
	struct control_list *list = opaque;
	struct json_object *object = json_object_new_object();
	bool has_payload = control_payload_is_one(info);
	char id[16];

	json_add_text(object, "name", info->name);
	snprintf(id, sizeof id, "0x%08" PRIx32, info->id);
	json_add_text(object, "id", id);
	json_add_text(object, "class", class_of(list, info->id));
	json_add_text(object, "type", control_class_type(info->type));
	json_add_text(object, "unit", control_class_unit(info->id));
	if (info->type != V4L2_CTRL_TYPE_BUTTON) {
		add_range(object, info);
		if (!has_payload)
			json_add_int(object, "value", info->value);
	}
	if (has_payload)
		add_payload(object, list->device, info);
	json_object_object_add(object, "flags", report_flags_json(control_class_flags, info->flags));
	if (info->type == V4L2_CTRL_TYPE_MENU || info->type == V4L2_CTRL_TYPE_INTEGER_MENU)
		json_object_object_add(object, "menu", menu_json(list->device, info));
	json_object_array_add(list->array, object);
	return 0;
}

struct json_object *report_device_controls(struct device *device)
{
	struct control_list list = { .device = device, .array = json_object_new_array() };

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

static void print_range(struct json_object *control)
{
	printf(", %" PRId64 " to %" PRId64 ", step %" PRId64 ", default %" PRId64, json_int(control, "min"),
	       json_int(control, "max"), json_int(control, "step"), json_int(control, "default"));
}

/* "2x3 values: 100, 100, 7" */
static void print_items(struct json_object *control)
{
	size_t n, n_dims;
	struct json_object *values = json_array(control, "values", &n),
			   *dims = json_array(control, "dims", &n_dims);

	if (json_int(control, "max") > json_int(control, "min"))
		print_range(control);
	printf(", ");
	for (size_t i = 0; i < n_dims; i++)
		printf("%s%s", i ? "x" : "", json_object_get_string(json_object_array_get_idx(dims, i)));
	if (n_dims)
		printf(" values: ");
	for (size_t i = 0; i < n; i++)
		printf("%s%s", i ? ", " : "", json_object_get_string(json_object_array_get_idx(values, i)));
}

static void print_value(struct json_object *control, struct json_object *menu)
{
	const char *type = json_text(control, "type");
	int64_t max = json_int(control, "max"), standard = json_int(control, "default");
	int64_t value = json_int(control, "value");

	if (json_object_object_get_ex(control, "values", NULL))
		print_items(control);
	else if (menu)
		printf(", default %" PRId64 " (%s), now %" PRId64 " (%s)", standard,
		       menu_name(menu, standard), value, menu_name(menu, value));
	else if (strcmp(type, "string") == 0)
		printf(", %" PRId64 " to %" PRId64 " characters, now '%s'", json_int(control, "min"), max,
		       json_text(control, "value"));
	else if (strcmp(type, "bitmask") == 0)
		printf(", bits of 0x%" PRIx64 ", default 0x%" PRIx64 ", now 0x%" PRIx64, (uint64_t)max,
		       (uint64_t)standard, (uint64_t)value);
	else if (strcmp(type, "bool") == 0)
		printf(", default %" PRId64 ", now %" PRId64, standard, value);
	else if (strcmp(type, "button") != 0) {
		print_range(control);
		printf(", now %" PRId64, value);
	}
}

static void print_menu(struct json_object *menu)
{
	for (size_t i = 0; menu && i < json_object_array_length(menu); i++) {
		struct json_object *entry = json_object_array_get_idx(menu, i);

		printf("    %" PRId64 "  %s\n", json_int(entry, "index"), json_text(entry, "name"));
	}
}

static void print_control(struct json_object *control)
{
	size_t n, n_flags;
	struct json_object *menu = json_array(control, "menu", &n);
	struct json_object *all = json_array(control, "flags", &n_flags);
	char flags[200] = "";

	printf("  %-32s %s", json_text(control, "name"), json_text(control, "type"));
	print_value(control, n ? menu : NULL);
	if (*json_text(control, "unit"))
		printf(", unit %s", json_text(control, "unit"));
	for (size_t i = 0; i < n_flags; i++) {
		const char *flag = json_object_get_string(json_object_array_get_idx(all, i));

		if (strcmp(flag, "has-payload") != 0) /* the type implies it */
			text_join(flags, sizeof flags, ", ", "%s", flag);
	}
	printf("%s%s, id %s\n", *flags ? ", " : "", flags, json_text(control, "id"));
	print_menu(menu);
}

void report_device_print_controls(struct json_object *controls)
{
	const char *last = "";

	for (size_t i = 0; i < json_object_array_length(controls); i++) {
		struct json_object *control = json_object_array_get_idx(controls, i);

		if (strcmp(json_text(control, "class"), last) != 0)
			printf(" %s\n", json_text(control, "class"));
		last = json_text(control, "class");
		print_control(control);
	}
}
