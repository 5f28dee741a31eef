/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ioctls of a stream. Rules: kernel documentation, "ioctl VIDIOC_QBUF, VIDIOC_DQBUF", "V4L2 poll()",
 * "ioctl VIDIOC_STREAMON, VIDIOC_STREAMOFF", "ioctl VIDIOC_DQEVENT".
 */
#include "queue/qbuf.h"

#include <assert.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <linux/dma-buf.h>
#include <time.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/machine_root.h"
#include "base/text.h"
#include "device/node_errors.h"
#include "device/nodes/usb.h"
#include "device/obstacles.h"
#include "device/reader_events.h"
#include "queue/v4l2_buffer.h"

/* POOL_BUSY is not included: -EBUSY from the driver means the same. */
static bool is_pool_result(int err)
{
	return err == POOL_EOS || err == POOL_FLUSHING || err == POOL_CORRUPT || err == POOL_RES_CHANGE ||
	       err == POOL_NOBUF || err == POOL_WAKE || err == POOL_TIMEOUT;
}

/* When a node vanishes during a call, that call fails with EINVAL and only the next one with ENODEV. */
static bool is_gone(struct pool *pool, int err)
{
	struct v4l2_capability caps;

	return err == -ENODEV ||
	       (err == -EINVAL && device_ioctl(pool->device, VIDIOC_QUERYCAP, &caps) == -ENODEV);
}

int qbuf_error(struct pool *pool, const char *what, int err)
{
	struct device *node = pool->device->node ? pool->device->node : pool->device;

	if (!is_gone(pool, err)) {
		device_error(pool->device, what, err);
		return is_pool_result(err) ? -EREMOTEIO : err;
	}
	/* Logged once for a node, which may have two queues. */
	if (!node->is_gone)
		obstacle_report(node->path, OBSTACLE_GONE, NULL, NULL);
	node->is_gone = pool->lost = true;
	return POOL_DEVLOST;
}

/* Brackets CPU access to a dmabuf. Rule: kernel documentation, "Buffer Sharing and Synchronization
 * (dma-buf)". Not tried again after a failure: the memory is then no dmabuf. */
static void sync_planes(struct pool *pool, const struct buffer *buffer, uint64_t step)
{
	uint64_t access = pool->output ? DMA_BUF_SYNC_WRITE : DMA_BUF_SYNC_READ;

	for (uint32_t p = 0; p < buffer->n_planes && !pool->no_sync; p++) {
		struct dma_buf_sync sync = { .flags = step | access };

		pool->device->n_calls += buffer->planes[p].fd >= 0;
		if (buffer->planes[p].fd < 0 || ioctl(buffer->planes[p].fd, DMA_BUF_IOCTL_SYNC, &sync) < 0)
			pool->no_sync = true;
	}
}

/* The buffer is no longer in the driver, after DQBUF, STREAMOFF or a failed QBUF. */
static void buffer_returned(struct pool *pool, struct buffer *buffer)
{
	struct buffer *imported = buffer->imported;

	buffer->imported = NULL;
	if (buffer->done) {
		buffer->owner = BUFFER_HELD;
		pool->n_held++;
		buffer->done(buffer);
	} else {
		allocator_release(&pool->allocator, buffer);
	}
	if (imported && imported->done)
		imported->done(imported);
}

/* vb2 refuses V4L2_FIELD_ALTERNATE: a buffer holds the one field or the other. */
static uint32_t output_field(struct pool *pool, const struct frame_info *info)
{
	bool known = info->field == V4L2_FIELD_TOP || info->field == V4L2_FIELD_BOTTOM;

	if (pool->format.field != V4L2_FIELD_ALTERNATE)
		return pool->format.field;
	return known ? info->field : pool->n_fields++ % 2 ? V4L2_FIELD_BOTTOM : V4L2_FIELD_TOP;
}

