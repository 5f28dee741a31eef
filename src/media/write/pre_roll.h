/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is kept of a stream until a file is wanted: its last seconds, from a key frame on, in as much memory
 * as is allowed. What the items are is the caller's: frames, or packets in the order of decoding.
 */
#ifndef MEDIA_WRITE_PRE_ROLL_H
#define MEDIA_WRITE_PRE_ROLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pre_roll_item;

/* The caller sets the first four; the rest is zero. */
struct pre_roll {
	int64_t length_ns;  /* it begins with the last key frame that is as old, or with the first */
	uint64_t max_bytes; /* what is beyond it is dropped, from the beginning to the next key frame */
	void (*drop)(void *opaque, void *item); /* it is not wanted any more, and the callee's to free */
	void *opaque;

	uint64_t bytes;
	struct pre_roll_item *items; /* a ring */
	size_t first, n_items, n_allocated;
	int64_t newest_ns;
	bool trimmed; /* for want of memory: said once */
};

/* Takes the item, which is dropped at once where there is no key frame before it. bytes: of memory, that it
 * takes. Returns 0; or -ENOMEM, logged, and the item stays the caller's. */
int pre_roll_add(struct pre_roll *pre_roll, void *item, int64_t pts_ns, uint64_t bytes, bool key);
/* The first item, which it is to be rid of; NULL: there is none. */
void *pre_roll_take(struct pre_roll *pre_roll);
/* When the first item was; INT64_MIN: there is none. */
int64_t pre_roll_start_ns(const struct pre_roll *pre_roll);
/* Drops all items. */
void pre_roll_clear(struct pre_roll *pre_roll);
void pre_roll_close(struct pre_roll *pre_roll);

#endif
