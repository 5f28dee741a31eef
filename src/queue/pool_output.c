/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process loop of an output queue: frames to the driver. */
#include "base/log.h"
#include "queue/memory_source.h"
#include "queue/pool_internal.h"

/* Waits for one buffer to come back. A restart after EIO brought them all back, which will do too. */
static int take_back(struct pool *pool)
{
	struct buffer *buffer;
	int err = pool->io->get(pool, &buffer);

	if (err == 0)
		pool->recovered = false;
	return err == POOL_NOBUF && !pool->streaming ? 0 : err;
}

static int take_back_ready(struct pool *pool)
{
	int64_t deadline_ns = pool->deadline_ns;
	int err = 0;

	pool->deadline_ns = 1; /* long past: nothing is waited for */
	while (err == 0 && pool->n_queued > 0)
		err = take_back(pool);
	pool->deadline_ns = deadline_ns;
	return err == POOL_TIMEOUT ? 0 : err;
}

int pool_acquire(struct pool *pool, struct buffer **buffer)
{
	int err;

	if (!pool->active || pool->lost)
		return pool->lost ? POOL_DEVLOST : POOL_FLUSHING;
	if (!pool->io->put) {
		*buffer = spare_take(pool, pool->pages, pool_frame_bytes(pool));
		return *buffer ? 0 : POOL_NOBUF;
	}
	err = pool_obtain(pool, true, buffer);
	if (err < 0)
		return err;
	(*buffer)->owner = BUFFER_HELD;
	(*buffer)->done = NULL;
	pool->n_held++;
	return 0;
}

/* Some drivers go by whole pages whatever the address says. */
static bool begins_at_a_page(const struct plane *plane)
{
	return memory_whole_pages((uintptr_t)plane->data) == (uintptr_t)plane->data;
}

/* What the driver would refuse with a bare EINVAL, or take amiss. */
static int check_import(const struct pool *pool, const struct buffer *foreign)
{
	for (uint32_t p = 0; p < pool->format.n_planes; p++) {
		const struct plane *plane = &foreign->planes[p];

		if (foreign->n_planes == pool->format.n_planes &&
		    (pool->io->memory != V4L2_MEMORY_USERPTR || begins_at_a_page(plane)) &&
		    plane->length >= pool->format.sizeimage[p] && plane->bytesused <= plane->length &&
		    plane->data_offset <= plane->bytesused &&
		    (!plane->data_offset || device_is_multiplanar(pool->device)))
			continue;
		log_error("%s: a frame's memory does not fit: plane %u has %u bytes at %p, from %u on; %u "
			  "are needed, and for userptr from a page's start on",
			  pool->device->path, p, plane->length, (void *)plane->data, plane->data_offset,
			  pool->format.sizeimage[p]);
		return -EMSGSIZE;
	}
	return 0;
}

static int fill(struct pool *pool, struct buffer *buffer, struct buffer *foreign)
{
	const struct video_format *format = foreign->format ? foreign->format : &pool->format;
	int err;

	foreign->copied = false;
	if (pool->io->imports) {
		err = check_import(pool, foreign);
		if (err == 0)
			buffer->imported = foreign;
		return err;
	}
	err = buffer_copy(buffer, &pool->format, foreign, format, &pool->bytes_copied);
	if (err == 0) {
		pool->n_copied++;
		foreign->copied = true;
		if (foreign->done)
			foreign->done(foreign);
	}
	return err;
}

/* A free buffer that holds the foreign frame; when all are in the driver, one is waited for. */
static int stand_in(struct pool *pool, struct buffer *foreign, struct buffer **out)
{
	bool memory = !pool->io->imports;
	int err = pool_obtain(pool, memory, out);

	if (err == POOL_NOBUF && pool->n_queued > 0) {
		err = take_back(pool);
		if (err == 0)
			err = pool_obtain(pool, memory, out);
	}
	if (err < 0)
		return err;
	(*out)->done = NULL;
	err = fill(pool, *out, foreign);
	if (err < 0)
		allocator_give(&pool->allocator, *out);
	return err;
}

/* With the frame in the driver: start, and keep its queue as short as it can be. */
static int keep_moving(struct pool *pool)
{
	int err = 0;

	if (!pool->streaming) {
		err = pool_stream_on(pool);
		/* The kernel keeps the buffer queued, and would refuse it a second time. */
		if (err < 0)
			transfer_stop(pool);
	}
	if (err < 0)
		return err;
	return pool->n_queued >= pool->min_latency ? take_back(pool) : take_back_ready(pool);
}

/* The frame is not, or no longer, the driver's. */
static void let_go(struct pool *pool, struct buffer *buffer)
{
	if (buffer->done)
		buffer->done(buffer);
	else if (buffer->pool == pool)
		pool_release(pool, buffer);
}

static int put(struct pool *pool, struct buffer *frame)
{
	struct buffer *buffer = frame;
	int err = 0;

	if (frame->pool != pool)
		err = stand_in(pool, frame, &buffer);
	else
		pool->n_held--;
	if (err < 0) {
		let_go(pool, frame);
		return err;
	}
	err = pool->io->put(pool, buffer);
	/* The frame went with what the driver had; the next one starts it anew. */
	if (err == -EIO && pool->streaming) {
		err = transfer_recover(pool, "VIDIOC_QBUF");
		return err < 0 ? err : POOL_CORRUPT;
	}
	return err < 0 ? err : keep_moving(pool);
}

int pool_queue(struct pool *pool, struct buffer *buffer, int64_t deadline_ns)
{
	int err = pool_check(pool);

	pool->deadline_ns = deadline_ns;
	if (err == 0 && pool->io->put)
		return put(pool, buffer);
	if (err == 0)
		err = pool->io->write(pool, buffer);
	let_go(pool, buffer);
	return err;
}

int pool_drain(struct pool *pool, int64_t deadline_ns)
{
	int err = 0;

	pool->deadline_ns = deadline_ns;
	if (!pool->active || !pool->io->put || !pool->streaming)
		return 0;
	while (err == 0 && pool->n_queued > 1)
		err = take_back(pool);
	return err;
}
