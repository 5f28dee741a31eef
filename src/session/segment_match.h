/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The files that a pattern of segment_name.h has named, and no others: numbers with the digits that they are
 * written with, times that there are, the suffix of a name that was taken, and what a trigger added.
 */
#ifndef SESSION_SEGMENT_MATCH_H
#define SESSION_SEGMENT_MATCH_H

#include <stdbool.h>

#define SEGMENT_FIELDS_MAX 16
#define SEGMENT_FIELD_BYTES 32
#define SEGMENT_TEXT_BYTES 80

/* What the fields of a pattern are in a name. */
struct segment_match {
	unsigned n_fields, suffix; /* suffix 0: none */
	struct {
		char flag, letter; /* letter 0: the number */
		char text[SEGMENT_FIELD_BYTES];
	} fields[SEGMENT_FIELDS_MAX];
	char added[SEGMENT_TEXT_BYTES]; /* see segment_name_add_text(); empty: nothing */
};

/* What a path may have besides what the pattern makes. */
struct segment_extras {
	const char *partial_suffix; /* behind it, while the file is unfinished; NULL: none */
	bool has_text;              /* segment_name_add_text()'s */
};

/* Whether the path is one that the pattern makes. */
bool segment_match(const char *pattern, const char *path, struct segment_match *match);
/* The same, also with the extras. */
bool segment_match_extras(const char *pattern, const struct segment_extras *extras, const char *path,
			  struct segment_match *match);
/* Names the file of another pattern for the same segment, such as its frame log. *path is the caller's to
 * free. Returns 0; -EINVAL, not logged, where that pattern has a field which the first has not; or -ENOMEM,
 * logged. */
int segment_match_name(const struct segment_match *match, const char *pattern, char **path);

/* Calls found() for each regular file, not for symbolic links to one, that the pattern makes, also with the
 * extras. Folders that cannot be read are left out. */
void segment_match_files(const char *pattern, const struct segment_extras *extras,
			 void (*found)(void *opaque, const char *path, const struct segment_match *match),
			 void *opaque);

#endif
