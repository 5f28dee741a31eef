/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files and pipes that are written: one writer at a time, and no wait that a signal does not end. */
#ifndef BASE_OUTPUT_FILE_H
#define BASE_OUTPUT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

/* While `fd` is readable the run is to end (-1: none). */
void output_file_set_cancel(int fd);
/* The same without a signal: the device is lost. */
void output_file_set_ending(bool ending);
bool output_file_is_ending(void);

/* open(path, flags, 0666), but a wait for the reader of a FIFO ends with the run: -EINTR. Pipes do not block:
 * write to them with output_file_writev(). Returns the descriptor or a negative errno. */
int output_file_open(const char *path, int flags);
/* Standard output as a descriptor of our own, likewise; -EBADF where it is closed, or open for reading. */
int output_file_open_stdout(void);
/* Writes all pieces, and changes them. When the run is to end, a pipe whose reader takes nothing for 5 s is
 * given up. Returns 0 or a negative errno; -ETIMEDOUT is that. */
int output_file_writev(int fd, struct iovec *pieces, int n_pieces);

/* When a disk is full, make_room() is called, and what failed is repeated where it returns true; NULL: it is
 * not. From whatever thread writes. */
void output_file_set_room(bool (*make_room)(void *opaque), void *opaque);
/* Whether to repeat what has failed with err. */
bool output_file_has_room(int err);

/* Locks a file that is open for writing, until it is closed. Two runs that write one file leave neither's
 * data. Only regular files are locked, and only where the file system can. Returns 0 or -EBUSY. */
int output_file_lock(int fd);
/* Locks the file, then empties it if it is regular. Returns 0 or a negative errno; -EBUSY as above. */
int output_file_truncate(int fd);
/* The name of a file until it is whole. *partial stays NULL where it has its own from the start: suffix NULL,
 * standard output, a device or FIFO. It is the caller's to free. Returns 0 or -ENOMEM, not
 * logged. */
int output_file_name_partial(const char *path, const char *suffix, char **partial);
/* Gives a file its final name. Returns 0, -EEXIST unless it may replace a file of that name, or another
 * negative errno. */
int output_file_rename(const char *from, const char *to, bool overwrite);
/* Waits until a file is on the disk, the first time with its name. Does nothing for what is not a regular
 * file. Returns 0 or a negative errno. */
int output_file_sync(int fd, const char *path, bool *name_synced);
/* The same for the name alone: after a power cut, a file that was created or renamed is otherwise not there,
 * or has its old name. Where its folder cannot be opened, that is said once. */
int output_file_sync_name(const char *path);
/* The same for all that its file system has still to write: for files that are closed already. */
int output_file_sync_all(const char *path);
/* What to tell of an error of these functions. */
const char *output_file_err_str(int err);

#endif
