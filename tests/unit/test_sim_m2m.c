/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated memory-to-memory nodes, to the kernel's rules for stateful codecs. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/array.h"
#include "m2m_client.h"

static struct v4l2_format set_format(struct sim_client *queue, uint32_t fourcc, uint32_t width,
				     uint32_t height)
{
	struct v4l2_format format = m2m_client_get_format(queue);

	format.fmt.pix.pixelformat = fourcc;
	format.fmt.pix.width = width;
	format.fmt.pix.height = height;
	assert_int_equal(device_ioctl(&queue->device, VIDIOC_S_FMT, &format), 0);
	return format;
}

static void convert_and_scale(void **state)
{
	struct m2m_client node;
	struct v4l2_buffer *b = &node.capture.b;

	(void)state;
	m2m_client_open(&node, "type=converter");
	set_format(&node.output, V4L2_PIX_FMT_GREY, 64, 32);
	set_format(&node.capture, V4L2_PIX_FMT_YUYV, 32, 64);
	assert_int_equal(m2m_client_get_format(&node.output).fmt.pix.width, 64);
	m2m_client_start_queue(&node.output, 2);
	m2m_client_start_queue(&node.capture, 2);
	assert_int_equal(m2m_client_queue(&node, 1, 7), 0);
	assert_int_equal(sim_client_dequeue(&node.output), 1);
	assert_int_equal(sim_client_dequeue(&node.capture), 0);
	assert_int_equal(b->timestamp.tv_sec, 7);
	assert_int_equal(b->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK, V4L2_BUF_FLAG_TIMESTAMP_COPY);
	assert_int_equal(b->bytesused, 32 * 64 * 2);
	assert_in_range(m2m_client_bytes(&node.capture)[0], 16 + 7 * 8 - 10, 16 + 7 * 8 + 20);
	assert_int_equal(m2m_client_bytes(&node.capture)[1], 128);
	m2m_client_close(&node);
}

static void encode(void **state)
{
	struct m2m_client node;

	(void)state;
	m2m_client_start(&node, "type=encoder,format=YU12,to=H264,size=64x64,gop=3", 2);
	for (uint32_t i = 0; i < 6; i++)
		m2m_client_encode(&node, i, i % 3 ? V4L2_BUF_FLAG_PFRAME : V4L2_BUF_FLAG_KEYFRAME);
	m2m_client_close(&node);
}

/* draw=none: of another picture comes the same key frame, with the timestamp of its own. */
static void encode_once(void **state)
{
	struct m2m_client node;
	uint8_t first[64];

	(void)state;
	m2m_client_start(&node, "type=encoder,format=YU12,to=H264,size=64x64,draw=none", 2);
	m2m_client_encode(&node, 0, V4L2_BUF_FLAG_KEYFRAME);
	memcpy(first, m2m_client_bytes(&node.capture), sizeof first);
	for (uint32_t i = 1; i < 4; i++) {
		m2m_client_encode(&node, i, V4L2_BUF_FLAG_KEYFRAME);
		assert_memory_equal(m2m_client_bytes(&node.capture), first, sizeof first);
		assert_int_equal(node.capture.b.timestamp.tv_sec, i);
	}
	assert_int_equal(m2m_client_command(&node, V4L2_ENC_CMD_STOP), 0);
	sim_client_dequeue(&node.capture);
	assert_true(node.capture.b.flags & V4L2_BUF_FLAG_LAST);
	m2m_client_close(&node);
}

/* The last buffer says so, then DQBUF fails until the encoder is started again, with a key frame. */
static void drain_and_start(void **state)
{
	struct v4l2_event_subscription eos = { .type = V4L2_EVENT_EOS };
	struct v4l2_event event = { 0 };
	struct m2m_client node;

	(void)state;
	m2m_client_start(&node, "type=encoder,format=YU12,to=H264,size=64x64", 2);
	assert_int_equal(device_ioctl(&node.capture.device, VIDIOC_SUBSCRIBE_EVENT, &eos), 0);
	m2m_client_encode(&node, 0, V4L2_BUF_FLAG_KEYFRAME);
	assert_int_equal(m2m_client_command(&node, V4L2_ENC_CMD_STOP), 0);
	assert_int_equal(sim_client_dequeue(&node.capture), 1);
	assert_true(node.capture.b.flags & V4L2_BUF_FLAG_LAST);
	assert_int_equal(device_ioctl(&node.capture.device, VIDIOC_DQEVENT, &event), 0);
	assert_int_equal(event.type, V4L2_EVENT_EOS);
	assert_int_equal(sim_client_dequeue(&node.capture), -EPIPE);
	assert_true(sim_client_poll(&node.capture, 0) & POLLIN);
	assert_int_equal(m2m_client_queue(&node, 1, 1), 0);
	assert_int_equal(sim_client_dequeue(&node.output), -EAGAIN);
	assert_int_equal(m2m_client_command(&node, V4L2_ENC_CMD_START), 0);
	assert_int_equal(sim_client_dequeue(&node.output), 1);
	assert_int_equal(sim_client_dequeue(&node.capture), 0);
	assert_true(node.capture.b.flags & V4L2_BUF_FLAG_KEYFRAME);
	m2m_client_close(&node);
}

