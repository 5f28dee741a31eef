/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names of a recording's files, from a pattern. %d, %05d and the like are the number of the file. Other
 * fields are those of strftime(), without a width; where they name the month, %d is its day. "%%" is a
 * percent sign. All else, such as "%20", stands for itself.
 */
#ifndef SESSION_SEGMENT_NAME_H
#define SESSION_SEGMENT_NAME_H

#include <stdbool.h>

/* Names the file `number`, from 0, at the current time. *path is the caller's to free. Returns 0,
 * -ENAMETOOLONG or -ENOMEM, logged. */
int segment_name_expand(const char *pattern, unsigned number, char **path);
/* The same for a series of pictures, which its muxer numbers: number fields stay, and other percent signs are
 * doubled. */
int segment_name_expand_series(const char *pattern, char **path);
/* "a/b.mkv" becomes "a/b-2.mkv", for a name that exists. Returns as above. */
int segment_name_add_suffix(const char *name, unsigned suffix, char **path);
/* "a/b.mkv" becomes "a/b-TEXT.mkv". Likewise. */
int segment_name_add_text(const char *name, const char *text, char **path);
/* Whether text may be added: there is no field in it, no folder and no space. */
bool segment_name_is_text(const char *text);
/* "a/b-%d.mkv" becomes "FOLDER/b-%d.mkv"; folder NULL: it stays. *path is the caller's to free. Returns 0, or
 * -ENOMEM, logged. */
int segment_name_in_folder(const char *folder, const char *pattern, char **path);

/* Whether the pattern holds a field, so that files can have several names. */
bool segment_name_is_changing(const char *pattern);
/* Whether the pattern is a file's name, not a URL, and holds a number field. */
bool segment_name_is_numbered(const char *pattern);
/* Whether the container (NULL: by the name) is that of picture files, of which each holds one frame. */
bool segment_name_is_picture(const char *pattern, const char *container);

#endif
