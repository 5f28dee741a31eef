/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of segments. */
#ifndef SESSION_SEGMENT_NAME_H
#define SESSION_SEGMENT_NAME_H

#include <stdbool.h>

/* The name of segment `number` (from 0): %d, %05d and the like become the number; with `times` all else is
 * strftime()'s, of now. Where the month is named, %d is its day. *path is the caller's to free. Returns 0;
 * -EINVAL, having said so, for a pattern in which nothing would change from one segment to the next. */
int segment_name_expand(const char *pattern, unsigned number, bool times, char **path);
/* Whether a number is in it, and it is a file's name. */
bool segment_name_is_numbered(const char *pattern);

#endif