/* STREAMOFF of OUTPUT leaves CAPTURE's buffers queued, and the other way round. */
static void queues_stop_alone(void **state)
{
	struct m2m_client node;

	(void)state;
	m2m_client_start(&node, "type=encoder,format=YU12,size=64x64", 2);
	assert_int_equal(sim_client_off(&node.output), 0);
	assert_int_equal(sim_client_queue(&node.capture, 0), -EINVAL);
	assert_int_equal(sim_client_on(&node.output), 0);
	m2m_client_encode(&node, 0, V4L2_BUF_FLAG_KEYFRAME);
	assert_int_equal(sim_client_off(&node.capture), 0);
	assert_int_equal(m2m_client_queue(&node, 1, 1), 0);
	assert_int_equal(sim_client_queue(&node.capture, 0), 0);
	assert_int_equal(sim_client_dequeue(&node.output), -EAGAIN);
	assert_int_equal(sim_client_on(&node.capture), 0);
	assert_int_equal(sim_client_dequeue(&node.output), 1);
	assert_int_equal(sim_client_dequeue(&node.capture), 0);
	assert_true(node.capture.b.flags & V4L2_BUF_FLAG_KEYFRAME);
	assert_int_equal(node.capture.b.sequence, 0);
	m2m_client_close(&node);
}

static void set_crop(struct m2m_client *node, uint32_t width, uint32_t height, int err)
{
	struct v4l2_selection crop = { .type = V4L2_BUF_TYPE_VIDEO_OUTPUT,
				       .target = V4L2_SEL_TGT_CROP,
				       .r = { 0, 0, width, height } };

	assert_int_equal(device_ioctl(&node->output.device, VIDIOC_S_SELECTION, &crop), err);
	if (err == 0)
		assert_int_equal(crop.r.height, height);
}

/* The size and colours of OUTPUT are CAPTURE's, its sizeimage is what was asked for. */
static void one_format_follows_the_other(void **state)
{
	struct v4l2_format format;
	struct m2m_client node;

	(void)state;
	m2m_client_open(&node, "type=encoder,align=64");
	format = m2m_client_get_format(&node.capture);
	format.fmt.pix.sizeimage = 300000;
	assert_int_equal(device_ioctl(&node.capture.device, VIDIOC_S_FMT, &format), 0);
	format = m2m_client_get_format(&node.output);
	format.fmt.pix.pixelformat = V4L2_PIX_FMT_NV12;
	format.fmt.pix.width = 1900;
	format.fmt.pix.height = 1080;
	format.fmt.pix.colorspace = V4L2_COLORSPACE_REC709;
	assert_int_equal(device_ioctl(&node.output.device, VIDIOC_S_FMT, &format), 0);
	assert_int_equal(format.fmt.pix.bytesperline, 1920);
	assert_int_equal(format.fmt.pix.height, 1088);
	assert_int_equal(format.fmt.pix.sizeimage, 1920 * 1088 * 3 / 2);
	set_crop(&node, 1900, 1080, 0);
	format = m2m_client_get_format(&node.capture);
	assert_int_equal(format.fmt.pix.width, 1900);
	assert_int_equal(format.fmt.pix.colorspace, V4L2_COLORSPACE_REC709);
	format.fmt.pix.sizeimage = 5000;
	assert_int_equal(device_ioctl(&node.capture.device, VIDIOC_S_FMT, &format), 0);
	assert_int_equal(format.fmt.pix.sizeimage, 5000);
	m2m_client_close(&node);
}

static void poll_tells_the_queues_apart(void **state)
{
	struct m2m_client node;

	(void)state;
	m2m_client_open(&node, "type=converter,size=64x64");
	assert_int_equal(sim_client_poll(&node.capture, 0), POLLERR);
	m2m_client_start_queue(&node.output, 2);
	assert_int_equal(sim_client_poll(&node.capture, 0), POLLERR);
	m2m_client_start_queue(&node.capture, 2);
	assert_int_equal(sim_client_poll(&node.capture, 0), 0);
	assert_int_equal(m2m_client_queue(&node, 0, 0), 0);
	assert_int_equal(sim_client_poll(&node.capture, 0), POLLOUT | POLLWRNORM | POLLIN | POLLRDNORM);
	assert_int_equal(sim_client_dequeue(&node.output), 0);
	assert_int_equal(sim_client_poll(&node.capture, 0), POLLIN | POLLRDNORM);
	m2m_client_close(&node);
}

