/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting controls by the names and values that users write. */
#include "device/controls/controls_set.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"
#include "base/text.h"
#include "device/controls/control_payload.h"
#include "device/controls/control_text.h"
#include "device/controls/controls_internal.h"

#define TEXT_MAX 600

struct control_search {
	char name[CONTROL_NAME_MAX];
	uint32_t id; /* or 0 */
	struct control_info found;
	char similar[TEXT_MAX]; /* controls with similar names */
};

static int compare_control(void *opaque, const struct control_info *info)
{
	struct control_search *search = opaque;

	if (search->id ? info->id == search->id : strcmp(info->name, search->name) == 0) {
		search->found = *info;
		return 1;
	}
	if (text_distance(info->name, search->name) <= 1 + strlen(search->name) / 4 ||
	    strstr(info->name, search->name) || strstr(search->name, info->name))
		text_join(search->similar, sizeof search->similar, ", ", "%s", info->name);
	return 0;
}

/* Finds a control by its name or id. Returns 1 if it was found, 0 if not, or a negative errno. */
static int run_search(struct device *device, const char *name, struct control_search *search)
{
	int64_t id;

	*search = (struct control_search){ .similar = "" };
	controls_name(name, search->name);
	if (control_text_number(name, &id) && id > 0 && id <= V4L2_CTRL_ID_MASK)
		search->id = (uint32_t)id;
	return search->name[0] ? controls_enumerate(device, compare_control, search) : 0;
}

bool controls_has(struct device *device, const char *name)
{
	struct control_search search;

	return run_search(device, name, &search) > 0;
}