static void set_output_frame(struct pool *pool, const struct buffer *frame, struct v4l2_planar_buffer *qbuf)
{
	int64_t ns = frame->info.timestamp_ns;

	for (uint32_t p = 0; p < frame->n_planes; p++) {
		qbuf->planes[p].bytesused = frame->planes[p].bytesused;
		qbuf->planes[p].data_offset = frame->planes[p].data_offset;
	}
	qbuf->buffer.field = output_field(pool, &frame->info);
	qbuf->buffer.timestamp.tv_sec = ns < 0 ? -1 : ns / NS_PER_S;
	qbuf->buffer.timestamp.tv_usec = ns < 0 ? -1 : ns % NS_PER_S / NS_PER_US;
}

/* Drivers that need contiguous memory refuse scattered pages with EFAULT or EINVAL. */
static int qbuf_failed(struct pool *pool, int err)
{
	struct device *device = pool->device;
	bool refuses_memory = pool->import_memory && !pool->streaming && (err == -EFAULT || err == -EINVAL);
	char text[OBSTACLE_TEXT_MAX];

	if (is_gone(pool, err))
		return qbuf_error(pool, "VIDIOC_QBUF", err);
	snprintf(text, sizeof text, "%s (VIDIOC_QBUF: %s)",
		 refuses_memory ? memory_source_name(pool->import_memory) : "", err_str(err));
	if (refuses_memory)
		obstacle_report(device->path, OBSTACLE_IMPORT_REFUSED, text, NULL);
	else
		obstacle_report(device->path, OBSTACLE_BUFFER_REFUSED, text, device->path);
	return is_pool_result(err) ? -EREMOTEIO : err;
}

int qbuf_queue(struct pool *pool, struct buffer *buffer)
{
	const struct buffer *frame = buffer->imported ? buffer->imported : buffer;
	struct v4l2_planar_buffer qbuf = {
		.buffer = { .index = buffer->index, .memory = pool->io->memory },
		.n_planes = buffer->n_planes,
	};
	int err;

	assert(!buffer->spare);
	if (buffer->owner == BUFFER_QUEUED)
		return -EBUSY;
	sync_planes(pool, frame, DMA_BUF_SYNC_END);
	for (uint32_t p = 0; p < buffer->n_planes && pool->io->set_memory; p++)
		pool->io->set_memory(&qbuf.planes[p], &frame->planes[p]);
	if (pool->output) {
		set_output_frame(pool, frame, &qbuf);
		buffer->queued_ns = now_ns();
	}
	buffer->owner = BUFFER_QUEUED;
	buffer->qbuf_count = pool->qbuf_count++;
	pool->n_queued++;
	err = v4l2_buffer_ioctl(pool->device, VIDIOC_QBUF, &qbuf);
	if (err == 0)
		return 0;
	pool->n_queued--;
	buffer_returned(pool, buffer);
	return err == -EIO && pool->streaming ? err : qbuf_failed(pool, err);
}

static bool is_resolution_change(const struct v4l2_event *event)
{
	return event->type == V4L2_EVENT_SOURCE_CHANGE &&
	       event->u.src_change.changes & V4L2_EVENT_SRC_CH_RESOLUTION;
}

int qbuf_dequeue_events(struct pool *pool)
{
	struct v4l2_event event = { 0 };
	bool changed = false;
	int err;

	while ((err = device_ioctl(pool->device, VIDIOC_DQEVENT, &event)) == 0) {
		changed |= is_resolution_change(&event);
		reader_events_parse(&event, &pool->n_readers);
	}
	if (err == -ENODEV)
		return qbuf_error(pool, "VIDIOC_DQEVENT", err);
	return changed ? POOL_RES_CHANGE : 0;
}

/* Events come before POLLERR: a change of resolution sets both. */
int qbuf_poll_result(struct pool *pool, const struct pollfd entries[3])
{
	short device = entries[0].revents;
	int err;

	if (entries[1].revents)
		return POOL_FLUSHING;
	if (device & POLLPRI) {
		err = qbuf_dequeue_events(pool);
		if (err < 0)
			return err;
	}
	if (device & (POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM))
		return 0;
	if (device & (POLLERR | POLLHUP | POLLNVAL))
		return 1;
	return entries[2].revents ? POOL_WAKE : POOL_TIMEOUT;
}

