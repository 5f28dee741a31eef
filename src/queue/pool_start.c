/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Allocating buffers, starting the stream, restarting and stopping it. Rules: kernel documentation, "ioctl
 * VIDIOC_STREAMON, VIDIOC_STREAMOFF", "ioctl VIDIOC_REQBUFS" (V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS).
 */
#include <errno.h>
#include "base/log.h"
#include "device/obstacles.h"
#include "queue/qbuf.h"
#include "queue/spare.h"

/* REQBUFS, and the settings that depend on the number granted. Returns 0 or a negative errno, logged. */
static int start_allocator(struct pool *pool, bool *can_allocate)
{
	uint32_t least =
		pool->config.least && pool->config.least < pool->min ? pool->config.least : pool->min;
	uint32_t needed = pool->io->imports ? least : POOL_MIN_BUFFERS;
	int granted = allocator_start(&pool->allocator, pool->min, pool->io->memory);

	if (granted < 0)
		return granted;
	pool->granted = (uint32_t)granted;
	if (pool->granted < needed) {
		obstacle_report_buffers(pool->device->path, pool->granted, needed);
		return -ENOBUFS;
	}
	if (!pool->io->imports && (pool->granted != pool->min || pool->config.copy_enable))
		pool->copy_threshold = pool->min_latency;
	if (pool->granted != pool->min)
		log_verbose("%s: %u buffers requested, %u granted", pool->device->path, pool->min,
			    pool->granted);
	pool->min = pool->granted;
	*can_allocate = pool->allocator.can_allocate;
	return 0;
}

static int allocate_buffers(struct pool *pool)
{
	uint32_t driver_min = pool->limits.driver_min;
	bool can_allocate = true;
	int err = 0;

	pool->min = pool->config.min;
	pool->max = pool->config.max;
	pool->min_latency = driver_min > POOL_MIN_BUFFERS ? driver_min : POOL_MIN_BUFFERS;
	pool->copy_threshold = pool->granted = 0;
	if (pool->io->streams)
		err = start_allocator(pool, &can_allocate);
	if (err < 0)
		return err;
	pool->max_latency = can_allocate ? pool->max : pool->min;
	if (pool->max != 0 && pool->max < pool->min)
		pool->max = pool->min;
	return 0;
}

void pool_detach(struct pool *pool, struct buffer *buffer)
{
	buffer->attached = false;
	pool->io->detach(pool, buffer);
}

static int attach_buffer(struct pool *pool, struct buffer *buffer)
{
	int err;

	if (buffer->attached)
		return 0;
	err = pool->io->attach(pool, buffer);
	if (err < 0)
		pool->io->detach(pool, buffer);
	buffer->attached = err == 0;
	return err;
}

static bool may_grow(const struct pool *pool)
{
	const struct allocator *allocator = &pool->allocator;

	if (allocator->count >= (pool->max ? pool->max : POOL_MAX_BUFFERS))
		return false;
	/* Output may import frames with their own memory. Capture buffers take sizeimage each, even for
	 * smaller frames. */
	if (!pool->memory_limit || pool->output)
		return spare_memory_fits(pool, pool->frame_bytes);
	return (allocator->count + 1) * pool->frame_bytes + pool->spare_bytes <= pool->memory_limit;
}

int pool_get_free(struct pool *pool, const struct buffer *imported, struct buffer **out)
{
	struct allocator *allocator = &pool->allocator;
	struct buffer *buffer = imported ? allocator_acquire_for(allocator, imported->planes[0].data)
					 : allocator_acquire(allocator);
	int err;

	if (!buffer && may_grow(pool))
		buffer = allocator_grow(allocator);
	if (!buffer && imported)
		buffer = allocator_acquire(allocator);
	if (!buffer)
		return POOL_NOBUF;
	err = imported ? 0 : attach_buffer(pool, buffer);
	if (err < 0) {
		pool->allocator.can_allocate = false;
		allocator_release(&pool->allocator, buffer);
		return err;
	}
	*out = buffer;
	return 0;
}

int pool_grow(struct pool *pool)
{
	struct buffer *buffer;
	int err = pool_get_free(pool, NULL, &buffer);

	return err < 0 ? err : qbuf_queue(pool, buffer);
}

