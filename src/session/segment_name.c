/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of segments. */
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

/* Length of a "%d" or "%05d" at text, with its number of digits; 0: it is none. */
static size_t number_field(const char *text, int *digits)
{
	char *end;
	long width;

	if (*text != '%')
		return 0;
	width = text[1] == '0' ? strtol(text + 1, &end, 10) : (end = (char *)text + 1, 1);
	if (*end != 'd' || width > MAX_DIGITS)
		return 0;
	*digits = (int)width;
	return (size_t)(end + 1 - text);
}

/* "%d" is a day of the month to strftime(). A number is what users of segments mean, unless the month stands
 * there too. */
static bool is_dated(const char *pattern)
{
	while ((pattern = strchr(pattern, '%'))) {
		if (pattern[1] && strchr("mbB", pattern[1]))
			return true;
		pattern += pattern[1] ? 2 : 1;
	}
	return false;
}

static size_t next_number(const char *pattern, bool dated, int *digits)
{
	return dated && pattern[1] == 'd' ? 0 : number_field(pattern, digits);
}

bool segment_name_is_numbered(const char *pattern)
{
	bool dated = is_dated(pattern);
	int digits;

	if (muxer_is_url(pattern)) /* there it is how a byte is written */
		return false;
	while ((pattern = strchr(pattern, '%'))) {
		if (next_number(pattern, dated, &digits))
			return true;
		pattern += pattern[1] ? 2 : 1; /* "%%d" is none */
	}
	return false;
}

/* Puts the number in; what is left is for strftime(), or is as it stands. */
static int expand_number(const char *pattern, unsigned number, bool times, char *out, size_t size,
			 bool *changing)
{
	bool dated = is_dated(pattern);
	size_t used = 0;

	while (*pattern) {
		int digits = 1;
		size_t length = next_number(pattern, dated, &digits);

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
		log_error("--segment needs a name that differs from file to file: put %%d or a time such as "
			  "%%H%%M%%S into '%s'",
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
	return *path ? 0 : -ENOMEM;
}