int qbuf_poll(struct pool *pool, int64_t deadline_ns)
{
	/* Each wakeup is a system call, so none while the driver has buffers enough. */
	int wake_fd = pool->io->streams && pool->n_queued <= pool->min_latency ? pool->wake_fd : -1;
	short direction = pool->output ? POLLOUT : POLLIN;

	if (pool->polled) {
		struct pollfd entries[3] = { { .revents = pool->revents } };
		int result = qbuf_poll_result(pool, entries);

		pool->polled = false;
		if (result != POOL_TIMEOUT || deadline_ns == POOL_PAST)
			return result;
	}
	for (;;) {
		struct pollfd entries[] = {
			{ .fd = pool->device->fd, .events = direction | POLLPRI },
			{ .fd = pool->cancel_fd, .events = POLLIN },
			{ .fd = wake_fd, .events = POLLIN },
		};
		int64_t left = deadline_ns ? deadline_ns - now_ns() : -1;
		int n = device_poll(&pool->device, 1, entries, 3, deadline_ns && left < 0 ? 0 : left);
		int result = n > 0 ? qbuf_poll_result(pool, entries) : POOL_TIMEOUT;

		if (n < 0 && n != -EINTR)
			return qbuf_error(pool, "poll", n);
		if (result != POOL_TIMEOUT || (deadline_ns && now_ns() >= deadline_ns))
			return result;
	}
}

/* Does not poll the device: with no buffer queued it reports POLLERR. */
int qbuf_wait_for_release(struct pool *pool, int64_t deadline_ns)
{
	struct pollfd entries[] = { { .fd = pool->cancel_fd, .events = POLLIN },
				    { .fd = pool->wake_fd, .events = POLLIN } };

	for (;;) {
		int64_t left = deadline_ns ? deadline_ns - now_ns() : 0;
		struct timespec time = { .tv_sec = left / NS_PER_S, .tv_nsec = left % NS_PER_S };

		if (left < 0)
			return POOL_TIMEOUT;
		if (ppoll(entries, 2, deadline_ns ? &time : NULL, NULL) <= 0)
			continue;
		return entries[0].revents ? POOL_FLUSHING : POOL_WAKE;
	}
}

/* Clamps bytesused and data_offset, set by the driver, to the plane. */
static void set_payload(struct pool *pool, struct plane *plane, const struct v4l2_plane *dequeued,
			uint32_t index)
{
	plane->bytesused = dequeued->bytesused;
	plane->data_offset = dequeued->data_offset;
	if (plane->bytesused > plane->length) {
		log_warn("%s: driver bug: buffer %u has bytesused %u of %u: using the latter",
			 pool->device->path, index, plane->bytesused, plane->length);
		plane->bytesused = plane->length;
	}
	if (plane->data_offset > plane->bytesused) {
		if (plane->bytesused) /* an empty buffer may have any */
			log_warn("%s: driver bug: buffer %u has data_offset %u with bytesused %u: using 0",
				 pool->device->path, index, plane->data_offset, plane->bytesused);
		plane->data_offset = 0;
	}
}

/* Unsigned arithmetic, so that no value overflows. */
static int64_t timestamp_ns(const struct timeval *t)
{
	return (int64_t)((uint64_t)t->tv_sec * NS_PER_S + (uint64_t)t->tv_usec * NS_PER_US);
}

static void set_info(struct pool *pool, struct buffer *buffer, const struct v4l2_buffer *dequeued)
{
	uint32_t field = dequeued->field != V4L2_FIELD_ANY ? dequeued->field : pool->format.field;

	buffer->info = (struct frame_info){
		.sequence = dequeued->sequence,
		.flags = dequeued->flags & ~(uint32_t)(V4L2_BUF_FLAG_QUEUED | V4L2_BUF_FLAG_DONE),
		.field = field != V4L2_FIELD_ANY ? field : V4L2_FIELD_NONE,
		.timestamp_ns = timestamp_ns(&dequeued->timestamp),
		.dequeue_ns = now_ns(),
		.bytes = buffer_payload_bytes(buffer),
		.new_sequence = pool->new_sequence,
	};
	pool->new_sequence = false;
}

