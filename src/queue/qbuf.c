/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * QBUF, poll, DQBUF: one exchange with the driver. Rules: kernel documentation, "VIDIOC_QBUF,
 * VIDIOC_DQBUF", "poll()", "VIDIOC_DQEVENT".
 */
#include <assert.h>
#include <sys/ioctl.h>
#include <linux/dma-buf.h>
#include "base/clock.h"
#include "base/log.h"
#include "device/reader_events.h"
#include "queue/pool_internal.h"
#include "queue/v4l2_buffer.h"

#define LOOK_MS 100 /* for events, where poll() does not wait for them */

/* Tells the kernel when the processor reads memory that devices write, or the other way about. Memory that is
 * no dma-buf is left alone from then on. */
static void sync_memory(struct pool *pool, const struct buffer *buffer, uint64_t step)
{
	uint64_t access = device_is_output(pool->device) ? DMA_BUF_SYNC_WRITE : DMA_BUF_SYNC_READ;

	for (uint32_t p = 0; p < buffer->n_planes && !pool->no_sync; p++) {
		struct dma_buf_sync sync = { .flags = step | access };

		pool->device->n_calls += buffer->planes[p].fd >= 0;
		if (buffer->planes[p].fd < 0 || ioctl(buffer->planes[p].fd, DMA_BUF_IOCTL_SYNC, &sync) < 0)
			pool->no_sync = true;
	}
}

/* The driver is done with the buffer, in whatever way. */
static void let_go(struct pool *pool, struct buffer *buffer)
{
	struct buffer *imported = buffer->imported;

	buffer->imported = NULL;
	if (buffer->done) {
		buffer->owner = BUFFER_HELD;
		pool->n_held++;
		buffer->done(buffer);
	} else {
		allocator_give(&pool->allocator, buffer);
	}
	if (imported && imported->done)
		imported->done(imported);
}

/* A frame has one of the two fields at a time; vb2 takes no ALTERNATE. */
static uint32_t output_field(struct pool *pool, const struct frame_info *info)
{
	bool told = info->field == V4L2_FIELD_TOP || info->field == V4L2_FIELD_BOTTOM;

	if (pool->format.field != V4L2_FIELD_ALTERNATE)
		return pool->format.field;
	return told ? info->field : pool->n_fields++ % 2 ? V4L2_FIELD_BOTTOM : V4L2_FIELD_TOP;
}

/* The payload and no more: readers take what bytesused says for the picture. */
static void describe_frame(struct pool *pool, const struct buffer *frame, struct wire *wire)
{
	int64_t ns = frame->info.timestamp_ns;

	for (uint32_t p = 0; p < frame->n_planes; p++) {
		wire->planes[p].bytesused = frame->planes[p].bytesused;
		wire->planes[p].data_offset = frame->planes[p].data_offset;
	}
	wire->buffer.field = output_field(pool, &frame->info);
	wire->buffer.timestamp.tv_sec = ns < 0 ? -1 : ns / NS_PER_S;
	wire->buffer.timestamp.tv_usec = ns < 0 ? -1 : ns % NS_PER_S / NS_PER_US;
}

/* A queue that wants memory in one piece refuses scattered pages with an errno that says nothing of it. */
static int put_error(struct pool *pool, int err)
{
	if (err != -EFAULT || !pool->io->imports || !pool->source)
		return pool_error(pool, "VIDIOC_QBUF", err);
	log_error("%s: VIDIOC_QBUF: the driver cannot use memory from %s (%s); try another --import-from, or "
		  "--io=dmabuf",
		  pool->device->path, memory_source_name(pool->source), err_str(err));
	return err;
}

