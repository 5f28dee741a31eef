/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program that uses a simulated memory-to-memory node, call by call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "m2m_client.h"

void m2m_client_open(struct m2m_client *node, const char *keys)
{
	assert_int_equal(sim_client_open(&node->capture, keys, DEVICE_NODE), 0);
	node->output = node->capture;
	node->output.device.type = device_is_multiplanar(&node->capture.device)
					   ? V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE
					   : V4L2_BUF_TYPE_VIDEO_OUTPUT;
}

void m2m_client_close(struct m2m_client *node)
{
	sim_client_unmap(&node->output);
	sim_client_close(&node->capture);
}

struct v4l2_format m2m_client_get_format(struct sim_client *queue)
{
	struct v4l2_format format = { .type = queue->device.type };

	assert_int_equal(device_ioctl(&queue->device, VIDIOC_G_FMT, &format), 0);
	return format;
}

static void allocate(struct sim_client *queue, uint32_t n)
{
	assert_int_equal(sim_client_reqbufs(queue, n, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_map(queue), 0);
}

void m2m_client_start_queue(struct sim_client *queue, uint32_t n)
{
	allocate(queue, n);
	if (!device_is_output(&queue->device))
		for (uint32_t i = 0; i < queue->n; i++)
			assert_int_equal(sim_client_queue(queue, i), 0);
	assert_int_equal(sim_client_on(queue), 0);
}

/* Both queues have n buffers and stream, those of CAPTURE are queued. */
void m2m_client_start(struct m2m_client *node, const char *keys, uint32_t n)
{
	m2m_client_open(node, keys);
	m2m_client_start_queue(&node->output, n);
	m2m_client_start_queue(&node->capture, n);
}

/* Queues OUTPUT buffer `index`, with this number as its picture's grey and its timestamp in seconds. */
int m2m_client_queue(struct m2m_client *node, uint32_t index, uint32_t number)
{
	struct sim_client *queue = &node->output;
	struct v4l2_buffer b = { .index = index,
				 .type = queue->device.type,
				 .memory = V4L2_MEMORY_MMAP,
				 .field = V4L2_FIELD_NONE,
				 .bytesused = (uint32_t)queue->lengths[index][0],
				 .timestamp.tv_sec = number };

	memset(queue->maps[index][0], (int)(16 + number * 8), queue->lengths[index][0]);
	return device_ioctl(&queue->device, VIDIOC_QBUF, &b);
}

int m2m_client_command(struct m2m_client *node, uint32_t cmd)
{
	struct v4l2_encoder_cmd encoder = { .cmd = cmd };

	return device_ioctl(&node->capture.device, VIDIOC_ENCODER_CMD, &encoder);
}

const uint8_t *m2m_client_bytes(const struct sim_client *queue)
{
	return queue->maps[queue->b.index][0];
}

void m2m_client_encode(struct m2m_client *node, uint32_t number, uint32_t flags)
{
	const uint32_t kinds = V4L2_BUF_FLAG_KEYFRAME | V4L2_BUF_FLAG_PFRAME;
	int index;

	assert_int_equal(m2m_client_queue(node, number % 2, number), 0);
	assert_int_equal(sim_client_dequeue(&node->output), number % 2);
	index = sim_client_dequeue(&node->capture);
	assert_true(index >= 0);
	assert_int_equal(node->capture.b.timestamp.tv_sec, number);
	assert_int_equal(node->capture.b.flags & kinds, flags);
	assert_true(node->capture.b.bytesused > 0);
	assert_int_equal(sim_client_queue(&node->capture, (uint32_t)index), 0);
}
