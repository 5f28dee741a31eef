/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The last seconds of a stream, from a key frame on, kept in limited memory for a file that may begin later.
 * The items are the caller's: frames, or packets in decoding order.
 */
#ifndef MEDIA_WRITE_PRE_ROLL_H
#define MEDIA_WRITE_PRE_ROLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pre_roll_item;

/* The caller sets the first four; the rest is zero. */
struct pre_roll {
	int64_t length_ns;  /* begins with the last key frame of at least this age, or the first one */
	uint64_t max_bytes; /* if exceeded, items up to the next key frame are dropped */
	void (*drop)(void *opaque, void *item); /* called for an item that is dropped; frees it */
	void *opaque;

	uint64_t bytes;
	struct pre_roll_item *items; /* a ring */
	size_t first, n_items, n_allocated;
	int64_t newest_ns;
	bool trimmed; /* items were dropped for lack of memory, which was logged */
};

/* Takes the item; drops it at once if there is no key frame before it. bytes: the memory that it occupies.
 * Returns 0; or -ENOMEM, logged, and the item remains the caller's. */
int pre_roll_add(struct pre_roll *pre_roll, void *item, int64_t pts_ns, uint64_t bytes, bool key);
/* Removes and returns the first item; NULL: there is none. */
void *pre_roll_take(struct pre_roll *pre_roll);
/* The time of the first item; INT64_MIN: there is none. */
int64_t pre_roll_start_ns(const struct pre_roll *pre_roll);
/* Drops all items. */
void pre_roll_clear(struct pre_roll *pre_roll);
void pre_roll_close(struct pre_roll *pre_roll);

#endif
