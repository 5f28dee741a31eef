/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text files that a run writes: JSON, CSV, the frame log; "-" is standard output. */
#ifndef BASE_TEXT_FILE_H
#define BASE_TEXT_FILE_H

#include <stdio.h>

/* Returns 0 or a negative errno, logged with the name. */
int text_file_open(FILE **file, const char *name);
/* The same, but returns the stream's descriptor, which fileno() does not know. */
int text_file_open_fd(FILE **file, const char *name);
/* Flushes and closes a file. Returns 0 or a negative errno, logged. An earlier failed write (ferror()) is
 * reported by the errno it left, which must have been set to 0 before the first write. */
int text_file_finish(FILE *file, const char *name);
/* Closes a file to which nothing was written, or whose error was logged. Takes NULL. */
void text_file_close(FILE *file);

#endif
