/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fields of a pattern, for segment_name.c and segment_match.c. */
#ifndef SESSION_SEGMENT_NAME_INTERNAL_H
#define SESSION_SEGMENT_NAME_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

enum field_kind { NAME_TEXT, NAME_NUMBER, NAME_TIME, NAME_PERCENT };

struct field {
	enum field_kind kind;
	size_t length;
	int digits; /* least number of digits */
};

/* The field at `text`, or none. month: the pattern includes the month, so that %d is the day. */
struct field segment_name_field(const char *text, bool month);
bool segment_name_has_month(const char *pattern);

#endif
