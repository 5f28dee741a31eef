/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes the names of a recording's files from a pattern. %d, %05d and the like are the number of the file.
 * Other fields are those of strftime(), without a width; where they include the month, %d is the day of the
 * month. "%%" is a percent sign. Anything else, such as "%20", is copied.
 */
#ifndef SESSION_SEGMENT_NAME_H
#define SESSION_SEGMENT_NAME_H

#include <stdbool.h>

/* Makes the name of file `number`, counted from 0, at the current time. The caller frees *path. Returns 0,
 * -ENAMETOOLONG or -ENOMEM, logged. */
int segment_name_expand(const char *pattern, unsigned number, char **path);
/* The same for a series of pictures that the muxer numbers: number fields are kept, other percent signs
 * doubled. */
int segment_name_expand_series(const char *pattern, char **path);
/* "a/b.mkv" becomes "a/b-2.mkv", as the name is taken. Returns as above. */
int segment_name_add_suffix(const char *name, unsigned suffix, char **path);
/* "a/b.mkv" becomes "a/b-TEXT.mkv". Returns as above. */
int segment_name_add_text(const char *name, const char *text, char **path);
/* Whether text may be added: it has no field, folder or space. */
bool segment_name_is_text(const char *text);
/* "a/b-%d.mkv" becomes "FOLDER/b-%d.mkv"; folder NULL: unchanged. The caller frees *path. Returns 0, or
 * -ENOMEM, logged. */
int segment_name_in_folder(const char *folder, const char *pattern, char **path);

/* Whether the pattern has a field, so that names differ. */
bool segment_name_is_changing(const char *pattern);
/* Whether the pattern is a file name, not a URL, and has a number field. */
bool segment_name_is_numbered(const char *pattern);
/* Whether the container (NULL: by the name) stores one frame in each file. */
bool segment_name_is_picture(const char *pattern, const char *container);

#endif