static int search_control(struct device *device, const char *name, struct control_info *info)
{
	struct control_search search;
	int result = run_search(device, name, &search);

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

/* Logs why a value is not accepted, with the values that are. Returns -ERANGE. */
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
	else if (!controls_is_menu(info))
		text_add(list, sizeof list,
			 "%" PRId64 " to %" PRId64 " in steps of %" PRId64 ", default %" PRId64, info->min,
			 info->max, info->step, info->standard);
	for (int64_t i = info->min; controls_is_menu(info) && i <= controls_menu_end(info); i++)
		if (controls_menu_text(device, info, i, entry))
			text_join(list, sizeof list, ", ", "%" PRId64 " (%s)", i, entry);
	log_error("%s: control %s: invalid value '%s' (%s): expected %s", device->path, info->name, value,
		  why, list);
	return -ERANGE;
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

/* What an assignment sets: a control, or some of its items. */
struct target {
	struct control_info info; /* an item's range */
	bool is_items;
	uint32_t first, last;
};

static int find_assigned(struct device *device, const struct assignment *assignment, struct target *target)
{
	struct control_info *info = &target->info;
	int err = search_control(device, assignment->name, info);
	uint32_t n;

	if (err < 0)
		return err;
	target->is_items = control_payload_is_one(info) && info->type != V4L2_CTRL_TYPE_STRING;
	n = control_payload_items(info);
	if (!target->is_items && assignment->index) {
		log_error("%s: control %s: has one value: expected %s=VALUE", device->path, info->name,
			  info->name);
		return -ERANGE;
	}
	if (target->is_items &&
	    (!assignment->index ||
	     control_text_items(info, assignment->index, &target->first, &target->last) < 0)) {
		log_error("%s: control %s: has %u values: expected %s[0]=VALUE to %s[%u]=VALUE, or several, "
			  "as in %s[0-%u]=VALUE",
			  device->path, info->name, n, info->name, info->name, n ? n - 1 : 0, info->name,
			  n ? n - 1 : 0);
		return -ERANGE;
	}
	if (!assignment->value && info->type != V4L2_CTRL_TYPE_BUTTON) {
		log_error("control %s: missing value: expected %s=VALUE", info->name, info->name);
		return -EINVAL;
	}
	*info = target->is_items ? control_payload_item_info(info) : *info;
	return 0;
}

/* Reads the value; of several items the first that differs from `wanted`, if there is one. */
static int read_target(struct device *device, const struct target *target, int64_t wanted, int64_t *value)
{
	uint8_t *payload;
	int err;

	if (!target->is_items)
		return controls_read(device, &target->info, value);
	err = control_payload_read(device, &target->info, &payload);
	*value = wanted;
	for (uint32_t i = target->first; err == 0 && i <= target->last && *value == wanted; i++)
		*value = control_payload_item(&target->info, payload, i);
	free(payload);
	return err;
}

static int write_target(struct device *device, const struct target *target, int64_t value)
{
	uint8_t *payload;
	int err;

	if (!target->is_items)
		return controls_write(device, &target->info, value);
	err = control_payload_read(device, &target->info, &payload);
	for (uint32_t i = target->first; err == 0 && i <= target->last; i++)
		control_payload_set_item(&target->info, payload, i, value);
	if (err == 0)
		err = control_payload_write(device, &target->info, payload);
	free(payload);
	return err;
}

/* Whether a control can be read back: not where writing triggers an action. */
static bool can_verify(const struct control_info *info)
{
	return info->type != V4L2_CTRL_TYPE_BUTTON &&
	       !(info->flags & (V4L2_CTRL_FLAG_WRITE_ONLY | V4L2_CTRL_FLAG_EXECUTE_ON_WRITE));
}

/* How controls are set. */
struct change {
	struct device *device;
	unsigned how; /* CONTROLS_* */
	struct control_value **former;
};

/* Whether the control has the value; true if it cannot be read. */
static bool has_string(struct device *device, const struct control_info *info, const char *text)
{
	uint8_t *payload;
	bool has;

	if (control_payload_read(device, info, &payload) < 0)
		return true;
	has = strcmp((const char *)payload, text) == 0;
	free(payload);
	return has;
}

static int set_string(const struct change *change, const struct control_info *info, const char *text)
{
	struct device *device = change->device;
	uint8_t *payload;
	int err;

	if (change->how & CONTROLS_AGAIN && has_string(device, info, text))
		return 0;
	payload = calloc(1, control_payload_bytes(info));
	if (!payload)
		return log_no_memory();
	memcpy(payload, text, strlen(text));
	err = control_payload_write(device, info, payload);
	free(payload);
	if (err < 0)
		return err == -ENOMEM ? err : report_refusal(device, info, text, err);
	return !can_verify(info) || has_string(device, info, text)
		       ? 0
		       : report_value(device, info, text, "the device does not keep it");
}

static int set_number(const struct change *change, const struct target *target, const char *text,
		      int64_t requested)
{
	const struct control_info *info = &target->info;
	struct device *device = change->device;
	bool adjust = change->how & CONTROLS_ADJUST;
	int64_t value = adjust ? control_text_adjust(device, info, requested) : requested, got;
	char why[64];
	int err;

	if (change->how & CONTROLS_AGAIN && read_target(device, target, value, &got) == 0 && got == value)
		return 0;
	err = write_target(device, target, value);
	if (err < 0)
		return report_refusal(device, info, text, err);
	if (!can_verify(info) || read_target(device, target, value, &got) < 0)
		got = value;
	if (got != value && !adjust && !(info->flags & V4L2_CTRL_FLAG_VOLATILE)) {
		snprintf(why, sizeof why, "the device sets %" PRId64, got);
		return report_value(device, info, text, why);
	}
	if (got != requested && !(change->how & CONTROLS_AGAIN))
		log_warn("%s: control %s: asked for %s, got %" PRId64, device->path, info->name, text, got);
	else
		log_verbose("%s: control %s is %" PRId64, device->path, info->name, got);
	return 0;
}

/* All assignments are checked before the first is set, so that most errors leave the device unchanged.
 * Inactive controls are reported at the end, as another control may have activated them. */
enum pass { PASS_CHECK, PASS_SET, PASS_TELL };

static int check_target(const struct change *change, const struct target *target, const char *text,
			int64_t *value)
{
	const struct control_info *info = &target->info;
	const char *why = NULL;

	if (info->flags & V4L2_CTRL_FLAG_READ_ONLY)
		return report_refusal(change->device, info, text, -EACCES);
	*value = 1;
	if (info->type == V4L2_CTRL_TYPE_STRING)
		why = strlen(text) >= control_payload_bytes(info) ? "too long" : NULL;
	else if (info->type != V4L2_CTRL_TYPE_BUTTON)
		why = control_text_value(change->device, info, text, value);
	if (why && controls_is_menu(info) && change->how & CONTROLS_ADJUST &&
	    control_text_number(text, value))
		why = NULL;
	if (!why && info->type != V4L2_CTRL_TYPE_STRING && info->type != V4L2_CTRL_TYPE_BUTTON &&
	    !(change->how & CONTROLS_ADJUST) && !control_text_in_range(info, *value))
		why = "out of range";
	return why ? report_value(change->device, info, text, why) : 0;
}

/* Whether a changed value means that another control changed it. */
static bool stays(const struct control_info *info)
{
	return can_verify(info) && !(info->flags & V4L2_CTRL_FLAG_VOLATILE);
}

/* "1 2 3": a value for each of several items. An entry of a menu may have spaces. */
static bool is_list(const struct target *target, const char *text)
{
	return target->first < target->last && strchr(text, ' ') && !controls_is_menu(&target->info);
}

static void set_item(const struct change *change, const struct target *target, uint32_t index,
		     int64_t requested, uint8_t *payload)
{
	const struct control_info *info = &target->info;
	bool adjust = change->how & CONTROLS_ADJUST;
	int64_t value = adjust ? control_text_adjust(change->device, info, requested) : requested;

	if (value != requested && !(change->how & CONTROLS_AGAIN))
		log_warn("%s: control %s[%" PRIu32 "]: asked for %" PRId64 ", got %" PRId64,
			 change->device->path, info->name, index, requested, value);
	control_payload_set_item(info, payload, index, value);
}

/* Checks a list, and puts its values into the payload, if there is one. */
static int take_list(const struct change *change, const struct target *target, const char *text,
		     uint8_t *payload)
{
	const struct control_info *info = &target->info;
	char *copy = strdup(text), *rest = copy, *word;
	uint32_t index = target->first;
	int err = copy ? 0 : log_no_memory();

	while (err == 0 && (word = strsep(&rest, " "))) {
		int64_t value;

		if (!*word)
			continue;
		err = index > target->last ? report_value(change->device, info, text, "too many values")
					   : check_target(change, target, word, &value);
		if (err == 0 && payload)
			set_item(change, target, index, value, payload);
		index++;
	}
	if (err == 0 && index <= target->last)
		err = report_value(change->device, info, text, "too few values");
	free(copy);
	return err;
}

static bool has_payload(struct device *device, const struct control_info *info, const uint8_t *wanted)
{
	uint8_t *payload;
	bool has;

	if (control_payload_read(device, info, &payload) < 0)
		return false;
	has = memcmp(payload, wanted, control_payload_bytes(info)) == 0;
	free(payload);
	return has;
}

static int set_list(const struct change *change, const struct target *target, const char *text)
{
	const struct control_info *info = &target->info;
	struct device *device = change->device;
	uint8_t *payload;
	int err = control_payload_read(device, info, &payload);

	if (err < 0)
		return err == -ENOMEM ? err : report_refusal(device, info, text, err);
	err = take_list(change, target, text, payload);
	if (err == 0 && !(change->how & CONTROLS_AGAIN && has_payload(device, info, payload))) {
		err = control_payload_write(device, info, payload);
		if (err < 0 && err != -ENOMEM)
			err = report_refusal(device, info, text, err);
	}
	if (err == 0 && stays(info) && !(change->how & CONTROLS_ADJUST) &&
	    !has_payload(device, info, payload))
		err = report_value(device, info, text, "the device does not keep them");
	free(payload);
	return err;
}

static int set_control(const struct change *change, const struct assignment *assignment, enum pass pass)
{
	const char *text = assignment->value ? assignment->value : "1";
	struct device *device = change->device;
	struct target target = { .is_items = false };
	int64_t value = 0;
	int err = find_assigned(device, assignment, &target);

	if (err == 0)
		err = is_list(&target, text) ? take_list(change, &target, text, NULL)
					     : check_target(change, &target, text, &value);
	if (err < 0 || pass == PASS_CHECK)
		return err;
	if (pass == PASS_TELL) {
		if (target.info.flags & V4L2_CTRL_FLAG_INACTIVE)
			log_warn("%s: control %s is inactive: the value has no effect as long as another "
				 "control, such as an automatic mode, overrides it",
				 device->path, target.info.name);
		return 0;
	}
	if (change->how & CONTROLS_AGAIN && !stays(&target.info))
		return 0;
	err = control_values_save(change->former, device, &target.info);
	if (err < 0)
		return err;
	if (is_list(&target, text))
		return set_list(change, &target, text);
	return target.info.type == V4L2_CTRL_TYPE_STRING ? set_string(change, &target.info, text)
							 : set_number(change, &target, text, value);
}

int controls_set_among(controls_find_owner *find, void *opaque, const char *assignments, unsigned how)
{
	const enum pass first = how & CONTROLS_AGAIN ? PASS_SET : PASS_CHECK;
	const enum pass last = how & CONTROLS_AGAIN ? PASS_SET : PASS_TELL;
	int err = 0;

	for (enum pass pass = first; pass <= last && err == 0; pass++) {
		char *copy = strdup(assignments), *rest = copy;
		struct assignment assignment;

		if (!copy)
			return log_no_memory();
		while (err == 0 && (err = control_text_next(&rest, &assignment)) > 0) {
			struct control_owner owner;

			err = find(opaque, &assignment.name, &owner);
			if (err == 0)
				err = set_control(&(struct change){ owner.device, how, owner.former },
						  &assignment, pass);
		}
		free(copy);
	}
	return err;
}

static int find_only_owner(void *opaque, const char **name, struct control_owner *owner)
{
	(void)name;
	*owner = *(const struct control_owner *)opaque;
	return 0;
}

int controls_set(struct device *device, const char *assignments, bool adjust, struct control_value **former)
{
	struct control_owner owner = { device, former };

	return controls_set_among(find_only_owner, &owner, assignments, adjust ? CONTROLS_ADJUST : 0);
}
