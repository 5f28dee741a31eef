/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are written: one writer at a time. */
#ifndef BASE_OUTPUT_FILE_H
#define BASE_OUTPUT_FILE_H

/* Locks a file that is open for writing, until it is closed. Two runs that write one file leave neither's
 * data. Only regular files are locked, and only where the file system can. Returns 0 or -EBUSY. */
int output_file_lock(int fd);
/* Locks the file, then empties it if it is regular. Returns 0 or a negative errno; -EBUSY as above. */
int output_file_truncate(int fd);
/* What to tell of an error of these functions. */
const char *output_file_err_str(int err);

#endif
