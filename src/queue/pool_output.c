/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Output: queues frames, keeping min_latency buffers in the driver. */
#include <errno.h>
#include <poll.h>
#include "base/log.h"
#include "base/page.h"
#include "queue/qbuf.h"
#include "queue/spare.h"

#define EVENT_POLL_MS 100 /* how often to check for events if poll() cannot wait for them */

/* Waits for one buffer to come back; a restart returns all. */
static int dequeue_one(struct pool *pool, int64_t deadline_ns)
{
	struct buffer *buffer;
	int err = qbuf_dequeue(pool, deadline_ns, &buffer);

	if (err == -EIO)
		return pool_recover(pool, "VIDIOC_DQBUF");
	if (err == 0)
		pool->recovered = false;
	return err;
}

static int dequeue_ready(struct pool *pool)
{
	int err = 0;

	while (err == 0 && pool->n_queued > 0)
		err = dequeue_one(pool, POOL_PAST);
	return err == POOL_TIMEOUT ? 0 : err;
}

int pool_acquire(struct pool *pool, struct buffer **buffer)
{
	int err;

	if (!pool->active || pool->lost)
		return pool->lost ? POOL_DEVLOST : POOL_FLUSHING;
	if (!pool->io->streams) {
		*buffer = spare_acquire(pool, pool->pages, pool->frame_bytes);
		return *buffer ? 0 : POOL_NOBUF;
	}
	err = pool_get_free(pool, NULL, buffer);
	if (err < 0)
		return err;
	(*buffer)->owner = BUFFER_HELD;
	(*buffer)->done = NULL;
	pool->n_held++;
	return 0;
}

/* A plane that is too short fails with EINVAL. For userptr also requires whole pages, as some drivers ignore
 * the offset within a page. */
static bool can_import(const struct pool *pool, const struct plane *plane, uint32_t needed)
{
	bool starts_page = page_align((uintptr_t)plane->data) == (uintptr_t)plane->data;

	return (starts_page || pool->io->memory != V4L2_MEMORY_USERPTR) && plane->length >= needed &&
	       plane->bytesused <= plane->length && plane->data_offset <= plane->bytesused &&
	       (!plane->data_offset || device_is_multiplanar(pool->device));
}

static int import_foreign(struct pool *pool, struct buffer *buffer, struct buffer *foreign)
{
	for (uint32_t p = 0; p < pool->format.n_planes; p++) {
		const struct plane *plane = &foreign->planes[p];

		if (foreign->n_planes == pool->format.n_planes &&
		    can_import(pool, plane, pool->format.sizeimage[p]))
			continue;
		log_error("%s: a frame's memory cannot be imported: plane %u has %u bytes at %p, data_offset "
			  "%u; %u bytes are needed, for userptr from the start of a page",
			  pool->device->path, p, plane->length, (void *)plane->data, plane->data_offset,
			  pool->format.sizeimage[p]);
		return -EMSGSIZE;
	}
	buffer->imported = foreign;
	buffer->last_import = foreign->planes[0].data;
	return 0;
}

static int copy_foreign(struct pool *pool, struct buffer *buffer, struct buffer *foreign)
{
	const struct video_format *format = foreign->format ? foreign->format : &pool->format;
	int err = buffer_copy(buffer, &pool->format, foreign, format, &pool->bytes_copied);

	if (err < 0)
		return err;
	pool->n_copied++;
	foreign->copied = true;
	if (foreign->done)
		foreign->done(foreign);
	return 0;
}

/* Imports or copies the foreign frame into a free buffer; waits for one if the driver has all. */
static int take_foreign(struct pool *pool, struct buffer *foreign, int64_t deadline_ns, struct buffer **out)
{
	const struct buffer *imported = pool->io->imports ? foreign : NULL;
	uint32_t most_queued = pool->config.most_queued;
	bool full = most_queued && pool->n_queued >= most_queued;
	int err = full ? POOL_NOBUF : pool_get_free(pool, imported, out);

	if (err == POOL_NOBUF && pool->n_queued > 0) {
		err = dequeue_one(pool, deadline_ns);
		if (err == 0)
			err = pool_get_free(pool, imported, out);
	}
	if (err < 0)
		return err;
	(*out)->done = NULL;
	foreign->copied = false;
	err = imported ? import_foreign(pool, *out, foreign) : copy_foreign(pool, *out, foreign);
	if (err < 0)
		allocator_release(&pool->allocator, *out);
	return err;
}

