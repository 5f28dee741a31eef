/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Starting, growing, stopping the stream. Rule: kernel documentation, "VIDIOC_STREAMON,
 * VIDIOC_STREAMOFF".
 */
#include "base/log.h"
#include "device/node_errors.h"
#include "queue/pool_internal.h"

/* How many buffers there are to be, and how they are used, after what the driver granted. */
static int settle(struct pool *pool)
{
	struct allocator *allocator = &pool->allocator;
	bool can_allocate = true;

	pool->min = pool->config.min;
	pool->max = pool->config.max;
	pool->min_latency =
		pool->limits.driver_min > POOL_MIN_BUFFERS ? pool->limits.driver_min : POOL_MIN_BUFFERS;
	pool->copy_threshold = 0;
	pool->granted = 0;
	if (pool->io->put) {
		uint32_t least = pool->io->imports ? pool->min : POOL_MIN_BUFFERS;
		int granted = allocator_start(allocator, pool->min, pool->io->memory);

		if (granted < 0)
			return granted;
		pool->granted = (uint32_t)granted;
		if (pool->granted < least) {
			log_error("%s: %u buffers granted, %u needed", pool->device->path, pool->granted,
				  least);
			return -ENOBUFS;
		}
		if (!pool->io->imports && (pool->granted != pool->min || pool->config.copy_enable))
			pool->copy_threshold = pool->min_latency;
		if (pool->granted != pool->min)
			log_verbose("%s: %u buffers asked for, %u granted", pool->device->path, pool->min,
				    pool->granted);
		pool->min = pool->granted;
		can_allocate = allocator->can_allocate;
	}
	pool->max_latency = can_allocate ? pool->max : pool->min;
	if (pool->max != 0 && pool->max < pool->min)
		pool->max = pool->min;
	return 0;
}

static void detach(struct pool *pool, struct buffer *buffer)
{
	buffer->attached = false;
	pool->io->detach(pool, buffer);
}

static int attach(struct pool *pool, struct buffer *buffer)
{
	int err;

	if (buffer->attached)
		return 0;
	err = pool->io->attach(pool, buffer);
	if (err < 0) {
		pool->io->detach(pool, buffer);
		return err;
	}
	buffer->attached = true;
	return 0;
}

int pool_queue_free(struct pool *pool)
{
	uint32_t n = allocator_n_free(&pool->allocator);
	int err = 0;

	while (err == 0 && n--) {
		struct buffer *buffer = allocator_take(&pool->allocator);

		if (buffer->attached)
			err = transfer_put(pool, buffer);
		else /* a growth that failed left it: nobody could read its frames */
			allocator_give(&pool->allocator, buffer);
	}
	return err;
}

int pool_stream_on(struct pool *pool)
{
	int type = (int)pool->device->type;
	int err = device_ioctl(pool->device, VIDIOC_STREAMON, &type);
	const char *hint = node_error_streamon_hint(err);

	if (err < 0) {
		err = pool_error(pool, "VIDIOC_STREAMON", err);
		if (hint)
			log_error("%s", hint);
	}
	pool->streaming = err == 0;
	return err;
}

static struct buffer *take_or_create(struct pool *pool)
{
	struct buffer *buffer = allocator_take(&pool->allocator);
	uint32_t max = pool->max ? pool->max : POOL_MAX_BUFFERS;

	if (buffer || pool->allocator.count >= max || !pool_may_grow(pool))
		return buffer;
	return allocator_grow(&pool->allocator);
}

int pool_obtain(struct pool *pool, bool memory, struct buffer **out)
{
	struct buffer *buffer = take_or_create(pool);
	int err;

	if (!buffer)
		return POOL_NOBUF;
	err = memory ? attach(pool, buffer) : 0;
	if (err < 0) {
		pool->allocator.can_allocate = false;
		allocator_give(&pool->allocator, buffer);
		return err;
	}
	*out = buffer;
	return 0;
}

int pool_grow(struct pool *pool)
{
	struct buffer *buffer;
	int err = pool_obtain(pool, true, &buffer);

	return err < 0 ? err : transfer_put(pool, buffer);
}