static int queue_all_free(struct pool *pool)
{
	uint32_t n = allocator_n_free(&pool->allocator);
	int err = 0;

	while (err == 0 && n--) {
		struct buffer *buffer = allocator_acquire(&pool->allocator);

		if (buffer->attached)
			err = qbuf_queue(pool, buffer);
		else /* pool_get_free() could not attach memory */
			allocator_release(&pool->allocator, buffer);
	}
	return err;
}

/* Output: only attaches the buffers; pool_queue() makes the first QBUF and STREAMON, and frames may have
 * their own memory. */
static int start_streaming(struct pool *pool)
{
	int err = 0;

	if (pool->output && pool->io->imports)
		return 0;
	for (struct buffer *b = pool->allocator.free_first; err == 0 && b; b = b->next)
		err = attach_buffer(pool, b);
	if (err < 0 || pool->output)
		return err;
	err = queue_all_free(pool);
	if (err == 0)
		err = qbuf_stream_on(pool);
	if (err < 0) /* buffers stay queued until STREAMOFF, even when STREAMON failed */
		qbuf_stream_off(pool);
	return err;
}

void pool_free_buffers(struct pool *pool)
{
	for (struct buffer *b = pool->allocator.free_first; b; b = b->next)
		pool_detach(pool, b);
	allocator_stop(&pool->allocator);
}

int pool_start(struct pool *pool)
{
	int err;

	if (pool->active)
		return 0;
	if (pool->n_held)
		return -EBUSY;
	if (!pool->configured)
		return -EINVAL;
	pool->eos = pool->recovered = false;
	err = allocate_buffers(pool);
	if (err == 0)
		err = pool->io->streams ? start_streaming(pool) : pool->io->start(pool);
	if (err < 0) {
		pool_free_buffers(pool);
		return err;
	}
	pool->active = pool->new_sequence = true;
	return 0;
}

/* While buffers are HELD, the kernel's queue is freed now if the driver can orphan them, else at the last
 * release. Output has no need for orphans: filled buffers are returned at once. */
static int orphan_buffers(struct pool *pool)
{
	struct allocator *allocator = &pool->allocator;

	if (!allocator->can_orphan || pool->output)
		return 0;
	for (struct buffer *b = allocator->free_first; b; b = b->next)
		pool_detach(pool, b);
	for (uint32_t i = 0; i < POOL_MAX_BUFFERS; i++)
		if (allocator->buffers[i].owner == BUFFER_HELD)
			allocator->buffers[i].owner = BUFFER_ORPHANED;
	return allocator_orphan(allocator);
}

int pool_stop(struct pool *pool)
{
	int err = 0;

	if (!pool->active)
		return 0;
	pool->active = false;
	if (!pool->io->streams)
		return 0;
	if (pool->streaming || pool->n_queued) /* output does not stream before its first frame */
		err = qbuf_stream_off(pool);
	if (err < 0 && err != -ENODEV)
		log_warn("%s: VIDIOC_STREAMOFF: %s", pool->device->path, err_str(err));
	if (pool->n_held)
		return orphan_buffers(pool);
	pool_free_buffers(pool);
	return 0;
}

static int stop_streaming(struct pool *pool)
{
	int err = qbuf_stream_off(pool);

	return err < 0 ? qbuf_error(pool, "VIDIOC_STREAMOFF", err) : 0;
}

int pool_pause(struct pool *pool)
{
	if (!pool->active || !pool->io->streams)
		return 0;
	qbuf_dequeue_events(pool); /* if the device is gone, STREAMOFF fails too */
	return stop_streaming(pool);
}

int pool_resume(struct pool *pool)
{
	int err;

	if (!pool->active || !pool->io->streams)
		return 0;
	pool->n_restarts++;
	pool->new_sequence = true;
	pool->eos = false;
	if (pool->output)
		return 0;
	err = queue_all_free(pool);
	return err < 0 ? err : qbuf_stream_on(pool);
}

int pool_recover(struct pool *pool, const char *what)
{
	int err;

	if (pool->recovered)
		return qbuf_error(pool, what, -EIO);
	log_warn("%s: %s: the driver reports a fatal error: restarting the stream once", pool->device->path,
		 what);
	pool->recovered = true;
	err = stop_streaming(pool);
	return err < 0 ? err : pool_resume(pool);
}