int transfer_put(struct pool *pool, struct buffer *buffer)
{
	const struct buffer *memory = buffer->imported ? buffer->imported : buffer;
	struct wire wire;
	int err;

	assert(!buffer->spare);
	if (buffer->owner == BUFFER_QUEUED)
		return -EBUSY;
	sync_memory(pool, memory, DMA_BUF_SYNC_END);
	wire_init(&wire, pool->device, pool->io->memory, buffer->index, buffer->n_planes);
	for (uint32_t p = 0; p < buffer->n_planes && pool->io->describe; p++)
		pool->io->describe(&memory->planes[p], &wire.planes[p]);
	if (device_is_output(pool->device))
		describe_frame(pool, memory, &wire);
	buffer->owner = BUFFER_QUEUED;
	buffer->turn = pool->n_put++;
	pool->n_queued++;
	err = wire_ioctl(pool->device, VIDIOC_QBUF, &wire);
	if (err == 0)
		return 0;
	pool->n_queued--;
	let_go(pool, buffer);
	/* The next DQBUF meets it too, or the caller asks for it: transfer_recover() tells of it. */
	return err == -EIO && pool->streaming ? err : put_error(pool, err);
}

static bool is_resolution_change(const struct v4l2_event *event)
{
	return event->type == V4L2_EVENT_SOURCE_CHANGE &&
	       event->u.src_change.changes & V4L2_EVENT_SRC_CH_RESOLUTION;
}

/* All pending events, before POLLERR is judged: a source change stops a queue with POLLERR too. */
int transfer_events(struct pool *pool)
{
	struct v4l2_event event = { 0 };
	bool changed = false;
	int err;

	while ((err = device_ioctl(pool->device, VIDIOC_DQEVENT, &event)) == 0) {
		changed |= is_resolution_change(&event);
		reader_events_parse(&event, &pool->n_readers);
	}
	if (err == -ENODEV)
		return pool_error(pool, "VIDIOC_DQEVENT", err);
	return changed ? POOL_RES_CHANGE : 0;
}

/* What the descriptors said: 0 a frame, 1 an error alone, POOL_TIMEOUT nothing yet. */
static int judge(struct pool *pool, const struct pollfd *entries)
{
	short device = entries[0].revents;
	int err;

	if (entries[1].revents)
		return POOL_FLUSHING;
	if (device & POLLPRI && (err = transfer_events(pool)) < 0)
		return err;
	if (device & (POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM))
		return 0;
	if (device & (POLLERR | POLLHUP | POLLNVAL))
		return 1;
	return entries[2].revents ? POOL_WAKE : POOL_TIMEOUT;
}

int transfer_wait(struct pool *pool, int64_t deadline_ns)
{
	/* Buffers that come home are only waited for when the driver is short of them. */
	bool hungry = pool->io->put && pool->n_queued <= pool->min_latency;
	short direction = device_is_output(pool->device) ? POLLOUT : POLLIN;
	int64_t deadline = pool->deadline_ns;

	if (deadline_ns && (!deadline || deadline_ns < deadline))
		deadline = deadline_ns;
	for (;;) {
		struct pollfd entries[] = {
			{ .fd = pool->device->fd, .events = direction | POLLPRI },
			{ .fd = pool->cancel_fd, .events = POLLIN },
			{ .fd = hungry ? pool->wake_fd : -1, .events = POLLIN },
		};
		int64_t left = deadline ? deadline - now_ns() : -1;
		int result, n = device_poll(pool->device, entries, 3, deadline && left < 0 ? 0 : left);

		if (n < 0 && n != -EINTR)
			return pool_error(pool, "poll", n);
		if (n > 0 && (result = judge(pool, entries)) != POOL_TIMEOUT)
			return result;
		if (deadline && now_ns() >= deadline)
			return POOL_TIMEOUT;
	}
}

int pool_wait_event(struct pool *pool)
{
	struct pollfd entries[] = {
		{ .fd = pool->device->fd, .events = POLLPRI },
		{ .fd = pool->cancel_fd, .events = POLLIN },
		{ .fd = pool->wake_fd, .events = POLLIN },
	};
	int result, n = device_poll(pool->device, entries, 3, -1);

	if (n <= 0)
		return n < 0 && n != -EINTR ? pool_error(pool, "poll", n) : 0;
	result = judge(pool, entries);
	if (result > 0 && pool->streaming) /* nothing but an error is left to wait for */
		return pool_error(pool, "poll", -EIO);
	/* A queue that does not stream may say so without end, or that the device is gone. */
	if (result > 0 && (result = transfer_events(pool)) == 0)
		poll(entries + 1, 2, LOOK_MS);
	return result == POOL_TIMEOUT ? 0 : result;
}

