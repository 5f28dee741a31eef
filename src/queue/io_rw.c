/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* io mode rw: read(). Rule: kernel documentation, "Read/Write". */
#include <errno.h>
#include "base/clock.h"
#include "base/log.h"
#include "device/node_errors.h"
#include "queue/pool_internal.h"

/* Some drivers (v4l2loopback 0.12) do not wake poll() for those who read(): ask again after a frame's time.
 */
static int64_t read_patience_ns(const struct pool *pool)
{
	double fps = fraction_value(pool->format.fps);

	return fps > 1 ? (int64_t)(1e9 / fps) : NS_PER_S / 25;
}

static int rw_start(struct pool *pool)
{
	uint8_t byte;

	if (!pool->reserve)
		pool->reserve = spare_take(pool, pool->pages, pool_next_bytes(pool));
	if (!pool->reserve) {
		log_error("no memory for a frame of %llu bytes: allow more with --memory",
			  (unsigned long long)pool_frame_bytes(pool));
		return -ENOMEM;
	}
	/* libv4l2 starts converting only at a first read; an empty one will do. */
	if (pool->device->emulated)
		device_read(pool->device, &byte, 0);
	return 0;
}

/* Returns 1 for a frame, 0 when there was none yet. */
static int read_frame(struct pool *pool, struct buffer *spare)
{
	struct plane *plane = &spare->planes[0];
	ssize_t bytes = device_read(pool->device, plane->data, pool->format.sizeimage[0]);

	if (bytes == -EAGAIN || bytes == -EINTR)
		return 0;
	if (bytes == -EPIPE) {
		pool->eos = true;
		return POOL_EOS;
	}
	if (bytes == -EBUSY)
		return node_error_report(pool->device->path, -EBUSY, DEVICE_CAPTURE, pool->device->caps);
	if (bytes < 0)
		return pool_error(pool, "read", (int)bytes);
	if (bytes == 0)
		return POOL_EOS;
	plane->data_offset = 0;
	plane->bytesused = (uint32_t)bytes;
	spare->info = (struct frame_info){
		.sequence = pool->n_reads++,
		.field = pool->format.field ? pool->format.field : V4L2_FIELD_NONE,
		.dequeue_ns = now_ns(),
		.bytes = (uint64_t)bytes,
		.new_sequence = pool->new_sequence,
	};
	pool->new_sequence = false;
	spare->copied = false;
	spare_filled(pool, spare);
	return 1;
}

static int rw_get(struct pool *pool, struct buffer **buffer)
{
	struct buffer *spare = spare_take(pool, pool->pages, pool_next_bytes(pool));
	struct buffer *target = spare ? spare : pool->reserve;
	int ready = 0, result = 0;

	while (result == 0 && ready >= 0) {
		ready = transfer_wait(pool, now_ns() + read_patience_ns(pool));
		if (ready == POOL_TIMEOUT && !(pool->deadline_ns && now_ns() >= pool->deadline_ns))
			ready = 0;
		if (ready >= 0)
			result = read_frame(pool, target);
		if (ready > 0 && result == 0) /* POLLERR, and nothing to read: polling again would spin */
			result = pool_error(pool, "read", -EIO);
	}
	if (ready >= 0 && result > 0) {
		pool->last = target->info;
		*buffer = spare;
		result = spare ? 0 : POOL_NOBUF;
	} else if (spare) {
		spare_give(pool, spare);
	}
	return ready < 0 ? ready : result;
}

/* The whole frame in one call, as drivers take it. Nor does poll() tell those drivers' writers that there is
 * room: it is found by writing, at once where that was so before. */
static int rw_write(struct pool *pool, const struct buffer *buffer)
{
	const struct plane *plane = &buffer->planes[0];
	uint32_t size = plane_payload_bytes(plane);
	ssize_t bytes = -EAGAIN;

	while (bytes == -EAGAIN) {
		int ready = transfer_wait(pool, now_ns() + (pool->mute ? 0 : read_patience_ns(pool)));
		bool silent = ready == POOL_TIMEOUT && !(pool->deadline_ns && now_ns() >= pool->deadline_ns);

		if (ready < 0 && !silent)
			return ready;
		bytes = device_write(pool->device, plane_payload(plane), size);
		pool->mute = silent && bytes >= 0;
		if (bytes == -EAGAIN && ready > 0) /* POLLERR, and nothing taken: polling again would spin */
			bytes = -EIO;
	}
	if (bytes < 0)
		return pool_error(pool, "write", (int)bytes);
	if (bytes == size)
		return 0;
	log_error("%s: write: the driver took %zd bytes of a frame of %u", pool->device->path, bytes, size);
	return -EIO;
}

const struct io_ops io_rw = {
	.name = "rw",
	.start = rw_start,
	.get = rw_get,
	.write = rw_write,
};
