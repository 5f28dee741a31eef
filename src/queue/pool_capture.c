/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process loop: what becomes of a dequeued frame. */
#include "queue/pool_internal.h"

#include "base/log.h"

/* What pool_dequeue() returns with an errno that a driver may have too. POOL_BUSY means the same of both. */
static bool is_result(int err)
{
	return err == POOL_EOS || err == POOL_FLUSHING || err == POOL_CORRUPT || err == POOL_RES_CHANGE ||
	       err == POOL_NOBUF || err == POOL_WAKE || err == POOL_TIMEOUT;
}

int pool_error(struct pool *pool, const char *what, int err)
{
	struct v4l2_capability gone;

	/* A node that vanishes under a call answers EINVAL first. */
	if (err == -EINVAL && device_ioctl(pool->device, VIDIOC_QUERYCAP, &gone) == -ENODEV)
		err = -ENODEV;
	if (err != -ENODEV) {
		device_error(pool->device, what, err);
		return is_result(err) ? -EREMOTEIO : err;
	}
	if (!pool->lost)
		log_error("%s: the device is gone: unplugged, or its driver was removed", pool->device->path);
	pool->lost = true;
	return POOL_DEVLOST;
}

/* Back to the driver; why it did not go is said where it failed, and the frame's own result matters more. */
static int put_back(struct pool *pool, struct buffer *buffer, int result)
{
	int err = pool->io->put(pool, buffer);

	return err == POOL_DEVLOST ? err : result;
}

static bool is_short(const struct pool *pool, const struct buffer *buffer)
{
	for (uint32_t p = 0; p < buffer->n_planes; p++)
		if (plane_payload_bytes(&buffer->planes[p]) < pool->frame_payload[p])
			return true;
	return false;
}

/* 0: a frame to deliver. Else what it is instead. */
static int inspect(struct pool *pool, const struct buffer *buffer)
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

static struct buffer *hold(struct pool *pool, struct buffer *buffer)
{
	buffer->owner = BUFFER_HELD;
	pool->n_held += !buffer->spare;
	return buffer;
}

/* The driver runs low: hand it another buffer, or this one at once, its frame being set aside. */
static int keep_supplied(struct pool *pool, struct buffer **buffer)
{
	struct buffer *spare;
	bool starved = pool->n_queued == 0;

	if (!starved && pool->n_queued >= pool->copy_threshold)
		return 0;
	if (pool_grow(pool) == 0)
		return 0;
	spare = spare_stand_in(pool, *buffer);
	if (spare) {
		put_back(pool, *buffer, 0);
		*buffer = spare;
		return 0;
	}
	/* While the driver has one left, the frame itself is worth more than the driver's comfort. */
	return starved ? put_back(pool, *buffer, POOL_NOBUF) : 0;
}

static int fill_foreign(struct pool *pool, struct buffer *foreign, struct buffer *buffer)
{
	const struct video_format *format = foreign->format ? foreign->format : &pool->format;
	int err = buffer_copy(foreign, format, buffer, &pool->format, &pool->bytes_copied);

	pool->n_copied += err == 0;
	foreign->copied = err == 0;
	if (buffer->spare)
		spare_give(pool, buffer);
	else
		put_back(pool, buffer, 0);
	return err;
}

int pool_check(const struct pool *pool)
{
	if (pool->lost)
		return POOL_DEVLOST;
	if (!pool->active)
		return POOL_FLUSHING;
	return pool->eos ? POOL_EOS : 0;
}

/* A dequeued frame that is fit to be delivered; *info as pool_dequeue(). */
static int next_frame(struct pool *pool, int64_t deadline_ns, struct buffer **out, struct frame_info *info)
{
	struct buffer *buffer;
	int err = pool_check(pool);

	if (err < 0)
		return err;
	pool->deadline_ns = deadline_ns;
	err = pool->io->get(pool, &buffer);
	if (err == 0 || err == POOL_NOBUF)
		*info = pool->last;
	if (err < 0)
		return err;
	err = inspect(pool, buffer);
	if (err < 0 && buffer->spare) {
		spare_give(pool, buffer);
		return err;
	}
	if (err < 0)
		return put_back(pool, buffer, err);
	pool->recovered = false;
	*out = buffer;
	return 0;
}

int pool_dequeue(struct pool *pool, int64_t deadline_ns, struct buffer **out, struct frame_info *info)
{
	struct buffer *buffer;
	int err = next_frame(pool, deadline_ns, &buffer, info);

	if (err < 0)
		return err;
	if (!buffer->spare && !pool->eos)
		err = keep_supplied(pool, &buffer);
	if (err < 0)
		return err;
	*out = hold(pool, buffer);
	return 0;
}

int pool_dequeue_into(struct pool *pool, int64_t deadline_ns, struct buffer *target)
{
	struct buffer *buffer;
	int err = next_frame(pool, deadline_ns, &buffer, &target->info);

	return err < 0 ? err : fill_foreign(pool, target, buffer);
}
