/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lending the queue's buffers to the file thread. */
#include "session/buffer_ref.h"

#include <assert.h>
#include "base/log.h"

static void come_home(void *home, uint8_t *data)
{
	struct buffer *buffer = (struct buffer *)data;

	int err = fifo_put(home, buffer, 0);

	assert(err == 0 && "unbounded, never closed by its getter, and with room reserved");
	(void)err;
}

int lend_frame(struct item *item, struct buffer *buffer, struct fifo *home)
{
	struct frame *frame = &item->frame;

	/* The way home must not need memory: there is nobody to tell on the other side. */
	if (fifo_reserve(home, buffer->pool->n_held + buffer->pool->n_spares) < 0)
		return -ENOMEM;
	/* The reference stands for the buffer as a whole; where its planes lie, the frame says. */
	frame->memory = av_buffer_create((uint8_t *)buffer, sizeof *buffer, come_home, home, 0);
	if (!frame->memory)
		return log_no_memory();
	frame->n_planes = buffer->n_planes;
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		frame->planes[p].data = plane_payload(&buffer->planes[p]);
		frame->planes[p].bytes = plane_payload_bytes(&buffer->planes[p]);
	}
	return 0;
}

void lend_return(struct pool *pool, struct fifo *home, bool wait)
{
	uint64_t n = fifo_level(home).items;
	void *buffer;

	/* Asking an empty fifo arms its descriptor, which costs the loop a read() later. */
	while ((wait || n--) && fifo_try_get(home, &buffer) > 0)
		pool_release(pool, buffer);
}
