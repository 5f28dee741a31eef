/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds the files whose names were made from a pattern of segment_name.h, and no others: numbers must have
 * their digits, times must exist; the suffix of a name that was taken, and text added by a trigger, are
 * allowed for.
 */
#ifndef SESSION_SEGMENT_MATCH_H
#define SESSION_SEGMENT_MATCH_H

#include <stdbool.h>

#define SEGMENT_FIELDS_MAX 16
#define SEGMENT_FIELD_BYTES 32
#define SEGMENT_TEXT_BYTES 80

/* The values of a pattern's fields in a name. */
struct segment_match {
	unsigned n_fields, suffix; /* suffix 0: none */
	struct {
		char flag, letter; /* letter 0: the number of the segment */
		char text[SEGMENT_FIELD_BYTES];
	} fields[SEGMENT_FIELDS_MAX];
	char added[SEGMENT_TEXT_BYTES]; /* see segment_name_add_text(); empty: none */
};

/* Parts of a name besides the pattern's. */
struct segment_extras {
	const char *partial_suffix; /* at the end, while the file is incomplete; NULL: none */
	bool has_text;              /* added by segment_name_add_text() */
};

/* Whether the path can be made from the pattern. */
bool segment_match(const char *pattern, const char *path, struct segment_match *match);
/* The same, allowing for the extras. */
bool segment_match_extras(const char *pattern, const struct segment_extras *extras, const char *path,
			  struct segment_match *match);
/* Expands another pattern, such as that of its frame log, for the same segment. The caller frees *path.
 * Returns 0; -EINVAL, not logged, if that pattern has a field that the first lacks; or -ENOMEM, logged. */
int segment_match_name(const struct segment_match *match, const char *pattern, char **path);

/* Calls found() for each regular file whose name can be made from the pattern, allowing for the extras. Skips
 * symbolic links, and folders that cannot be read. */
void segment_match_files(const char *pattern, const struct segment_extras *extras,
			 void (*found)(void *opaque, const char *path, const struct segment_match *match),
			 void *opaque);

#endif
