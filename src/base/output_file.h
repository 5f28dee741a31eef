/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Output files and pipes. Only one process writes to a file, and no wait outlasts the end of the run. */
#ifndef BASE_OUTPUT_FILE_H
#define BASE_OUTPUT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

/* The descriptor is readable once the run is to end; -1: none. */
void output_file_set_cancel(int fd);
/* Ends waits without a descriptor, as when the device was lost. */
void output_file_set_ending(bool ending);
bool output_file_is_ending(void);

/* open(path, flags, 0666). The end of the run interrupts the wait for the reader of a FIFO: -EINTR. Pipes are
 * non-blocking: write to them with output_file_writev(). Returns the descriptor or a negative errno. */
int output_file_open(const char *path, int flags);
/* The same for standard output, as a descriptor of its own; -EBADF where it is closed or read-only. */
int output_file_open_stdout(void);
/* Writes all pieces, which are modified. Once the run is to end, a pipe whose reader takes nothing for 5 s
 * fails with -ETIMEDOUT. Returns 0 or a negative errno. */
int output_file_writev(int fd, struct iovec *pieces, int n_pieces);

/* make_room() is called by the writing thread when a disk is full; the write is repeated if it returns true.
 * NULL: it is not repeated. */
void output_file_set_room(bool (*make_room)(void *opaque), void *opaque);
/* Whether to repeat a write that failed with err: whether make_room() found room. */
bool output_file_has_room(int err);

/* Locks a file that is open for writing until it is closed, as two runs that write to one file would destroy
 * both recordings. Locks regular files only, where the file system supports it. Returns 0 or -EBUSY. */
int output_file_lock(int fd);
/* Locks the file and empties it if it is regular. Returns 0 or a negative errno, -EBUSY as above. */
int output_file_truncate(int fd);
/* Sets *partial to the name of a file while it is incomplete; the caller frees it. It stays NULL where the
 * file has its final name from the start: without a suffix, for standard output, devices and FIFOs. Returns 0
 * or -ENOMEM, not logged. */
int output_file_name_partial(const char *path, const char *suffix, char **partial);
/* Gives a file its final name. Returns 0, -EEXIST unless it may replace a file of that name, or another
 * negative errno. */
int output_file_rename(const char *from, const char *to, bool overwrite);
/* Waits until the data of a file are on the disk, and the first time its name. Does nothing for other than
 * regular files. Returns 0 or a negative errno. */
int output_file_sync(int fd, const char *path, bool *name_synced);
/* Waits until the name of a file is on the disk: after a power failure a new or renamed file may otherwise be
 * missing or have its old name. A folder that cannot be opened is logged once. */
int output_file_sync_name(const char *path);
/* Waits for all that the file system of the path has to write, as for files that are closed already. */
int output_file_sync_all(const char *path);
/* The text for an error of these functions. */
const char *output_file_err_str(int err);

#endif
