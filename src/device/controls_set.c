/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting controls by the names and values that users write. */
#include "device/controls_set.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/array.h"
#include "base/log.h"
#include "base/text.h"
#include "device/controls_internal.h"

#define TEXT_MAX 600
#define MENU_MAX 256 /* entries read of a menu */

struct control_search {
	char name[CONTROL_NAME_MAX];
	struct control_info found;
	char similar[TEXT_MAX]; /* names of other controls */
};

static int compare_control(void *opaque, const struct control_info *info)
{
	struct control_search *search = opaque;

	if (strcmp(info->name, search->name) == 0) {
		search->found = *info;
		return 1;
	}
	if (text_distance(info->name, search->name) <= 1 + strlen(search->name) / 4 ||
	    strstr(info->name, search->name) || strstr(search->name, info->name))
		text_join(search->similar, sizeof search->similar, ", ", "%s", info->name);
	return 0;
}

static int find_control_by_name(struct device *device, const char *name, struct control_info *info)
{
	struct control_search search = { .similar = "" };
	int result;

	controls_name(name, search.name);
	result = search.name[0] ? controls_enumerate(device, compare_control, &search) : 0;
	if (result < 0)
		return device_error(device, "VIDIOC_QUERY_EXT_CTRL", result);
	*info = search.found;
	if (result > 0)
		return 0;
	if (*search.similar)
		log_error("%s: unknown control '%s'; did you mean %s?", device->path, name, search.similar);
	else
		log_error("%s: unknown control '%s' (v4l2q list -d %s shows its controls)", device->path,
			  name, device->path);
	return -ERANGE;
}

static bool is_menu(const struct control_info *info)
{
	return info->type == V4L2_CTRL_TYPE_MENU || info->type == V4L2_CTRL_TYPE_INTEGER_MENU;
}

static int64_t menu_end(const struct control_info *info)
{
	return info->max < MENU_MAX ? info->max : MENU_MAX;
}

/* Logs why a value is not accepted and which ones are. Returns -ERANGE. */
static int report_value(struct device *device, const struct control_info *info, const char *value,
			const char *why)
{
	char list[TEXT_MAX] = "", entry[40];

	if (info->type == V4L2_CTRL_TYPE_BOOLEAN)
		text_add(list, sizeof list, "0 or 1");
	else if (info->type == V4L2_CTRL_TYPE_STRING)
		text_add(list, sizeof list, "%" PRId64 " to %" PRId64 " characters", info->min, info->max);
	else if (info->type == V4L2_CTRL_TYPE_BITMASK)
		text_add(list, sizeof list, "bits of 0x%" PRIx64, (uint64_t)info->max);
	else if (!is_menu(info))
		text_add(list, sizeof list,
			 "%" PRId64 " to %" PRId64 " in steps of %" PRId64 ", default %" PRId64, info->min,
			 info->max, info->step, info->standard);
	for (int64_t i = info->min; is_menu(info) && i <= menu_end(info); i++)
		if (controls_menu_text(device, info, i, entry))
			text_join(list, sizeof list, ", ", "%" PRId64 " (%s)", i, entry);
	log_error("%s: control %s: invalid value '%s' (%s): expected %s", device->path, info->name, value,
		  why, list);
	return -ERANGE;
}

/* Finds a menu entry by its text as it is, or in the form of a control's name. */
static bool find_menu_entry(struct device *device, const struct control_info *info, const char *text,
			    int64_t *value)
{
	char wanted[CONTROL_NAME_MAX], name[CONTROL_NAME_MAX], entry[40];

	controls_name(text, wanted);
	for (int64_t i = info->min; i <= menu_end(info); i++) {
		if (!controls_menu_text(device, info, i, entry))
			continue;
		controls_name(entry, name);
		if (strcasecmp(entry, text) == 0 || (*wanted && strcmp(name, wanted) == 0)) {
			*value = i;
			return true;
		}
	}
	return false;
}

static bool parse_boolean(const char *text, int64_t *value)
{
	static const struct {
		const char *word;
		int64_t value;
	} words[] = { { "true", 1 }, { "false", 0 }, { "on", 1 }, { "off", 0 }, { "yes", 1 }, { "no", 0 } };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcasecmp(text, words[i].word) == 0) {
			*value = words[i].value;
			return true;
		}
	}
	return false;
}

static bool parse_control_number(const char *text, int64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoll(text, &end, 0);
	return end != text && !*end && errno == 0;
}

