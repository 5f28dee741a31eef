/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file names of segments, from a pattern with a number or strftime fields. */
#include "session/segment_name.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/log.h"
#include "media/write/muxer.h"

#define PATH_BYTES 4096
#define MAX_DIGITS 9

/* Returns the length of a "%d" or "%05d" at text, 0 for anything else. *digits: the least number of digits.
 */
static size_t parse_number_field(const char *text, int *digits)
{
	char *end = (char *)text + 1;
	long width = 1;

	if (*text != '%')
		return 0;
	if (text[1] == '0')
		width = strtol(text + 1, &end, 10);
	if (*end != 'd' || width > MAX_DIGITS)
		return 0;
	*digits = (int)width;
	return (size_t)(end + 1 - text);
}

/* To strftime(), %d is the day of the month. It is taken for that only beside a field for the month. */
static bool has_month(const char *pattern)
{
	while ((pattern = strchr(pattern, '%'))) {
		if (pattern[1] && strchr("mbB", pattern[1]))
			return true;
		pattern += pattern[1] ? 2 : 1;
	}
	return false;
}

static size_t number_field_at(const char *text, bool month, int *digits)
{
	return month && text[1] == 'd' ? 0 : parse_number_field(text, digits);
}

bool segment_name_is_numbered(const char *pattern)
{
	bool month = has_month(pattern);
	int digits;

	if (muxer_is_url(pattern)) /* % encodes a byte there */
		return false;
	while ((pattern = strchr(pattern, '%'))) {
		if (number_field_at(pattern, month, &digits))
			return true;
		pattern += pattern[1] ? 2 : 1; /* "%%d" is no field */
	}
	return false;
}

/* Puts the number in. With `times` all other fields, and "%%", are left to strftime(). *changing is set where
 * a field differs from segment to segment. */
static int expand_number(const char *pattern, unsigned number, bool times, char *out, size_t size,
			 bool *changing)
{
	bool month = has_month(pattern);
	size_t used = 0;

	while (*pattern) {
		int digits = 1;
		size_t length = number_field_at(pattern, month, &digits);

		if (used + MAX_DIGITS + 3 > size)
			return -ENAMETOOLONG;
		if (length) {
			used += (size_t)snprintf(out + used, size - used, "%0*u", digits, number);
			pattern += length;
			*changing = true;
			continue;
		}
		if (!times && *pattern == '%' && pattern[1] == '%')
			pattern++;
		if (times && *pattern == '%' && pattern[1]) {
			*changing |= pattern[1] != '%';
			out[used++] = *pattern++;
		}
		out[used++] = *pattern++;
	}
	out[used] = '\0';
	return 0;
}

int segment_name_expand(const char *pattern, unsigned number, bool times, char **path)
{
	char numbered[PATH_BYTES], expanded[PATH_BYTES];
	time_t now = time(NULL);
	bool changing = false;
	struct tm local;
	int err = expand_number(pattern, number, times, numbered, sizeof numbered, &changing);

	if (err == 0 && !changing) {
		log_error("every segment would be called '%s': put %%d, or strftime fields such as "
			  "%%H%%M%%S, into the name",
			  pattern);
		return -EINVAL;
	}
	if (err == 0 && times &&
	    (!localtime_r(&now, &local) || !strftime(expanded, sizeof expanded, numbered, &local)))
		err = -ENAMETOOLONG;
	if (err < 0) {
		log_error("%s: %s", pattern, err_str(err));
		return err;
	}
	*path = strdup(times ? expanded : numbered);
	return *path ? 0 : log_no_memory();
}