/* A driver's bytesused and data_offset are believed only within the plane. */
static void receive_plane(struct pool *pool, struct plane *plane, const struct v4l2_plane *got,
			  uint32_t index)
{
	plane->bytesused = got->bytesused;
	plane->data_offset = got->data_offset;
	if (plane->bytesused > plane->length) {
		log_warn("%s: driver bug: buffer %u has %u bytes in use of %u: taking the latter",
			 pool->device->path, index, plane->bytesused, plane->length);
		plane->bytesused = plane->length;
	}
	if (plane->data_offset > plane->bytesused) {
		/* An empty buffer need not be told of. */
		if (plane->bytesused)
			log_warn("%s: driver bug: buffer %u has its data at %u of %u bytes: taking all",
				 pool->device->path, index, plane->data_offset, plane->bytesused);
		plane->data_offset = 0;
	}
}

/* Unsigned on the way, so that no driver's nonsense overflows. */
static int64_t timestamp_ns(const struct timeval *t)
{
	return (int64_t)((uint64_t)t->tv_sec * NS_PER_S + (uint64_t)t->tv_usec * NS_PER_US);
}

static void receive_info(struct pool *pool, struct buffer *buffer, const struct v4l2_buffer *got)
{
	uint32_t field = got->field != V4L2_FIELD_ANY ? got->field : pool->format.field;

	buffer->info = (struct frame_info){
		.sequence = got->sequence,
		.flags = got->flags & ~(uint32_t)(V4L2_BUF_FLAG_QUEUED | V4L2_BUF_FLAG_DONE),
		.field = field != V4L2_FIELD_ANY ? field : V4L2_FIELD_NONE,
		.timestamp_ns = timestamp_ns(&got->timestamp),
		.dequeue_ns = now_ns(),
		.bytes = buffer_payload_bytes(buffer),
		.new_sequence = pool->new_sequence,
	};
	pool->new_sequence = false;
	buffer->copied = false;
	pool->last = buffer->info;
}

/* Output: it has been read, and is empty. */
static void receive_back(struct pool *pool, struct buffer *buffer)
{
	for (uint32_t p = 0; p < buffer->n_planes; p++)
		buffer->planes[p].bytesused = buffer->planes[p].data_offset = 0;
	let_go(pool, buffer);
}

/* v4l2loopback takes a frame with QBUF, and gives numbers back as they come round, queued or not. That a
 * frame is done with is all that a player needs to know: it is taken for the one that was queued first. */
static struct buffer *oldest_queued(struct pool *pool, uint32_t index)
{
	struct buffer *oldest = NULL;

	for (uint32_t i = 0; i < POOL_MAX_BUFFERS; i++) {
		struct buffer *buffer = &pool->allocator.buffers[i];

		if (buffer->owner == BUFFER_QUEUED && (!oldest || buffer->turn < oldest->turn))
			oldest = buffer;
	}
	if (!pool->misnamed)
		log_verbose("%s: driver bug: it returned buffer %u, which it did not have: taking it for %u",
			    pool->device->path, index, oldest ? oldest->index : 0);
	pool->misnamed = true;
	return oldest;
}

