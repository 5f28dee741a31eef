/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls to a queue of a memory-to-memory node, of which those who compare nodes print the answers. */
#ifndef TESTS_M2M_CALLS_H
#define TESTS_M2M_CALLS_H

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "device/device.h"

#define N_BUFFERS 2u
#define WAIT_NS (20 * NS_PER_S)

static inline const char *queue_name(const struct device *queue)
{
	return device_is_output(queue) ? "OUTPUT" : "CAPTURE";
}

static inline int say(const struct device *queue, const char *what, int err)
{
	printf("%s %s: %s\n", queue_name(queue), what, err < 0 ? strerror(-err) : "done");
	return err;
}

static inline int request_buffers(struct device *queue, uint32_t n)
{
	struct v4l2_requestbuffers request = { .count = n, .type = queue->type, .memory = V4L2_MEMORY_MMAP };

	return device_ioctl(queue, VIDIOC_REQBUFS, &request);
}

static inline int stream(struct device *queue, bool on)
{
	int type = (int)queue->type;

	return device_ioctl(queue, on ? VIDIOC_STREAMON : VIDIOC_STREAMOFF, &type);
}

/* Both APIs: plane 0 holds the payload. */
static inline int call_buffer(struct device *queue, unsigned long request, struct v4l2_buffer *buffer,
			      uint32_t bytes)
{
	struct v4l2_plane planes[VIDEO_MAX_PLANES] = { { .bytesused = bytes } };
	int err;

	buffer->type = queue->type;
	buffer->memory = V4L2_MEMORY_MMAP;
	buffer->field = V4L2_FIELD_NONE;
	buffer->bytesused = bytes;
	if (device_is_multiplanar(queue)) {
		buffer->m.planes = planes;
		buffer->length = 1;
	}
	err = device_ioctl(queue, request, buffer);
	if (device_is_multiplanar(queue))
		buffer->bytesused = planes[0].bytesused;
	return err;
}

static inline int queue_buffer(struct device *queue, uint32_t index, uint32_t bytes, uint32_t seconds)
{
	struct v4l2_buffer buffer = { .index = index, .timestamp.tv_sec = seconds };

	return call_buffer(queue, VIDIOC_QBUF, &buffer, bytes);
}

static inline int dequeue_buffer(struct device *queue, struct v4l2_buffer *buffer)
{
	*buffer = (struct v4l2_buffer){ 0 };
	return call_buffer(queue, VIDIOC_DQBUF, buffer, 0);
}

/* Waits for a buffer, unless there is an error. */
static inline int next_buffer(struct device *queue, struct v4l2_buffer *buffer)
{
	int64_t deadline_ns = now_ns() + WAIT_NS;
	int err;

	while ((err = dequeue_buffer(queue, buffer)) == -EAGAIN && now_ns() < deadline_ns) {
		struct pollfd entry = { .fd = queue->fd,
					.events = device_is_output(queue) ? POLLOUT : POLLIN };

		device_poll(&queue, 1, &entry, 1, NS_PER_S / 10);
	}
	return err;
}

#endif