struct packet {
	uint32_t n;
	uint8_t bytes[65536];
};

/* n packets of a stream. */
static void make_packets(const char *keys, struct packet *packets, uint32_t n)
{
	struct m2m_client node;

	m2m_client_start(&node, keys, 2);
	for (uint32_t i = 0; i < n; i++) {
		int index;

		assert_int_equal(m2m_client_queue(&node, 0, i), 0);
		assert_int_equal(sim_client_dequeue(&node.output), 0);
		index = sim_client_dequeue(&node.capture);
		assert_true(index >= 0);
		packets[i].n = node.capture.b.bytesused;
		memcpy(packets[i].bytes, m2m_client_bytes(&node.capture), packets[i].n);
		assert_int_equal(sim_client_queue(&node.capture, (uint32_t)index), 0);
	}
	m2m_client_close(&node);
}

static void queue_packet(struct m2m_client *node, const struct packet *packet, uint32_t number)
{
	struct sim_client *queue = &node->output;
	struct v4l2_buffer b = { .type = queue->device.type,
				 .memory = V4L2_MEMORY_MMAP,
				 .bytesused = packet->n,
				 .timestamp.tv_sec = number };

	memcpy(queue->maps[0][0], packet->bytes, packet->n);
	assert_int_equal(device_ioctl(&queue->device, VIDIOC_QBUF, &b), 0);
}

static void take_event(struct m2m_client *node, uint32_t type)
{
	struct v4l2_event event = { 0 };

	assert_int_equal(device_ioctl(&node->capture.device, VIDIOC_DQEVENT, &event), 0);
	assert_int_equal(event.type, type);
}

static void take_picture(struct m2m_client *node, uint32_t number)
{
	int index = sim_client_dequeue(&node->capture);

	assert_true(index >= 0);
	assert_int_equal(sim_client_dequeue(&node->output), 0);
	assert_int_equal(node->capture.b.timestamp.tv_sec, number);
	assert_in_range(m2m_client_bytes(&node->capture)[0], 16 + number * 8 - 4, 16 + number * 8 + 4);
	assert_int_equal(sim_client_queue(&node->capture, (uint32_t)index), 0);
}

/* Both buffers say that the packet could not be decoded. */
static void take_damaged(struct m2m_client *node, uint32_t number)
{
	int index = sim_client_dequeue(&node->capture);

	assert_true(index >= 0);
	assert_true(node->capture.b.flags & V4L2_BUF_FLAG_ERROR);
	assert_int_equal(node->capture.b.timestamp.tv_sec, number);
	assert_int_equal(node->capture.b.bytesused, 0);
	assert_int_equal(sim_client_dequeue(&node->output), 0);
	assert_true(node->output.b.flags & V4L2_BUF_FLAG_ERROR);
	assert_int_equal(sim_client_queue(&node->capture, (uint32_t)index), 0);
}

/* The visible part, and CAPTURE's queue as the stream says. */
static void set_up_capture(struct m2m_client *node, uint32_t width, uint32_t height)
{
	struct v4l2_selection compose = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
					  .target = V4L2_SEL_TGT_COMPOSE };

	take_event(node, V4L2_EVENT_SOURCE_CHANGE);
	assert_int_equal(m2m_client_get_format(&node->capture).fmt.pix.width, width);
	assert_int_equal(m2m_client_get_format(&node->capture).fmt.pix.height, (height + 15) / 16 * 16);
	assert_int_equal(device_ioctl(&node->capture.device, VIDIOC_G_SELECTION, &compose), 0);
	assert_int_equal(compose.r.width, width);
	assert_int_equal(compose.r.height, height);
	m2m_client_start_queue(&node->capture, 2);
}