/* Returns a frame that was not queued to its producer. */
static void pool_return_frame(struct pool *pool, struct buffer *frame)
{
	if (frame->done)
		frame->done(frame);
	else if (frame->pool == pool)
		pool_release(pool, frame);
}

/* Sets *buffer to the buffer with the frame, which the caller no longer owns; on failure it still does. */
static int claim_buffer(struct pool *pool, struct buffer *frame, int64_t deadline_ns, struct buffer **buffer)
{
	if (frame->pool != pool)
		return take_foreign(pool, frame, deadline_ns, buffer);
	pool->n_held--;
	*buffer = frame;
	return 0;
}

static int queue_taken(struct pool *pool, struct buffer *buffer)
{
	int err = qbuf_queue(pool, buffer);

	if (err == -EIO && pool->streaming) {
		err = pool_recover(pool, "VIDIOC_QBUF");
		return err < 0 ? err : POOL_CORRUPT;
	}
	if (err == 0 && !pool->streaming) {
		err = qbuf_stream_on(pool);
		if (err < 0) /* the buffer stays queued until STREAMOFF */
			qbuf_stream_off(pool);
	}
	return err;
}

static int pool_queue_frame(struct pool *pool, struct buffer *frame, int64_t deadline_ns)
{
	struct buffer *buffer;
	int err = claim_buffer(pool, frame, deadline_ns, &buffer);

	if (err < 0) {
		pool_return_frame(pool, frame);
		return err;
	}
	err = queue_taken(pool, buffer);
	if (err < 0)
		return err;
	return pool->n_queued >= pool->min_latency ? dequeue_one(pool, deadline_ns) : dequeue_ready(pool);
}

int pool_queue(struct pool *pool, struct buffer *buffer, int64_t deadline_ns)
{
	int err = pool_check(pool);

	if (err == 0 && pool->io->streams)
		return pool_queue_frame(pool, buffer, deadline_ns);
	if (err == 0)
		err = pool->io->write_frame(pool, deadline_ns, buffer);
	pool_return_frame(pool, buffer);
	return err;
}

int pool_try_queue(struct pool *pool, struct buffer *frame)
{
	struct buffer *buffer;
	int err = pool_check(pool);

	if (err == 0 && pool->io->streams)
		err = claim_buffer(pool, frame, POOL_PAST, &buffer);
	else if (err == 0)
		err = pool->io->write_frame(pool, POOL_PAST, frame);
	if (err == POOL_TIMEOUT || err == POOL_NOBUF)
		return POOL_NOBUF;
	if (err == 0 && pool->io->streams)
		return queue_taken(pool, buffer);
	pool_return_frame(pool, frame);
	return err;
}

int pool_reclaim(struct pool *pool)
{
	int err = pool->n_queued ? dequeue_one(pool, POOL_PAST) : 0;

	return err == POOL_TIMEOUT ? 0 : err;
}

int pool_drain(struct pool *pool, int64_t deadline_ns)
{
	int err = 0;

	if (!pool->active || !pool->io->streams || !pool->streaming)
		return 0;
	while (err == 0 && pool->n_queued > 1)
		err = dequeue_one(pool, deadline_ns);
	return err;
}

int pool_check_device(struct pool *pool)
{
	struct pollfd entry = { .fd = pool->device->fd };

	/* POLLERR without POLLHUP: a queue that does not stream. */
	if (device_poll(&pool->device, 1, &entry, 1, 0) <= 0 || !(entry.revents & POLLHUP))
		return 0;
	return qbuf_error(pool, "poll", -ENODEV);
}

int pool_wait_event(struct pool *pool)
{
	struct pollfd entries[] = {
		{ .fd = pool->device->fd, .events = POLLPRI },
		{ .fd = pool->cancel_fd, .events = POLLIN },
		{ .fd = pool->wake_fd, .events = POLLIN },
	};
	int n = device_poll(&pool->device, 1, entries, 3, -1);
	int result = n > 0 ? qbuf_poll_result(pool, entries) : 0;

	if (n < 0 && n != -EINTR)
		return qbuf_error(pool, "poll", n);
	if (result > 0 && pool->streaming)
		return qbuf_error(pool, "poll", -EIO);
	/* A queue that does not stream may report POLLERR all the time, or because the device is gone. */
	if (result > 0) {
		result = qbuf_dequeue_events(pool);
		if (result == 0)
			poll(entries + 1, 2, EVENT_POLL_MS);
	}
	return result == POOL_TIMEOUT ? 0 : result;
}