static int parse_control_value(struct device *device, const struct control_info *info, const char *text,
			       int64_t *value)
{
	char entry[40];

	if (!parse_control_number(text, value) &&
	    !(info->type == V4L2_CTRL_TYPE_BOOLEAN && parse_boolean(text, value)) &&
	    !(is_menu(info) && find_menu_entry(device, info, text, value)))
		return report_value(device, info, text, is_menu(info) ? "not in its menu" : "not a number");
	if (info->type == V4L2_CTRL_TYPE_BITMASK ? (uint64_t)*value & ~(uint64_t)info->max
						 : *value < info->min || *value > info->max)
		return report_value(device, info, text, is_menu(info) ? "not in its menu" : "out of range");
	if (is_menu(info) && !controls_menu_text(device, info, *value, entry))
		return report_value(device, info, text, "not in its menu");
	return 0;
}

/* Logs why the driver refuses a value. Returns -ERANGE, or -ENODEV. */
static int report_refusal(struct device *device, const struct control_info *info, const char *text, int err)
{
	static const struct {
		uint32_t flag;
		const char *why;
	} reasons[] = {
		{ V4L2_CTRL_FLAG_READ_ONLY, "it is read-only" },
		{ V4L2_CTRL_FLAG_GRABBED, "another program holds it, or it cannot change while streaming" },
		{ V4L2_CTRL_FLAG_INACTIVE,
		  "it is inactive: another control, such as an automatic mode, overrides it" },
	};

	if (err == -ENODEV)
		return device_error(device, "VIDIOC_S_CTRL", err);
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if (info->flags & reasons[i].flag) {
			log_error("%s: control %s: cannot be set to %s: %s", device->path, info->name, text,
				  reasons[i].why);
			return -ERANGE;
		}
	}
	return report_value(device, info, text, err_str(err));
}

static int set_string(struct device *device, const struct control_info *info, const char *text)
{
	int err = controls_write_string(device, info, text);

	return err < 0 && err != -ENOMEM ? report_refusal(device, info, text, err) : err;
}

/* Whether the value can be checked by reading it: not where the device changes it, or where writing it only
 * triggers an action. */
static bool can_verify(const struct control_info *info)
{
	return controls_is_number(info) &&
	       !(info->flags &
		 (V4L2_CTRL_FLAG_WRITE_ONLY | V4L2_CTRL_FLAG_VOLATILE | V4L2_CTRL_FLAG_EXECUTE_ON_WRITE));
}

static int set_number(struct device *device, const struct control_info *info, const char *text, int64_t value)
{
	int64_t got = value;
	char why[64];
	int err;

	if (info->flags & V4L2_CTRL_FLAG_READ_ONLY)
		return report_refusal(device, info, text, -EACCES);
	err = controls_write(device, info, value);
	if (err < 0)
		return report_refusal(device, info, text, err);
	if (can_verify(info) && controls_read(device, info, &got) == 0 && got != value) {
		snprintf(why, sizeof why, "the device sets %" PRId64, got);
		return report_value(device, info, text, why);
	}
	log_verbose("%s: control %s is %" PRId64, device->path, info->name, got);
	return 0;
}

/* Checks NAME=VALUE, or NAME of a button, and sets it where `former` takes the value that it had; NULL: a dry
 * run. */
static int set_control(struct device *device, char *assignment, struct control_value **former)
{
	char *text = strchr(assignment, '=');
	struct control_info info;
	int64_t value = 1;
	int err;

	if (text)
		*text++ = '\0';
	err = find_control_by_name(device, assignment, &info);
	if (err < 0)
		return err;
	if (!text && info.type != V4L2_CTRL_TYPE_BUTTON) {
		log_error("control %s: missing value: expected %s=VALUE", info.name, info.name);
		return -EINVAL;
	}
	if (info.type == V4L2_CTRL_TYPE_STRING && strlen(text) > (uint64_t)info.max)
		return report_value(device, &info, text, "too long");
	if (info.type != V4L2_CTRL_TYPE_STRING && info.type != V4L2_CTRL_TYPE_BUTTON) {
		if (!controls_is_number(&info)) {
			log_error("%s: control %s: arrays and compound values cannot be set", device->path,
				  info.name);
			return -ERANGE;
		}
		err = parse_control_value(device, &info, text, &value);
		if (err < 0)
			return err;
	}
	if (!former)
		return 0;
	err = control_values_save(former, device, &info);
	if (err < 0)
		return err;
	return info.type == V4L2_CTRL_TYPE_STRING ? set_string(device, &info, text)
						  : set_number(device, &info, text ? text : "1", value);
}

int controls_set(struct device *device, const char *assignments, struct control_value **former)
{
	int err = 0;

	/* All are checked before the first is set: most errors leave the device unchanged. */
	for (int pass = 0; pass < 2 && err == 0; pass++) {
		char *copy = strdup(assignments), *next = copy, *assignment;

		if (!copy)
			return -ENOMEM;
		while (err == 0 && (assignment = strsep(&next, ",")))
			err = *assignment ? set_control(device, assignment, pass == 0 ? NULL : former) : 0;
		free(copy);
	}
	return err;
}
