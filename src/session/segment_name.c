/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes the names of a recording's files from a pattern. */
#include "session/segment_name.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/log.h"
#include "media/write/muxer.h"
#include "session/segment_name_internal.h"

#define PATH_BYTES 4096
#define MAX_DIGITS 9
#define TIME_BYTES 256 /* of one field */

/* "%d" or "%05d". */
static struct field parse_number(const char *text)
{
	char *end = (char *)text + 1;
	long width = 1;

	if (text[1] == '0')
		width = strtol(text + 1, &end, 10);
	if (*end != 'd' || width > MAX_DIGITS)
		return (struct field){ .kind = NAME_TEXT };
	return (struct field){ NAME_NUMBER, (size_t)(end + 1 - text), (int)width };
}

/* With glibc's flags and POSIX's modifiers, but no width: "%20" is an encoded space in some names. */
static struct field parse_time(const char *text)
{
	size_t length = 1;

	if (text[length] && strchr("-_^#EO", text[length]))
		length++;
	if (!text[length] || !strchr("aAbBcCdDeFgGhHIjklmMpPrRsSTuUVwWxXyYzZ", text[length]))
		return (struct field){ .kind = NAME_TEXT };
	return (struct field){ .kind = NAME_TIME, .length = length + 1 };
}

struct field segment_name_field(const char *text, bool month)
{
	struct field field = { .kind = NAME_TEXT };

	if (*text != '%')
		return field;
	if (text[1] == '%')
		return (struct field){ .kind = NAME_PERCENT, .length = 2 };
	if (!month || text[1] != 'd')
		field = parse_number(text);
	return field.kind ? field : parse_time(text);
}

static bool has_field(const char *pattern, enum field_kind kind, bool month)
{
	while (*pattern) {
		struct field field = segment_name_field(pattern, month);

		if (field.kind == kind)
			return true;
		pattern += field.kind ? field.length : 1;
	}
	return false;
}

bool segment_name_has_month(const char *pattern)
{
	while (*pattern) {
		struct field field = segment_name_field(pattern, true);

		if (field.kind == NAME_TIME && strchr("mbB", pattern[field.length - 1]))
			return true;
		pattern += field.kind ? field.length : 1;
	}
	return false;
}

bool segment_name_is_changing(const char *pattern)
{
	bool month = segment_name_has_month(pattern);

	return has_field(pattern, NAME_NUMBER, month) || has_field(pattern, NAME_TIME, month);
}

bool segment_name_is_numbered(const char *pattern)
{
	/* In a URL % encodes a byte. */
	return !muxer_is_url(pattern) && has_field(pattern, NAME_NUMBER, segment_name_has_month(pattern));
}

bool segment_name_is_picture(const char *pattern, const char *container)
{
	bool pictures;
	char *path;

	/* libavformat takes %d in "%Y-%m-%d.gif" for a number. */
	if (segment_name_expand_series(pattern, &path) < 0)
		return false;
	pictures = muxer_caps_makes_pictures(path, container);
	free(path);
	return pictures;
}

static int expand_time(const char *text, size_t length, const struct tm *now, char out[TIME_BYTES])
{
	char format[4];

	snprintf(format, sizeof format, "%.*s", (int)length, text);
	/* strftime() also returns 0 for an empty field, such as %p in many locales. */
	return (int)strftime(out, TIME_BYTES, format, now);
}

/* Expands one field, or copies one other character. Returns its length. */
static int expand_field(const char *text, struct field field, const unsigned *number, const struct tm *now,
			char out[TIME_BYTES])
{
	if (field.kind == NAME_TIME)
		return expand_time(text, field.length, now, out);
	if (field.kind == NAME_NUMBER && number)
		return snprintf(out, TIME_BYTES, "%0*u", field.digits, *number);
	if (field.kind == NAME_NUMBER)
		return snprintf(out, TIME_BYTES, "%.*s", (int)field.length, text);
	return snprintf(out, TIME_BYTES, "%s%c", *text == '%' && !number ? "%" : "", *text);
}

/* number NULL: kept for the muxer. */
static int expand(const char *pattern, const unsigned *number, char **path)
{
	bool month = segment_name_has_month(pattern);
	char expanded[PATH_BYTES + TIME_BYTES];
	time_t now = time(NULL);
	size_t used = 0;
	struct tm local = { 0 };

	localtime_r(&now, &local);
	for (const char *text = pattern; *text;) {
		struct field field = segment_name_field(text, month);

		if (used >= PATH_BYTES) {
			log_error("%s: %s", pattern, err_str(-ENAMETOOLONG));
			return -ENAMETOOLONG;
		}
		used += (size_t)expand_field(text, field, number, &local, expanded + used);
		text += field.kind ? field.length : 1;
	}
	expanded[used] = '\0';
	*path = strdup(expanded);
	return *path ? 0 : log_no_memory();
}

int segment_name_expand(const char *pattern, unsigned number, char **path)
{
	return expand(pattern, &number, path);
}

int segment_name_expand_series(const char *pattern, char **path)
{
	return expand(pattern, NULL, path);
}

int segment_name_add_text(const char *name, const char *text, char **path)
{
	const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name;
	const char *dot = strrchr(base, '.');
	int stem = (int)(dot && dot > base ? dot - name : (long)strlen(name));

	return asprintf(path, "%.*s-%s%s", stem, name, text, name + stem) < 0 ? log_no_memory() : 0;
}

bool segment_name_is_text(const char *text)
{
	if (*text == '.')
		return false;
	for (; *text; text++)
		if (strchr("/%", *text) || (unsigned char)*text <= ' ' || *text == 0x7f)
			return false;
	return true;
}

int segment_name_add_suffix(const char *name, unsigned suffix, char **path)
{
	char text[16];

	snprintf(text, sizeof text, "%u", suffix);
	return segment_name_add_text(name, text, path);
}

int segment_name_in_folder(const char *folder, const char *pattern, char **path)
{
	const char *slash = strrchr(pattern, '/');

	if (!folder)
		*path = strdup(pattern);
	else if (asprintf(path, "%s/%s", folder, slash ? slash + 1 : pattern) < 0)
		*path = NULL;
	return *path ? 0 : log_no_memory();
}
