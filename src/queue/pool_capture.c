/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Capture: which frames are delivered, and when one is copied. */
#include <errno.h>
#include "base/log.h"
#include "queue/qbuf.h"
#include "queue/spare.h"

/* Makes sure that a buffer is queued: otherwise poll() and DQBUF could wait for ever. */
static int ensure_queued(struct pool *pool, int64_t deadline_ns)
{
	int err;

	if (pool->n_queued > 0)
		return 0;
	err = pool_grow(pool);
	if (err == -EIO)
		return pool_recover(pool, "VIDIOC_QBUF");
	if (err == 0 || err == POOL_DEVLOST)
		return err;
	/* No buffer will come back. Ends the stream with a fatal error, whatever errno the driver returned.
	 */
	if (!pool->n_held) {
		if (err == POOL_NOBUF)
			log_error("%s: the driver has no buffer and takes none", pool->device->path);
		return -EIO;
	}
	return pool->wake_fd >= 0 ? qbuf_wait_for_release(pool, deadline_ns) : POOL_NOBUF;
}

static int dequeue(struct pool *pool, int64_t deadline_ns, struct buffer **buffer)
{
	int err;

	if (!pool->io->streams)
		return pool->io->read_frame(pool, deadline_ns, buffer);
	for (;;) {
		err = ensure_queued(pool, deadline_ns);
		if (err < 0)
			return err;
		err = qbuf_dequeue(pool, deadline_ns, buffer);
		if (err != -EIO)
			return err;
		err = pool_recover(pool, "VIDIOC_DQBUF");
		if (err < 0)
			return err;
	}
}

static bool is_short(const struct pool *pool, const struct buffer *buffer)
{
	for (uint32_t p = 0; p < buffer->n_planes; p++)
		if (plane_payload_bytes(&buffer->planes[p]) < pool->payload_bytes[p])
			return true;
	return false;
}

/* Returns 0 for a frame to deliver, else POOL_CORRUPT or POOL_EOS. An empty buffer is the end of the stream
 * only with V4L2_BUF_FLAG_LAST or on a memory-to-memory device. */
static int check_frame(struct pool *pool, const struct buffer *buffer)
{
	bool last = buffer->info.flags & V4L2_BUF_FLAG_LAST;

	if (buffer->info.bytes == 0 && buffer->info.flags & V4L2_BUF_FLAG_ERROR)
		return POOL_CORRUPT;
	pool->eos = last || (buffer->info.bytes == 0 && pool->m2m);
	if (buffer->info.bytes == 0)
		return pool->eos ? POOL_EOS : POOL_CORRUPT;
	if (is_short(pool, buffer)) {
		log_verbose("%s: frame %u is short: %llu bytes", pool->device->path, buffer->info.sequence,
			    (unsigned long long)buffer->info.bytes);
		return POOL_CORRUPT;
	}
	return 0;
}

/* Returns the buffer to the driver. A failure is logged; `result` takes precedence unless the device is gone.
 */
static int requeue(struct pool *pool, struct buffer *buffer, int result)
{
	int err;

	if (buffer->spare) {
		spare_release(pool, buffer);
		return result;
	}
	err = qbuf_queue(pool, buffer);
	return err == POOL_DEVLOST ? err : result;
}

/* Waits for a frame to deliver. The arguments are those of pool_dequeue(). */
static int next_frame(struct pool *pool, int64_t deadline_ns, struct buffer **out, struct frame_info *info)
{
	struct buffer *buffer;
	int err = pool_check(pool);

	if (err == 0)
		err = dequeue(pool, deadline_ns, &buffer);
	if (err < 0)
		return err;
	*info = buffer->info;
	pool->last_bytes = info->bytes;
	if (buffer == pool->reserve)
		return POOL_NOBUF;
	err = check_frame(pool, buffer);
	if (err < 0)
		return requeue(pool, buffer, err);
	pool->recovered = false;
	*out = buffer;
	return 0;
}

/* Below copy_threshold: queues one more buffer, or else moves the frame to a spare and requeues its buffer.
 * Where the driver overwrites buffers, always moves the frame. */
static int keep_supplied(struct pool *pool, struct buffer **buffer)
{
	bool empty = pool->n_queued == 0;
	struct buffer *spare;

	if (!pool->overwrites && !empty && pool->n_queued >= pool->copy_threshold)
		return 0;
	if (!pool->overwrites && pool_grow(pool) == 0)
		return 0;
	if (pool->lends)
		return 0;
	spare = spare_replace(pool, *buffer);
	if (spare) {
		requeue(pool, *buffer, 0);
		*buffer = spare;
		return 0;
	}
	/* Drops the frame only if the driver has no other buffer, or overwrites this one. */
	return empty || pool->overwrites ? requeue(pool, *buffer, POOL_NOBUF) : 0;
}

int pool_dequeue(struct pool *pool, int64_t deadline_ns, struct buffer **out, struct frame_info *info)
{
	struct buffer *buffer = NULL;
	int err = next_frame(pool, deadline_ns, &buffer, info);

	if (err == 0 && !buffer->spare && !pool->eos)
		err = keep_supplied(pool, &buffer);
	if (err < 0)
		return err;
	buffer->owner = BUFFER_HELD;
	pool->n_held += !buffer->spare;
	*out = buffer;
	return 0;
}
