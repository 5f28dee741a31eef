/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Wraps a pool buffer in an AVBufferRef, so that a frame can be passed between threads without a copy. */
#include "session/buffer_ref.h"

#include <assert.h>
#include "base/log.h"

static void put_returned(void *opaque, uint8_t *data)
{
	int err = fifo_put(opaque, data, 0);

	assert(err == 0 && "there is room, and the getting end is open");
	(void)err;
}

AVBufferRef *buffer_ref_create(struct buffer *buffer, struct fifo *returned)
{
	AVBufferRef *ref = av_buffer_create((uint8_t *)buffer, sizeof *buffer, put_returned, returned, 0);

	if (!ref)
		log_no_memory();
	return ref;
}

struct buffer *buffer_ref_buffer(const AVBufferRef *ref)
{
	return (struct buffer *)ref->data;
}

unsigned buffer_ref_return(struct fifo *returned, bool arm)
{
	uint64_t n_waiting = fifo_level(returned).items;
	unsigned n = 0;
	void *item;

	/* fifo_try_get() on an empty fifo arms its descriptor for the next put. */
	while ((arm || n < n_waiting) && fifo_try_get(returned, &item) > 0) {
		struct buffer *buffer = item;

		pool_release(buffer->pool, buffer);
		n++;
	}
	return n;
}