/* An output queue streams from its first frame on, and gets memory of ours only where a frame brings none. */
static int start_streaming(struct pool *pool)
{
	bool output = device_is_output(pool->device);
	int err = 0;

	if (output && pool->io->imports)
		return 0;
	for (struct buffer *b = pool->allocator.free_first; err == 0 && b; b = b->next)
		err = attach(pool, b);
	if (err < 0 || output)
		return err;
	err = pool_queue_free(pool);
	if (err == 0)
		err = pool_stream_on(pool);
	/* The kernel keeps what was queued, even when STREAMON failed. */
	if (err < 0)
		transfer_stop(pool);
	return err;
}

/* Unmaps, closes, and gives the driver its buffers back; all of them must be free. */
static void give_up_buffers(struct pool *pool)
{
	for (struct buffer *b = pool->allocator.free_first; b; b = b->next)
		detach(pool, b);
	allocator_stop(&pool->allocator);
}

int pool_start(struct pool *pool)
{
	int err;

	if (pool->active)
		return 0;
	if (!pool->configured || pool->n_held)
		return pool->n_held ? -EBUSY : -EINVAL;
	pool->eos = pool->recovered = false;
	err = settle(pool);
	if (err == 0 && pool->io->start)
		err = pool->io->start(pool);
	if (err == 0 && pool->io->put)
		err = start_streaming(pool);
	if (err == 0) {
		pool->active = pool->new_sequence = true;
		return 0;
	}
	give_up_buffers(pool);
	return err;
}

/* Buffers at the consumer outlive the kernel's queue. Whoever fills buffers for output needs them no more,
 * and gives them back at once. */
static int stop_later(struct pool *pool)
{
	struct allocator *allocator = &pool->allocator;

	if (!allocator->can_orphan || device_is_output(pool->device))
		return 0;
	for (struct buffer *b = allocator->free_first; b; b = b->next)
		detach(pool, b);
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
	if (!pool->io->put)
		return 0;
	/* Output streams from its first frame on, which may never have come. */
	if (pool->streaming || pool->n_queued)
		err = transfer_stop(pool);
	if (err < 0 && err != -ENODEV)
		log_warn("%s: VIDIOC_STREAMOFF: %s", pool->device->path, err_str(err));
	if (pool->n_held)
		return stop_later(pool);
	give_up_buffers(pool);
	return 0;
}

void pool_release(struct pool *pool, struct buffer *buffer)
{
	if (buffer->spare) {
		spare_give(pool, buffer);
		return;
	}
	pool->n_held--;
	if (buffer->owner == BUFFER_ORPHANED) {
		detach(pool, buffer);
		buffer->owner = BUFFER_FREE;
	} else if (pool->active && pool->streaming && !pool->lost && !pool->eos &&
		   !device_is_output(pool->device)) {
		transfer_put(pool, buffer);
	} else {
		allocator_give(&pool->allocator, buffer);
		if (!pool->active && !pool->n_held)
			give_up_buffers(pool);
	}
}

static int stop_streaming(struct pool *pool)
{
	int err = transfer_stop(pool);

	return err < 0 ? pool_error(pool, "VIDIOC_STREAMOFF", err) : 0;
}

int pool_pause(struct pool *pool)
{
	if (!pool->active || !pool->io->put)
		return 0;
	transfer_events(pool); /* of a change the caller knows; that it is lost, STREAMOFF tells too */
	return stop_streaming(pool);
}

int pool_resume(struct pool *pool)
{
	int err;

	if (!pool->active || !pool->io->put)
		return 0;
	pool->n_restarts++;
	pool->new_sequence = true;
	pool->eos = false;
	if (device_is_output(pool->device)) /* streams again with the next frame */
		return 0;
	err = pool_queue_free(pool);
	return err < 0 ? err : pool_stream_on(pool);
}

int pool_restart(struct pool *pool)
{
	int err = stop_streaming(pool);

	return err < 0 ? err : pool_resume(pool);
}

int pool_flush(struct pool *pool)
{
	int err = pool_pause(pool);

	return err < 0 ? err : pool_resume(pool);
}