static void decode_to_another_size(void **state)
{
	static const uint32_t events[] = { V4L2_EVENT_SOURCE_CHANGE, V4L2_EVENT_EOS };
	struct packet *packets = calloc(4, sizeof *packets), damaged;
	struct v4l2_decoder_cmd stop = { .cmd = V4L2_DEC_CMD_STOP };
	struct m2m_client node;

	(void)state;
	make_packets("type=encoder,format=YU12,size=64x48", packets, 2);
	make_packets("type=encoder,format=YU12,size=96x72", packets + 2, 2);
	m2m_client_open(&node, "type=decoder,to=YU12,size=32x32,align=32");
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		struct v4l2_event_subscription subscription = { .type = events[i] };

		assert_int_equal(device_ioctl(&node.capture.device, VIDIOC_SUBSCRIBE_EVENT, &subscription),
				 0);
	}
	m2m_client_start_queue(&node.output, 1);
	queue_packet(&node, &packets[0], 0);
	assert_int_equal(sim_client_dequeue(&node.output), -EAGAIN); /* until it is decoded */
	set_up_capture(&node, 64, 48);
	take_picture(&node, 0);
	queue_packet(&node, &packets[1], 1);
	take_picture(&node, 1);
	damaged = packets[1];
	memset(damaged.bytes + 5, 0, damaged.n - 5);
	queue_packet(&node, &damaged, 2);
	take_damaged(&node, 2);
	queue_packet(&node, &packets[0], 0);
	take_picture(&node, 0);

	queue_packet(&node, &packets[2], 0);
	assert_int_equal(sim_client_dequeue(&node.output), -EAGAIN);
	assert_true(sim_client_dequeue(&node.capture) >= 0);
	assert_true(node.capture.b.flags & V4L2_BUF_FLAG_LAST);
	assert_int_equal(node.capture.b.bytesused, 0);
	assert_int_equal(sim_client_dequeue(&node.capture), -EPIPE);
	assert_int_equal(sim_client_off(&node.capture), 0);
	sim_client_unmap(&node.capture);
	assert_int_equal(sim_client_reqbufs(&node.capture, 0, V4L2_MEMORY_MMAP), 0);
	set_up_capture(&node, 96, 72);
	take_picture(&node, 0);
	queue_packet(&node, &packets[3], 1);
	take_picture(&node, 1);

	assert_int_equal(device_ioctl(&node.capture.device, VIDIOC_DECODER_CMD, &stop), 0);
	assert_true(sim_client_dequeue(&node.capture) >= 0);
	assert_true(node.capture.b.flags & V4L2_BUF_FLAG_LAST);
	take_event(&node, V4L2_EVENT_EOS);
	assert_int_equal(sim_client_dequeue(&node.capture), -EPIPE);
	m2m_client_close(&node);
	free(packets);
}

static int set_control(struct m2m_client *node, uint32_t id, int32_t value)
{
	struct v4l2_control control = { id, value };

	return device_ioctl(&node->capture.device, VIDIOC_S_CTRL, &control);
}

static void controls_change_the_stream(void **state)
{
	struct m2m_client node;

	(void)state;
	m2m_client_open(&node, "type=encoder,format=YU12,size=64x64");
	assert_int_equal(set_control(&node, V4L2_CID_MPEG_VIDEO_GOP_SIZE, 2), 0);
	assert_int_equal(
		set_control(&node, V4L2_CID_MPEG_VIDEO_HEADER_MODE, V4L2_MPEG_VIDEO_HEADER_MODE_SEPARATE), 0);
	assert_int_equal(
		set_control(&node, V4L2_CID_MPEG_VIDEO_H264_PROFILE, V4L2_MPEG_VIDEO_H264_PROFILE_EXTENDED),
		-EINVAL);
	m2m_client_start_queue(&node.output, 2);
	m2m_client_start_queue(&node.capture, 3);
	assert_int_equal(m2m_client_queue(&node, 0, 0), 0);
	assert_int_equal(sim_client_dequeue(&node.output), 0);
	assert_int_equal(sim_client_dequeue(&node.capture), 0);
	assert_int_equal(node.capture.b.flags & V4L2_BUF_FLAG_KEYFRAME, 0); /* the parameter sets */
	assert_int_equal(sim_client_dequeue(&node.capture), 1);
	assert_true(node.capture.b.flags & V4L2_BUF_FLAG_KEYFRAME);
	assert_int_equal(sim_client_queue(&node.capture, 0), 0);
	assert_int_equal(sim_client_queue(&node.capture, 1), 0);
	m2m_client_encode(&node, 1, V4L2_BUF_FLAG_PFRAME);
	m2m_client_encode(&node, 2, V4L2_BUF_FLAG_KEYFRAME);
	assert_int_equal(set_control(&node, V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME, 1), 0);
	m2m_client_encode(&node, 3, V4L2_BUF_FLAG_KEYFRAME);
	m2m_client_close(&node);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(convert_and_scale),
		cmocka_unit_test(encode),
		cmocka_unit_test(encode_once),
		cmocka_unit_test(drain_and_start),
		cmocka_unit_test(queues_stop_alone),
		cmocka_unit_test(one_format_follows_the_other),
		cmocka_unit_test(poll_tells_the_queues_apart),
		cmocka_unit_test(decode_to_another_size),
		cmocka_unit_test(controls_change_the_stream),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
