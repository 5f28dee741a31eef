/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* io mode rw: read() and write() of whole frames. Rule: kernel documentation, "Read/Write". */
#include <errno.h>
#include "base/clock.h"
#include "base/log.h"
#include "device/node_errors.h"
#include "queue/io.h"
#include "queue/qbuf.h"
#include "queue/spare.h"

static int rw_start(struct pool *pool)
{
	struct buffer *spare = NULL;
	uint8_t byte;

	/* Frames in the reserve are never delivered. */
	if (!pool->reserve)
		pool->reserve = spare_acquire(pool, pool->pages, spare_expected_bytes(pool));
	if (pool->reserve)
		spare = spare_acquire(pool, pool->pages, spare_expected_bytes(pool));
	if (!spare) {
		log_error("no memory for two frames of %llu bytes: allow more with --memory",
			  (unsigned long long)pool->frame_bytes);
		return -ENOMEM;
	}
	spare_release(pool, spare);
	/* libv4l2 starts converting at the first read(), which may have a length of 0. */
	if (pool->device->emulated)
		device_read(pool->device, &byte, 0);
	return 0;
}

/* Waits for the device. Some drivers (v4l2loopback 0.12) do not wake poll() for read() and write(): after the
 * duration of `frames` frames, returns 0 with *poll_missed set, so that the caller tries. Else returns as
 * qbuf_poll(). */
static int wait_ready(struct pool *pool, int64_t deadline_ns, unsigned frames, bool *poll_missed)
{
	double fps = fraction_value(pool->format.fps);
	int64_t retry_ns = now_ns() + frames * (fps > 1 ? (int64_t)(1e9 / fps) : NS_PER_S / 25);
	int result = qbuf_poll(pool, deadline_ns && deadline_ns < retry_ns ? deadline_ns : retry_ns);

	*poll_missed = result == POOL_TIMEOUT && !(deadline_ns && now_ns() >= deadline_ns);
	return *poll_missed ? 0 : result;
}

/* Returns 1 when a frame was read, 0 when there is none yet, or as pool_dequeue(). */
static int read_into(struct pool *pool, struct buffer *buffer)
{
	struct plane *plane = &buffer->planes[0];
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
		return qbuf_error(pool, "read", (int)bytes);
	if (bytes == 0)
		return POOL_EOS;
	plane->data_offset = 0;
	plane->bytesused = (uint32_t)bytes;
	buffer->copied = false;
	buffer->info = (struct frame_info){
		.sequence = pool->n_reads++,
		.field = pool->format.field ? pool->format.field : V4L2_FIELD_NONE,
		.dequeue_ns = now_ns(),
		.bytes = (uint64_t)bytes,
		.new_sequence = pool->new_sequence,
	};
	pool->new_sequence = false;
	spare_trim(pool, buffer);
	return 1;
}

static int rw_read_frame(struct pool *pool, int64_t deadline_ns, struct buffer **out)
{
	struct buffer *spare = spare_acquire(pool, pool->pages, spare_expected_bytes(pool));
	struct buffer *buffer = spare ? spare : pool->reserve;
	int result = 0;
	bool poll_missed;

	while (result == 0) {
		int ready = wait_ready(pool, deadline_ns, 1, &poll_missed);

		result = ready < 0 ? ready : read_into(pool, buffer);
		if (ready > 0 && result == 0) /* POLLERR and nothing to read: polling again would spin */
			result = qbuf_error(pool, "read", -EIO);
		if (result == 0 && deadline_ns && now_ns() >= deadline_ns)
			result = POOL_TIMEOUT;
	}
	if (result > 0)
		*out = buffer;
	else if (spare)
		spare_release(pool, spare);
	return result > 0 ? 0 : result;
}

/* The whole frame in one call, as drivers take it. */
static int rw_write_frame(struct pool *pool, int64_t deadline_ns, const struct buffer *buffer)
{
	const struct plane *plane = &buffer->planes[0];
	uint32_t size = plane_payload_bytes(plane);
	ssize_t bytes = -EAGAIN;

	while (bytes == -EAGAIN) {
		bool poll_missed;
		int ready = wait_ready(pool, deadline_ns, !pool->never_pollout, &poll_missed);

		if (ready < 0)
			return ready;
		bytes = device_write(pool->device, plane_payload(plane), size);
		pool->never_pollout = poll_missed && bytes >= 0;
		if (bytes == -EAGAIN && ready > 0) /* POLLERR and nothing taken: polling again would spin */
			bytes = -EIO;
	}
	if (bytes < 0)
		return qbuf_error(pool, "write", (int)bytes);
	if (bytes == size)
		return 0;
	log_error("%s: write: the driver took %zd bytes of a frame of %u", pool->device->path, bytes, size);
	return -EIO;
}

const struct io_ops io_rw = {
	.name = "rw",
	.start = rw_start,
	.read_frame = rw_read_frame,
	.write_frame = rw_write_frame,
};