/* v4l2loopback is done with a frame at its QBUF and returns indices in turn, whatever was queued. One buffer
 * has been used in any case: the first one queued. */
static struct buffer *first_queued(struct pool *pool, uint32_t index)
{
	struct buffer *first = NULL;

	for (uint32_t i = 0; i < POOL_MAX_BUFFERS; i++) {
		struct buffer *buffer = &pool->allocator.buffers[i];

		if (buffer->owner == BUFFER_QUEUED && (!first || buffer->qbuf_count < first->qbuf_count))
			first = buffer;
	}
	if (!pool->wrong_index)
		log_verbose("%s: driver bug: it returned buffer %u, which was not queued: using %u instead",
			    pool->device->path, index, first ? first->index : 0);
	pool->wrong_index = true;
	return first;
}

static int dequeued_buffer(struct pool *pool, const struct v4l2_planar_buffer *dqbuf, struct buffer **out)
{
	uint32_t index = dqbuf->buffer.index;
	bool known = index < POOL_MAX_BUFFERS && pool->allocator.allocated & 1u << index;
	struct buffer *buffer = known ? &pool->allocator.buffers[index] : NULL;

	if (buffer && buffer->owner != BUFFER_QUEUED && pool->output)
		buffer = first_queued(pool, index);
	if (!buffer || buffer->owner != BUFFER_QUEUED) {
		log_error("%s: driver bug: it returned buffer %u, which was not queued", pool->device->path,
			  index);
		return -EPROTO;
	}
	pool->n_queued--;
	*out = buffer;
	return 0;
}

/* With other flags the timestamp is a copy of the program's. */
static void note_shown(struct pool *pool, const struct buffer *buffer, const struct v4l2_buffer *dequeued)
{
	if (pool->new_sequence)
		output_rate_begin(&pool->output_rate, pool->format.fps);
	pool->new_sequence = false;
	if (device_clock_is_monotonic(dequeued->flags))
		output_rate_add(&pool->output_rate, buffer->queued_ns, dequeued->sequence,
				timestamp_ns(&dequeued->timestamp));
}

static void take_output(struct pool *pool, struct buffer *buffer, const struct v4l2_buffer *dequeued)
{
	note_shown(pool, buffer, dequeued);
	for (uint32_t p = 0; p < buffer->n_planes; p++)
		buffer->planes[p].bytesused = buffer->planes[p].data_offset = 0;
	buffer_returned(pool, buffer);
}

static void take_capture(struct pool *pool, struct buffer *buffer, const struct v4l2_planar_buffer *dqbuf)
{
	buffer->owner = BUFFER_HELD;
	buffer->copied = false;
	for (uint32_t p = 0; p < buffer->n_planes; p++)
		set_payload(pool, &buffer->planes[p], &dqbuf->planes[p], buffer->index);
	set_info(pool, buffer, &dqbuf->buffer);
	sync_planes(pool, buffer, DMA_BUF_SYNC_START);
}

