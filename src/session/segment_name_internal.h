/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fields of a pattern, for segment_name.c, which fills them in, and segment_match.c, which reads them. */
#ifndef SESSION_SEGMENT_NAME_INTERNAL_H
#define SESSION_SEGMENT_NAME_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

enum field_kind { NAME_TEXT, NAME_NUMBER, NAME_TIME, NAME_PERCENT };

struct field {
	enum field_kind kind;
	size_t length;
	int digits; /* of a number, at least */
};

/* What begins at text. month: the pattern names it, so that %d is its day. */
struct field segment_name_field(const char *text, bool month);
bool segment_name_has_month(const char *pattern);

#endif