static int receive(struct pool *pool, const struct wire *wire, struct buffer **out)
{
	uint32_t index = wire->buffer.index;
	bool known = index < POOL_MAX_BUFFERS && pool->allocator.used & 1u << index;
	struct buffer *buffer = known ? &pool->allocator.buffers[index] : NULL;

	if (buffer && buffer->owner != BUFFER_QUEUED && device_is_output(pool->device))
		buffer = oldest_queued(pool, index);
	if (!buffer || buffer->owner != BUFFER_QUEUED) {
		log_error("%s: driver bug: it returned buffer %u, which it did not have", pool->device->path,
			  index);
		return -EPROTO;
	}
	pool->n_queued--;
	*out = buffer;
	if (device_is_output(pool->device)) {
		receive_back(pool, buffer);
		return 0;
	}
	buffer->owner = BUFFER_HELD;
	for (uint32_t p = 0; p < buffer->n_planes; p++)
		receive_plane(pool, &buffer->planes[p], &wire->planes[p], index);
	receive_info(pool, buffer, &wire->buffer);
	sync_memory(pool, buffer, DMA_BUF_SYNC_START);
	return 0;
}

int transfer_recover(struct pool *pool, const char *what)
{
	if (pool->recovered)
		return pool_error(pool, what, -EIO);
	log_warn("%s: %s: the driver reports a fatal error: restarting the stream once", pool->device->path,
		 what);
	pool->recovered = true;
	return pool_restart(pool);
}

/* All buffers are at the consumer. The device is left alone, which could only tell of an error. */
static int await_return(struct pool *pool)
{
	struct pollfd entries[] = { { .fd = pool->cancel_fd, .events = POLLIN },
				    { .fd = pool->wake_fd, .events = POLLIN } };

	for (;;) {
		int64_t left = pool->deadline_ns ? pool->deadline_ns - now_ns() : 0;
		struct timespec time = { .tv_sec = left / NS_PER_S, .tv_nsec = left % NS_PER_S };

		if (left < 0)
			return POOL_TIMEOUT;
		if (ppoll(entries, 2, pool->deadline_ns ? &time : NULL, NULL) <= 0)
			continue;
		return entries[0].revents ? POOL_FLUSHING : POOL_WAKE;
	}
}

/* With nothing in the driver, polling or dequeuing could wait for ever. */
static int refill(struct pool *pool)
{
	int err;

	if (pool->n_queued > 0)
		return 0;
	if (device_is_output(pool->device))
		return POOL_NOBUF;
	err = pool_grow(pool);
	if (err == -EIO)
		return transfer_recover(pool, "VIDIOC_QBUF");
	if (err == 0 || err == POOL_DEVLOST)
		return err;
	/* Without a buffer at the consumer there is none to hope for: it is the stream's end, by whatever
	 * name; the driver's may be one that means to go on. */
	if (!pool->n_held) {
		if (err == POOL_NOBUF)
			log_error("%s: the driver has no buffer, and takes none", pool->device->path);
		return -EIO;
	}
	return pool->wake_fd >= 0 ? await_return(pool) : POOL_NOBUF;
}

int transfer_get(struct pool *pool, struct buffer **buffer)
{
	struct wire wire;
	int ready, err;

	for (;;) {
		err = refill(pool);
		if (err < 0)
			return err;
		ready = transfer_wait(pool, 0);
		if (ready < 0)
			return ready;
		wire_init(&wire, pool->device, pool->io->memory, 0, pool->format.n_planes);
		err = wire_ioctl(pool->device, VIDIOC_DQBUF, &wire);
		if (err == 0)
			return receive(pool, &wire, buffer);
		if (err == -EPIPE) {
			pool->eos = true;
			return POOL_EOS;
		}
		/* POLLERR with nothing to dequeue would spin. */
		if (err == -EIO || (err == -EAGAIN && ready > 0))
			err = transfer_recover(pool, "VIDIOC_DQBUF");
		else if (err != -EAGAIN)
			err = pool_error(pool, "VIDIOC_DQBUF", err);
		else
			err = 0;
		if (err < 0)
			return err;
	}
}

int transfer_stop(struct pool *pool)
{
	int type = (int)pool->device->type;
	int err = device_ioctl(pool->device, VIDIOC_STREAMOFF, &type);

	pool->streaming = false;
	pool->n_queued = 0;
	for (uint32_t i = 0; i < POOL_MAX_BUFFERS; i++)
		if (pool->allocator.buffers[i].owner == BUFFER_QUEUED)
			let_go(pool, &pool->allocator.buffers[i]);
	return err;
}
