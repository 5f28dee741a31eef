/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All about one device: printing it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "report/device.h"
#include "base/json.h"
#include "base/array.h"
#include "base/terminal.h"

/* "30/1" is 30 to people. */
static void print_rate(const char *before, const char *rate)
{
	size_t whole = strcspn(rate, "/");

	printf("%s%.*s", before, strcmp(rate + whole, "/1") == 0 ? (int)whole : (int)strlen(rate), rate);
}

static void print_rates(struct json_object *size)
{
	size_t n;
	struct json_object *rates = json_array(size, "fps", &n);

	for (size_t i = 0; i < n; i++)
		print_rate(i ? ", " : " at ", json_object_get_string(json_object_array_get_idx(rates, i)));
	if (*json_text(size, "max_fps")) {
		print_rate(" at ", json_text(size, "min_fps"));
		print_rate(" to ", json_text(size, "max_fps"));
		n = 1;
	}
	printf(n ? " fps\n" : "\n");
}

static void print_size(struct json_object *size)
{
	printf("    ");
	if (json_int(size, "min_width"))
		printf("%" PRId64 "x%" PRId64 " to ", json_int(size, "min_width"),
		       json_int(size, "min_height"));
	printf("%" PRId64 "x%" PRId64, json_int(size, "width"), json_int(size, "height"));
	if (json_int(size, "step_width") > 1 || json_int(size, "step_height") > 1)
		printf(" in steps of %" PRId64 "x%" PRId64, json_int(size, "step_width"),
		       json_int(size, "step_height"));
	print_rates(size);
}

static void print_format(struct json_object *format)
{
	size_t n;
	struct json_object *sizes = json_array(format, "sizes", &n);

	printf("  %s  %s%s%s\n", json_text(format, "pixelformat"), json_text(format, "description"),
	       json_int(format, "compressed") ? ", compressed" : "",
	       json_int(format, "emulated") ? ", made by libv4l2" : "");
	for (size_t i = 0; i < n; i++)
		print_size(json_object_array_get_idx(sizes, i));
}

static void print_input(struct json_object *input)
{
	printf("  %" PRId64 "  %s%s\n", json_int(input, "index"), json_text(input, "name"),
	       json_int(input, "current") ? " (selected)" : "");
}

static void print_control(struct json_object *control)
{
	const char *type = json_text(control, "type");
	size_t n;
	struct json_object *menu = json_array(control, "menu", &n);

	printf("  %-32s %s", json_text(control, "name"), type);
	if (strcmp(type, "bool") == 0 || n)
		printf(", default %" PRId64 ", now %" PRId64, json_int(control, "default"),
		       json_int(control, "value"));
	else if (strcmp(type, "button") != 0)
		printf(", %" PRId64 " to %" PRId64 ", step %" PRId64 ", default %" PRId64 ", now %" PRId64,
		       json_int(control, "min"), json_int(control, "max"), json_int(control, "step"),
		       json_int(control, "default"), json_int(control, "value"));
	printf("%s%s\n", json_int(control, "read_only") ? ", read-only" : "",
	       json_int(control, "inactive") ? ", inactive" : "");
	for (size_t i = 0; i < n; i++) {
		struct json_object *entry = json_object_array_get_idx(menu, i);

		printf("    %" PRId64 "  %s\n", json_int(entry, "index"), json_text(entry, "name"));
	}
}

static void print_sim_key(struct json_object *key)
{
	const char *argument = json_text(key, "argument");
	char left[64];

	snprintf(left, sizeof left, "  %s%s%s", json_text(key, "key"), *argument ? "=" : "", argument);
	terminal_column(stdout, 30, left);
	terminal_wrap(stdout, TERMINAL_DEFAULT_WIDTH, 30, json_text(key, "help"));
}

/* Every array of the object that has entries, under its heading. */
static const struct {
	const char *key, *title;
	void (*print)(struct json_object *entry);
} sections[] = {
	{ "formats", "Formats", print_format },
	{ "inputs", "Inputs", print_input },
	{ "outputs", "Outputs", print_input },
	{ "controls", "Controls (--set-ctrl NAME=VALUE)", print_control },
	{ "sim_keys", "Keys (-d sim:key=value,...)", print_sim_key },
};

static void print_io(struct json_object *object)
{
	struct json_object *io;
	bool any = false;

	if (!json_object_object_get_ex(object, "io", &io))
		return;
	printf("%-10s", "io modes");
	if (*json_text(io, "error"))
		printf(" unknown: %s", json_text(io, "error"));
	json_object_object_foreach(io, name, works)
	{
		if (json_object_is_type(works, json_type_boolean) && json_object_get_boolean(works)) {
			printf("%s%s", any ? ", " : " ", name);
			any = true;
		}
	}
	printf("\n");
}

static void print_present_format(struct json_object *object)
{
	struct json_object *format;

	if (!json_object_object_get_ex(object, "format", &format))
		return;
	printf("%-10s %s %" PRId64 "x%" PRId64, "set to", json_text(format, "pixelformat"),
	       json_int(format, "width"), json_int(format, "height"));
	if (*json_text(format, "fps")) {
		print_rate(" at ", json_text(format, "fps"));
		printf(" fps");
	}
	printf("\n");
}

void describe_print(struct json_object *object)
{
	static const char *const about[][2] = {
		{ "path", "path" }, { "card", "card" },           { "driver", "driver" },
		{ "bus", "bus" },   { "capabilities", "can do" },
	};
	struct json_object *device, *array;
	size_t n;

	json_object_object_get_ex(object, "device", &device);
	for (size_t i = 0; i < ARRAY_SIZE(about); i++)
		printf("%-10s %s\n", about[i][1], json_text(device, about[i][0]));
	print_present_format(object);
	print_io(object);
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		array = json_array(object, sections[i].key, &n);
		if (n)
			printf("\n%s\n", sections[i].title);
		for (size_t k = 0; k < n; k++)
			sections[i].print(json_object_array_get_idx(array, k));
	}
}
