/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A first-in first-out line of pointers between two threads, the only thing they share. Any thread may
 * put or get; one at a time waits to get. Bounded by the bytes that the items stand for. Either end
 * may close it, with an error or without. Its descriptor makes it a thing to poll() beside a device.
 */
#ifndef BASE_FIFO_H
#define BASE_FIFO_H

#include <stddef.h>
#include <stdint.h>

struct fifo;

/* max_bytes 0: no bound. Returns 0 or a negative errno. */
int fifo_open(struct fifo **fifo, uint64_t max_bytes);
/* Both ends must be done with it. Items still inside are not freed: get them first. Takes NULL. */
void fifo_close(struct fifo *fifo);

/* Makes room, so that puts which leave at most n_items inside cannot fail for want of memory. Returns 0 or
 * -ENOMEM, logged. */
int fifo_reserve(struct fifo *fifo, size_t n_items);

/* Never waits. Returns 0; -ENOBUFS when the item would exceed the bound (an empty fifo takes any item); the
 * error that the getting end closed with, or -EPIPE when it closed without one. On failure the item stays the
 * caller's. */
int fifo_put(struct fifo *fifo, void *item, uint64_t bytes);
/* Waits for an item. Returns 1; 0 when the putting end closed without error and all is got; its error
 * otherwise (after all items are got). */
int fifo_get(struct fifo *fifo, void **item);
/* The same without waiting: -EAGAIN when there is nothing now. Only this (not fifo_fd's readiness) empties
 * the descriptor. */
int fifo_try_get(struct fifo *fifo, void **item);

/* The putting end: nothing more will come. error 0: in good order. */
void fifo_finish(struct fifo *fifo, int error);
/* The getting end: nothing more will be taken; later puts return error (-EPIPE for 0). */
void fifo_abandon(struct fifo *fifo, int error);

/* Readable (POLLIN) when fifo_try_get() would return something other than -EAGAIN. Armed by fifo_try_get()
 * returning -EAGAIN: a put into a fifo whose getter is not waiting costs no system call. */
int fifo_fd(const struct fifo *fifo);

/* How much is in it now, and at the most so far. Safe from both threads. */
struct fifo_level {
	uint64_t items, bytes, max_items, max_bytes;
};
struct fifo_level fifo_level(struct fifo *fifo);

#endif