int qbuf_dequeue(struct pool *pool, int64_t deadline_ns, struct buffer **buffer)
{
	struct v4l2_planar_buffer dqbuf;
	int ready, err;

	do {
		ready = qbuf_poll(pool, deadline_ns);
		if (ready < 0)
			return ready;
		dqbuf = (struct v4l2_planar_buffer){ .buffer = { .memory = pool->io->memory },
						     .n_planes = pool->format.n_planes };
		err = v4l2_buffer_ioctl(pool->device, VIDIOC_DQBUF, &dqbuf);
	} while (err == -EAGAIN && ready == 0 && !(deadline_ns && now_ns() >= deadline_ns));
	if (err == -EPIPE) {
		pool->eos = true;
		return POOL_EOS;
	}
	if (err == -EAGAIN && ready == 0) /* poll() has promised a buffer all the time */
		return POOL_TIMEOUT;
	if (err == -EAGAIN) /* POLLERR and nothing to dequeue: polling again would spin */
		err = -EIO;
	if (err == 0)
		err = dequeued_buffer(pool, &dqbuf, buffer);
	else if (err != -EIO)
		err = qbuf_error(pool, "VIDIOC_DQBUF", err);
	if (err < 0)
		return err;
	if (pool->output)
		take_output(pool, *buffer, &dqbuf.buffer);
	else
		take_capture(pool, *buffer, &dqbuf);
	return 0;
}

/* The obstacle that the errno stands for, with its details. uvcvideo returns EIO for frames that exceed each
 * of the alternate settings. */
static enum obstacle_kind explain_stream_on(const struct pool *pool, int err, char text[OBSTACLE_TEXT_MAX])
{
	const struct video_format *format = &pool->format;
	enum obstacle_kind kind = obstacle_of_streamon(err, pool->device->caps);
	double bytes = (double)video_format_bytes(format) * fraction_value(format->fps);
	struct usb_load load;

	snprintf(text, OBSTACLE_TEXT_MAX, " (VIDIOC_STREAMON: %s)", err_str(err));
	if (kind == N_OBSTACLES)
		kind = err == -EIO && nodes_is_loopback(&pool->device->info) ? OBSTACLE_NO_PRODUCER
									     : OBSTACLE_START_REFUSED;
	if (kind != OBSTACLE_BANDWIDTH && err != -EIO)
		return kind;
	usb_load(machine_root(), pool->device->path, format->pix ? bytes : 0, &load);
	if (load.is_too_much)
		kind = OBSTACLE_BANDWIDTH;
	if (*load.text)
		text_add(text, OBSTACLE_TEXT_MAX, ": %s", load.text);
	return kind;
}

static int stream_on_failed(struct pool *pool, int err)
{
	struct device *device = pool->device;
	char text[OBSTACLE_TEXT_MAX];
	struct obstacle obstacle;
	enum obstacle_kind kind;

	if (err == -EBUSY && !device_is_simulated(device))
		return node_error_report(device->path, err, DEVICE_ANY, device->caps);
	if (is_gone(pool, err))
		return qbuf_error(pool, "VIDIOC_STREAMON", -ENODEV);
	kind = explain_stream_on(pool, err, text);
	obstacle_set(&obstacle, kind, kind == OBSTACLE_NO_PRODUCER ? device->path : text, device->path);
	if ((kind == OBSTACLE_PIPELINE_UNSEEN || kind == OBSTACLE_NO_LINK) && device->explain_pipeline)
		device->explain_pipeline(device, text, &obstacle);
	obstacle_pass(device->path, &obstacle);
	if (kind == OBSTACLE_PIPELINE_UNSEEN)
		return -EPIPE; /* also if the driver returned EINVAL */
	return is_pool_result(err) || kind == OBSTACLE_UNRESPONSIVE ? -EREMOTEIO : err;
}

int qbuf_stream_on(struct pool *pool)
{
	int type = (int)pool->device->type;
	int err = device_ioctl(pool->device, VIDIOC_STREAMON, &type);

	pool->streaming = err == 0;
	return err < 0 ? stream_on_failed(pool, err) : 0;
}

int qbuf_stream_off(struct pool *pool)
{
	int type = (int)pool->device->type;
	int err = device_ioctl(pool->device, VIDIOC_STREAMOFF, &type);

	pool->streaming = false;
	pool->n_queued = 0;
	for (uint32_t i = 0; i < POOL_MAX_BUFFERS; i++)
		if (pool->allocator.buffers[i].owner == BUFFER_QUEUED)
			buffer_returned(pool, &pool->allocator.buffers[i]);
	return err;
}
