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
#include "device/controls_internal.h"
#include "base/text.h"

#define TEXT_MAX 600
#define MENU_MAX 256 /* entries looked at */

struct search {
	char name[CONTROL_NAME_MAX];
	struct control_info found;
	char close[TEXT_MAX];
};

static int match(void *opaque, const struct control_info *info)
{
	struct search *search = opaque;

	if (strcmp(info->name, search->name) == 0) {
		search->found = *info;
		return 1;
	}
	if (text_distance(info->name, search->name) <= 1 + strlen(search->name) / 4 ||
	    strstr(info->name, search->name) || strstr(search->name, info->name))
		text_join(search->close, sizeof search->close, ", ", "%s", info->name);
	return 0;
}

static int find(struct device *device, const char *name, struct control_info *info)
{
	struct search search = { .close = "" };
	int result;

	controls_name(name, search.name);
	result = search.name[0] ? controls_enumerate(device, match, &search) : 0;
	if (result < 0)
		return device_error(device, "VIDIOC_QUERY_EXT_CTRL", result);
	*info = search.found;
	if (result > 0)
		return 0;
	if (*search.close)
		log_error("%s: no control \"%s\"; did you mean %s?", device->path, name, search.close);
	else
		log_error("%s: no control \"%s\" (v4l2q list -d %s shows its controls)", device->path, name,
			  device->path);
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

static int out_of_range(struct device *device, const struct control_info *info, const char *value,
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
	log_error("%s: control %s: %s: %s; it takes %s", device->path, info->name, value, why, list);
	return -ERANGE;
}

/* An entry by its text: as it stands, or in the letters of a control's name. */
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

static bool parse_word(const char *text, int64_t *value)
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

static bool parse_number(const char *text, int64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoll(text, &end, 0);
	return end != text && !*end && errno == 0;
}

static int parse_value(struct device *device, const struct control_info *info, const char *text,
		       int64_t *value)
{
	char entry[40];

	if (!parse_number(text, value) &&
	    !(info->type == V4L2_CTRL_TYPE_BOOLEAN && parse_word(text, value)) &&
	    !(is_menu(info) && find_menu_entry(device, info, text, value)))
		return out_of_range(device, info, text, is_menu(info) ? "not in its menu" : "not a number");
	if (info->type == V4L2_CTRL_TYPE_BITMASK ? (uint64_t)*value & ~(uint64_t)info->max
						 : *value < info->min || *value > info->max)
		return out_of_range(device, info, text, is_menu(info) ? "not in its menu" : "out of range");
	if (is_menu(info) && !controls_menu_text(device, info, *value, entry))
		return out_of_range(device, info, text, "not in its menu");
	return 0;
}

static int refused(struct device *device, const struct control_info *info, const char *text, int err)
{
	static const struct {
		uint32_t flag;
		const char *why;
	} reasons[] = {
		{ V4L2_CTRL_FLAG_READ_ONLY, "it can only be read" },
		{ V4L2_CTRL_FLAG_GRABBED, "another program holds it, or it cannot change while streaming" },
		{ V4L2_CTRL_FLAG_INACTIVE,
		  "it is inactive: another control (an automatic one) rules it now" },
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
	return out_of_range(device, info, text, err_str(err));
}

static int write_number(struct device *device, const struct control_info *info, int64_t value)
{
	struct v4l2_ext_control wide = { .id = info->id, .value64 = value };
	struct v4l2_ext_controls list = { .count = 1, .controls = &wide };
	struct v4l2_control control = { .id = info->id, .value = (int32_t)value };

	if (info->type == V4L2_CTRL_TYPE_INTEGER64)
		return device_ioctl(device, VIDIOC_S_EXT_CTRLS, &list);
	return device_ioctl(device, VIDIOC_S_CTRL, &control);
}

static int set_string(struct device *device, const struct control_info *info, const char *text)
{
	size_t size = strlen(text) + 1;
	struct v4l2_ext_control string = { .id = info->id, .size = (uint32_t)size };
	struct v4l2_ext_controls list = { .count = 1, .controls = &string };
	char *copy = strdup(text);
	int err;

	if (!copy)
		return -ENOMEM;
	string.string = copy;
	err = device_ioctl(device, VIDIOC_S_EXT_CTRLS, &list);
	free(copy);
	return err < 0 ? refused(device, info, text, err) : 0;
}

/* Values of these come from the device, or act once: what is read back says nothing about what was set. */
static bool reads_back(const struct control_info *info)
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
		return refused(device, info, text, -EACCES);
	err = write_number(device, info, value);
	if (err < 0)
		return refused(device, info, text, err);
	if (reads_back(info) && controls_read(device, info, &got) == 0 && got != value) {
		snprintf(why, sizeof why, "the device makes it %" PRId64, got);
		return out_of_range(device, info, text, why);
	}
	log_verbose("%s: control %s is %" PRId64, device->path, info->name, got);
	return 0;
}

/* Every assignment is looked at before the first is set: a slip in the last leaves the device as it was. */
static int assign(struct device *device, char *assignment, bool really)
{
	char *text = strchr(assignment, '=');
	struct control_info info;
	int64_t value = 1;
	int err;

	if (text)
		*text++ = '\0';
	err = find(device, assignment, &info);
	if (err < 0)
		return err;
	if (!text && info.type != V4L2_CTRL_TYPE_BUTTON) {
		log_error("control %s: no value (%s=VALUE)", info.name, info.name);
		return -EINVAL;
	}
	if (info.type == V4L2_CTRL_TYPE_STRING && strlen(text) > (uint64_t)info.max)
		return out_of_range(device, &info, text, "too long");
	if (info.type == V4L2_CTRL_TYPE_STRING)
		return really ? set_string(device, &info, text) : 0;
	if (info.type != V4L2_CTRL_TYPE_BUTTON) {
		if (!controls_is_number(&info)) {
			log_error("%s: control %s: its value is no number", device->path, info.name);
			return -ERANGE;
		}
		err = parse_value(device, &info, text, &value);
		if (err < 0)
			return err;
	}
	return really ? set_number(device, &info, text ? text : "1", value) : 0;
}

int controls_set(struct device *device, const char *assignments)
{
	int err = 0;

	for (int really = 0; really <= 1 && err == 0; really++) {
		char *copy = strdup(assignments), *rest = copy, *one;

		if (!copy)
			return -ENOMEM;
		while (err == 0 && (one = strsep(&rest, ",")))
			err = *one ? assign(device, one, really) : 0;
		free(copy);
	}
	return err;
}
