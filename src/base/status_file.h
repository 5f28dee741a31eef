/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file with the state of a run. Readers see one complete text at any time. */
#ifndef BASE_STATUS_FILE_H
#define BASE_STATUS_FILE_H

struct status_file;

/* Writes the text to the file and starts the thread that writes all later ones, so that a stalled disk delays
 * no other thread. Returns 0 or a negative errno, logged. */
int status_file_open(struct status_file **file, const char *name, const char *text);
/* Queues a copy of the text, in place of one that is not written yet. Does not block. */
void status_file_write(struct status_file *file, const char *text);
/* Waits for at most five seconds until the last text is written. Takes NULL. */
void status_file_close(struct status_file *file);

#endif
