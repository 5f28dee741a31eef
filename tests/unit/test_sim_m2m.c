/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated memory-to-memory nodes, to the kernel's rules for stateful codecs. Runs under: asan valgrind
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/array.h"
#include "sim_client.h"

/* One node, and each of its queues as a client. */
struct node {
	struct sim_client output, capture;
};

static void open_node(struct node *node, const char *keys)
{
	assert_int_equal(sim_client_open(&node->capture, keys, DEVICE_NODE), 0);
	node->output = node->capture;
	node->output.device.type = device_is_multiplanar(&node->capture.device)
					   ? V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE
					   : V4L2_BUF_TYPE_VIDEO_OUTPUT;
}

static void close_node(struct node *node)
{
	sim_client_unmap(&node->output);
	sim_client_close(&node->capture);
}

static struct v4l2_format get_format(struct sim_client *queue)
{
	struct v4l2_format format = { .type = queue->device.type };

	assert_int_equal(device_ioctl(&queue->device, VIDIOC_G_FMT, &format), 0);
	return format;
}

static struct v4l2_format set_format(struct sim_client *queue, uint32_t fourcc, uint32_t width,
				     uint32_t height)
{
	struct v4l2_format format = get_format(queue);

	format.fmt.pix.pixelformat = fourcc;
	format.fmt.pix.width = width;
	format.fmt.pix.height = height;
	assert_int_equal(device_ioctl(&queue->device, VIDIOC_S_FMT, &format), 0);
	return format;
}

static void allocate(struct sim_client *queue, uint32_t n)
{
	assert_int_equal(sim_client_reqbufs(queue, n, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_map(queue), 0);
}

static void start_queue(struct sim_client *queue, uint32_t n)
{
	allocate(queue, n);
	if (!device_is_output(&queue->device))
		for (uint32_t i = 0; i < queue->n; i++)
			assert_int_equal(sim_client_queue(queue, i), 0);
	assert_int_equal(sim_client_on(queue), 0);
}

/* Both queues have n buffers and stream, those of CAPTURE are queued. */
static void start_node(struct node *node, const char *keys, uint32_t n)
{
	open_node(node, keys);
	start_queue(&node->output, n);
	start_queue(&node->capture, n);
}

/* Queues OUTPUT buffer `index`, with this number as its picture's grey and its timestamp in seconds. */
static int queue_frame(struct node *node, uint32_t index, uint32_t number)
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

static int command(struct node *node, uint32_t cmd)
{
	struct v4l2_encoder_cmd encoder = { .cmd = cmd };

	return device_ioctl(&node->capture.device, VIDIOC_ENCODER_CMD, &encoder);
}

static const uint8_t *taken_bytes(const struct sim_client *queue)
{
	return queue->maps[queue->b.index][0];
}

static void convert_and_scale(void **state)
{
	struct node node;
	struct v4l2_buffer *b = &node.capture.b;

	(void)state;
	open_node(&node, "type=converter");
	set_format(&node.output, V4L2_PIX_FMT_GREY, 64, 32);
	set_format(&node.capture, V4L2_PIX_FMT_YUYV, 32, 64);
	assert_int_equal(get_format(&node.output).fmt.pix.width, 64);
	start_queue(&node.output, 2);
	start_queue(&node.capture, 2);
	assert_int_equal(queue_frame(&node, 1, 7), 0);
	assert_int_equal(sim_client_dequeue(&node.output), 1);
	assert_int_equal(sim_client_dequeue(&node.capture), 0);
	assert_int_equal(b->timestamp.tv_sec, 7);
	assert_int_equal(b->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK, V4L2_BUF_FLAG_TIMESTAMP_COPY);
	assert_int_equal(b->bytesused, 32 * 64 * 2);
	assert_in_range(taken_bytes(&node.capture)[0], 16 + 7 * 8 - 10, 16 + 7 * 8 + 20);
	assert_int_equal(taken_bytes(&node.capture)[1], 128);
	close_node(&node);
}

static void queue_and_take(struct node *node, uint32_t number, uint32_t flags)
{
	const uint32_t kinds = V4L2_BUF_FLAG_KEYFRAME | V4L2_BUF_FLAG_PFRAME;
	int index;

	assert_int_equal(queue_frame(node, number % 2, number), 0);
	assert_int_equal(sim_client_dequeue(&node->output), number % 2);
	index = sim_client_dequeue(&node->capture);
	assert_true(index >= 0);
	assert_int_equal(node->capture.b.timestamp.tv_sec, number);
	assert_int_equal(node->capture.b.flags & kinds, flags);
	assert_true(node->capture.b.bytesused > 0);
	assert_int_equal(sim_client_queue(&node->capture, (uint32_t)index), 0);
}

static void encode(void **state)
{
	struct node node;

	(void)state;
	start_node(&node, "type=encoder,format=YU12,to=H264,size=64x64,gop=3", 2);
	for (uint32_t i = 0; i < 6; i++)
		queue_and_take(&node, i, i % 3 ? V4L2_BUF_FLAG_PFRAME : V4L2_BUF_FLAG_KEYFRAME);
	close_node(&node);
}

/* The last buffer says so, then DQBUF fails until the encoder is started again, with a key frame. */
static void drain_and_start(void **state)
{
	struct v4l2_event_subscription eos = { .type = V4L2_EVENT_EOS };
	struct v4l2_event event = { 0 };
	struct node node;

	(void)state;
	start_node(&node, "type=encoder,format=YU12,to=H264,size=64x64", 2);
	assert_int_equal(device_ioctl(&node.capture.device, VIDIOC_SUBSCRIBE_EVENT, &eos), 0);
	queue_and_take(&node, 0, V4L2_BUF_FLAG_KEYFRAME);
	assert_int_equal(command(&node, V4L2_ENC_CMD_STOP), 0);
	assert_int_equal(sim_client_dequeue(&node.capture), 1);
	assert_true(node.capture.b.flags & V4L2_BUF_FLAG_LAST);
	assert_int_equal(device_ioctl(&node.capture.device, VIDIOC_DQEVENT, &event), 0);
	assert_int_equal(event.type, V4L2_EVENT_EOS);
	assert_int_equal(sim_client_dequeue(&node.capture), -EPIPE);
	assert_true(sim_client_poll(&node.capture, 0) & POLLIN);
	assert_int_equal(queue_frame(&node, 1, 1), 0);
	assert_int_equal(sim_client_dequeue(&node.output), -EAGAIN);
	assert_int_equal(command(&node, V4L2_ENC_CMD_START), 0);
	assert_int_equal(sim_client_dequeue(&node.output), 1);
	assert_int_equal(sim_client_dequeue(&node.capture), 0);
	assert_true(node.capture.b.flags & V4L2_BUF_FLAG_KEYFRAME);
	close_node(&node);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(convert_and_scale),
		cmocka_unit_test(encode),
		cmocka_unit_test(drain_and_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
