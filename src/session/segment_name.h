/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file names of segments, from a pattern with a number or strftime fields. */
#ifndef SESSION_SEGMENT_NAME_H
#define SESSION_SEGMENT_NAME_H

#include <stdbool.h>

/* Names the file of segment `number`, from 0. %d, %05d and the like become the number. With `times`, what is
 * left are strftime() fields of the current time; where these name the month, %d is its day. *path is the
 * caller's to free. Returns 0; -EINVAL, where all segments would have the same name; -ENAMETOOLONG; or
 * -ENOMEM; logged. */
int segment_name_expand(const char *pattern, unsigned number, bool times, char **path);
/* Whether the pattern is a file's name, not a URL, and holds a number field. */
bool segment_name_is_numbered(const char *pattern);

#endif
