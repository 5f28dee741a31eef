/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file that says how a run is: a reader finds the text of one moment, whole. */
#ifndef BASE_STATUS_FILE_H
#define BASE_STATUS_FILE_H

struct status_file;

/* Writes the text into the file for the first time, and starts the thread that does so from now on: a disk
 * that stalls holds up nobody else. Returns 0 or a negative errno, logged. */
int status_file_open(struct status_file **file, const char *name, const char *text);
/* Has the text written, in place of one that still waits. It is copied. Does not block. */
void status_file_write(struct status_file *file, const char *text);
/* Waits until the last text is written, for five seconds at most. Takes NULL. */
void status_file_close(struct status_file *file);

#endif
