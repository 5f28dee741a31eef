/* Names of segments. SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/segment.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/log.h"

#define PATH_BYTES 4096
#define MAX_DIGITS 9

/* Length of a "%d", "%5d" or "%05d" at text, with its number of digits; 0: it is none. */
static size_t number_field(const char *text, int *digits)
{
	char *end;
	long width;

	if (*text != '%')
		return 0;
	width = isdigit((unsigned char)text[1]) ? strtol(text + 1, &end, 10) : (end = (char *)text + 1, 1);
	if (*end != 'd' || width > MAX_DIGITS)
		return 0;
	/* "%d" is a day of the month to strftime(); a number is what users of segments mean. */
	*digits = (int)width;
	return (size_t)(end + 1 - text);
}

/* Puts the number in; what is left is for strftime(). */
static int expand_number(const char *pattern, unsigned number, char *out, size_t size, bool *changing)
{
	size_t used = 0;

	while (*pattern) {
		int digits = 1;
		size_t length = number_field(pattern, &digits);

		if (used + MAX_DIGITS + 3 > size)
			return -ENAMETOOLONG;
		if (length) {
			used += (size_t)snprintf(out + used, size - used, "%0*u", digits, number);
			pattern += length;
			*changing = true;
			continue;
		}
		if (*pattern == '%' && pattern[1]) {
			*changing |= pattern[1] != '%';
			out[used++] = *pattern++;
		}
		out[used++] = *pattern++;
	}
	out[used] = '\0';
	return 0;
}

int segment_path(const char *pattern, unsigned number, char **path)
{
	char numbered[PATH_BYTES], expanded[PATH_BYTES];
	time_t now = time(NULL);
	bool changing = false;
	struct tm local;
	int err = expand_number(pattern, number, numbered, sizeof numbered, &changing);

	if (err == 0 && !changing) {
		log_error("--segment needs a name that differs from file to file: put %%d or a time such as "
			  "%%H%%M%%S into '%s'",
			  pattern);
		return -EINVAL;
	}
	if (err == 0 &&
	    (!localtime_r(&now, &local) || !strftime(expanded, sizeof expanded, numbered, &local)))
		err = -ENAMETOOLONG;
	if (err < 0) {
		log_error("%s: %s", pattern, err_str(err));
		return err;
	}
	*path = strdup(expanded);
	return *path ? 0 : -ENOMEM;
}
