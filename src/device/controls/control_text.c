/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parses what users write for controls: assignments, indices and values. */
#include "device/controls/control_text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/array.h"
#include "base/log.h"
#include "device/controls/control_payload.h"
#include "device/controls/controls_internal.h"

bool control_text_number(const char *text, int64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoll(text, &end, 0);
	return end != text && !*end && errno == 0;
}

/* Finds a menu entry by its text, or by its text in the form of a control's name. */
static bool find_menu_entry(struct device *device, const struct control_info *info, const char *text,
			    int64_t *value)
{
	char wanted[CONTROL_NAME_MAX], name[CONTROL_NAME_MAX], entry[40];

	controls_name(text, wanted);
	for (int64_t i = info->min; i <= controls_menu_end(info); i++) {
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

/* The value nearest to the given one that the control's range and step allow. */
static int64_t nearest_step(const struct control_info *info, int64_t value)
{
	uint64_t step = info->step > 0 ? (uint64_t)info->step : 1, range, offset, rest;

	if (info->max <= info->min || value <= info->min)
		return info->min;
	range = (uint64_t)info->max - (uint64_t)info->min;
	offset = value >= info->max ? range : (uint64_t)value - (uint64_t)info->min;
	rest = offset % step;
	offset -= rest;
	if (rest >= step - rest && range - offset >= step)
		offset += step;
	return (int64_t)((uint64_t)info->min + offset);
}

/* "50%" of the range, at the nearest step. */
static bool parse_percent(const struct control_info *info, const char *text, int64_t *value)
{
	uint64_t range = (uint64_t)info->max - (uint64_t)info->min;
	char *end;
	double percent = strtod(text, &end);
	long double offset = (long double)range * percent / 100;

	if (end == text || strcmp(end, "%") != 0 || !(percent >= 0 && percent <= 100))
		return false;
	range = offset < (long double)range ? (uint64_t)(offset + 0.5L) : range;
	*value = (int64_t)((uint64_t)info->min + range);
	*value = nearest_step(info, *value);
	return true;
}

const char *control_text_value(struct device *device, const struct control_info *info, const char *text,
			       int64_t *value)
{
	bool is_bitmask = info->type == V4L2_CTRL_TYPE_BITMASK;
	char entry[40];

	if (controls_is_menu(info)) {
		bool is_index =
			control_text_number(text, value) && controls_menu_text(device, info, *value, entry);

		return is_index || find_menu_entry(device, info, text, value) ? NULL : "not in its menu";
	}
	if (!control_text_number(text, value) &&
	    !(info->type == V4L2_CTRL_TYPE_BOOLEAN ? parse_boolean(text, value)
						   : !is_bitmask && parse_percent(info, text, value)))
		return "not a number";
	return NULL;
}

/* The entry of an integer menu whose value is nearest, for a number that is not an index of the menu. */
static int64_t nearest_entry(struct device *device, const struct control_info *info, int64_t value)
{
	bool by_value = info->type == V4L2_CTRL_TYPE_INTEGER_MENU && (value < info->min || value > info->max);
	int64_t nearest = value;
	double least = INFINITY;
	char entry[40];

	for (int64_t i = info->min; i <= controls_menu_end(info); i++) {
		double apart;

		if (!controls_menu_text(device, info, i, entry))
			continue;
		apart = fabs((double)(by_value ? strtoll(entry, NULL, 10) : i) - (double)value);
		if (apart < least)
			nearest = i;
		least = fmin(least, apart);
	}
	return nearest;
}

int64_t control_text_adjust(struct device *device, const struct control_info *info, int64_t value)
{
	if (controls_is_menu(info))
		return nearest_entry(device, info, value);
	return info->type == V4L2_CTRL_TYPE_BITMASK ? value & info->max : nearest_step(info, value);
}

bool control_text_in_range(const struct control_info *info, int64_t value)
{
	if (info->type == V4L2_CTRL_TYPE_BITMASK)
		return !((uint64_t)value & ~(uint64_t)info->max);
	return controls_is_menu(info) || (value >= info->min && value <= info->max);
}

/* Removes the quotes from a value, which may contain commas. Returns the end of the value, or NULL where the
 * closing quote is missing. */
static char *unquote(char **value)
{
	char quote = **value, *end;

	if (quote != '"' && quote != '\'')
		return *value + strcspn(*value, ",");
	++*value;
	for (end = strchr(*value, quote); end; end = strchr(end + 1, quote)) {
		if (!end[1] || end[1] == ',') {
			*end = '\0';
			return end + 1;
		}
	}
	return NULL;
}

/* Skips a name, which may be quoted. */
static char *skip_name(char *name)
{
	char *quoted = *name == '\'' || *name == '"' ? strchr(name + 1, *name) : NULL;

	return (quoted ? quoted : name) + strcspn(quoted ? quoted : name, "=,[");
}

int control_text_next(char **rest, struct assignment *assignment)
{
	char *name = *rest + strspn(*rest, ","), *index = skip_name(name),
	     *end = index + strcspn(index, "=,");

	index = *index == '[' ? index : NULL;
	*assignment = (struct assignment){ .name = name, .index = index ? index + 1 : NULL };
	if (!*name)
		return 0;
	if (*end == '=') {
		*end = '\0';
		assignment->value = end + 1;
		end = unquote(&assignment->value);
	}
	if (index)
		*index = '\0';
	if (!end) {
		log_error("control %s: missing closing quote: expected %s=\"VALUE\"", name, name);
		return -EINVAL;
	}
	*rest = *end ? end + 1 : end;
	*end = '\0';
	return 1;
}

/* Reads a number that is followed by `end`, and advances *text past it. */
static bool parse_index(const char **text, char end, uint64_t *index)
{
	char *behind;

	if (**text < '0' || **text > '9')
		return false;
	*index = strtoul(*text, &behind, 10);
	if (*behind != end)
		return false;
	*text = behind + 1;
	return true;
}

/* "0][2]" */
static bool parse_indices(const struct control_info *info, const char *text, uint64_t *item)
{
	uint64_t numbers[V4L2_CTRL_MAX_DIMS] = { 0 };
	uint32_t n = 0;

	do {
		text += n && *text == '[';
		if (!parse_index(&text, ']', &numbers[n]))
			return false;
	} while (++n < V4L2_CTRL_MAX_DIMS && *text == '[');
	if (*text || (n > 1 && n != info->n_dims))
		return false;
	*item = n > 1 ? 0 : numbers[0];
	for (uint32_t i = 0; n > 1 && i < n; i++) {
		if (numbers[i] >= info->dims[i])
			return false;
		*item = *item * info->dims[i] + numbers[i];
	}
	return true;
}

int control_text_items(const struct control_info *info, const char *text, uint32_t *first, uint32_t *last)
{
	const char *end = text;
	uint64_t from, to;

	if (parse_index(&end, '-', &from)) {
		if (!parse_index(&end, ']', &to) || *end || from > to)
			return -ERANGE;
	} else if (parse_indices(info, text, &from)) {
		to = from;
	} else {
		return -ERANGE;
	}
	if (to >= control_payload_items(info))
		return -ERANGE;
	*first = (uint32_t)from;
	*last = (uint32_t)to;
	return 0;
}
