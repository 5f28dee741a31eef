/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A first-in first-out queue of pointers between threads. Any thread may put or get; only one at a time
 * may wait to get. Either end can close it, with or without an error. Its descriptor can be polled
 * together with a device.
 */
#ifndef BASE_FIFO_H
#define BASE_FIFO_H

#include <stddef.h>
#include <stdint.h>

struct fifo;

/* Returns 0 or a negative errno, logged. */
int fifo_open(struct fifo **fifo);
/* No thread may use it any more. Items that it still holds are not freed. Takes NULL. */
void fifo_close(struct fifo *fifo);

/* Allocates space for n_items: a put that leaves no more than that in it does not fail with -ENOMEM. Returns
 * 0 or -ENOMEM, logged. */
int fifo_reserve(struct fifo *fifo, size_t n_items);

/* Does not block. bytes: what the item counts as in fifo_level(). Returns 0; the error of fifo_abandon();
 * -EPIPE after fifo_abandon() without one or fifo_finish(); or -ENOMEM, logged. On failure the item stays the
 * caller's. */
int fifo_put(struct fifo *fifo, void *item, uint64_t bytes);
/* Blocks until there is an item. Returns 1; once it is empty and the putting end is closed, the error of
 * fifo_finish(), which may be 0. */
int fifo_get(struct fifo *fifo, void **item);
/* Does not block: returns -EAGAIN where fifo_get() would. */
int fifo_try_get(struct fifo *fifo, void **item);

/* Closes the putting end. error: 0 or a negative errno, for the getter. */
void fifo_finish(struct fifo *fifo, int error);
/* Closes the getting end. error: 0 or a negative errno, for later puts. */
void fifo_abandon(struct fifo *fifo, int error);

/* Readable (POLLIN) while fifo_try_get() would not return -EAGAIN. Armed by fifo_try_get() returning -EAGAIN,
 * which alone reads it, so that a put costs a system call only when the getter waits. */
int fifo_fd(const struct fifo *fifo);

/* The items now in it, and the most there were. */
struct fifo_level {
	uint64_t items, bytes, max_items, max_bytes;
};
struct fifo_level fifo_level(struct fifo *fifo);

#endif
