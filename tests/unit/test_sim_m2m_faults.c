/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The faults of simulated memory-to-memory nodes. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/array.h"
#include "m2m_client.h"

/* What the second of three frames becomes. */
struct fault {
	const char *keys;
	int result; /* of DQBUF */
	uint32_t flags;
	bool empty;
};

static const struct fault faults[] = {
	{ "error=2", 0, V4L2_BUF_FLAG_ERROR, false },
	{ "empty-ok=2", 0, 0, true },
	{ "empty=2", 0, V4L2_BUF_FLAG_ERROR, true },
	{ "last=2", 0, V4L2_BUF_FLAG_LAST, false },
	{ "stall=1", -EAGAIN, 0, false },
	{ "eio=1", -EIO, 0, false },
	{ "unplug=1", -ENODEV, 0, false },
	{ "fail=capture.dqbuf@2:EIO", -EIO, 0, false },
};

static void faults_are_those_of_coded_frames(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		const struct fault *fault = &faults[i];
		struct m2m_client node;
		char keys[128];
		int result;

		snprintf(keys, sizeof keys, "type=encoder,format=YU12,size=64x64,%s", fault->keys);
		m2m_client_open(&node, keys);
		m2m_client_start_queue(&node.output, 3);
		m2m_client_start_queue(&node.capture, 3);
		for (uint32_t n = 0; n < 3; n++)
			assert_int_equal(m2m_client_queue(&node, n, n), 0);
		assert_int_equal(sim_client_dequeue(&node.capture), 0);
		result = sim_client_dequeue(&node.capture);
		assert_int_equal(result < 0 ? result : 0, fault->result);
		if (result >= 0) {
			assert_int_equal(node.capture.b.flags & (V4L2_BUF_FLAG_ERROR | V4L2_BUF_FLAG_LAST),
					 fault->flags);
			assert_int_equal(node.capture.b.bytesused == 0, fault->empty);
		}
		m2m_client_close(&node);
	}
}

static void an_encoder_holds_buffers(void **state)
{
	struct m2m_client node;

	(void)state;
	m2m_client_open(&node, "type=encoder,format=YU12,size=64x64,hold=2");
	m2m_client_start_queue(&node.output, 3);
	m2m_client_start_queue(&node.capture, 3);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(sim_client_dequeue(&node.output), -EAGAIN);
		assert_int_equal(m2m_client_queue(&node, i, i), 0);
	}
	assert_int_equal(sim_client_dequeue(&node.output), 0);
	assert_int_equal(m2m_client_command(&node, V4L2_ENC_CMD_STOP), 0);
	assert_int_equal(sim_client_dequeue(&node.output), -EAGAIN);
	for (int i = 0; i < 3; i++)
		assert_int_equal(sim_client_dequeue(&node.capture), i);
	m2m_client_close(&node);
}

static void an_encoder_reorders(void **state)
{
	static const uint32_t order[] = { 0, 2, 1, 4, 3 };
	struct m2m_client node;

	(void)state;
	m2m_client_open(&node, "type=encoder,format=YU12,size=64x64,reorder");
	m2m_client_start_queue(&node.output, 6);
	m2m_client_start_queue(&node.capture, 8);
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(m2m_client_queue(&node, i, i), 0);
	assert_int_equal(m2m_client_command(&node, V4L2_ENC_CMD_STOP), 0);
	for (uint32_t i = 0; i < 5; i++) {
		assert_true(sim_client_dequeue(&node.capture) >= 0);
		assert_int_equal(node.capture.b.timestamp.tv_sec, order[i]);
		assert_int_equal(!!(node.capture.b.flags & V4L2_BUF_FLAG_BFRAME), i == 2 || i == 4);
	}
	assert_true(node.capture.b.flags & V4L2_BUF_FLAG_LAST);
	m2m_client_close(&node);
}

/* An older driver's stream ends with an empty buffer on both sides. */
static void an_encoder_without_commands(void **state)
{
	struct v4l2_buffer empty = { .type = V4L2_BUF_TYPE_VIDEO_OUTPUT, .memory = V4L2_MEMORY_MMAP };
	struct m2m_client node;

	(void)state;
	m2m_client_start(&node, "type=encoder,format=YU12,size=64x64,commands=no", 2);
	m2m_client_encode(&node, 1, V4L2_BUF_FLAG_KEYFRAME);
	assert_int_equal(m2m_client_command(&node, V4L2_ENC_CMD_STOP), -ENOTTY);
	assert_int_equal(device_ioctl(&node.output.device, VIDIOC_QBUF, &empty), 0);
	assert_int_equal(sim_client_dequeue(&node.output), 0);
	assert_int_equal(sim_client_dequeue(&node.capture), 1);
	assert_int_equal(node.capture.b.bytesused, 0);
	assert_false(node.capture.b.flags & V4L2_BUF_FLAG_LAST);
	m2m_client_close(&node);
}

static void an_encoder_refuses_to_import(void **state)
{
	struct v4l2_exportbuffer exported = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
					      .flags = O_RDWR | O_CLOEXEC };
	struct sim_client camera;
	struct m2m_client node;
	struct v4l2_buffer b;

	(void)state;
	assert_int_equal(sim_client_open(&camera, "format=YU12,size=64x64", DEVICE_CAPTURE), 0);
	assert_int_equal(sim_client_reqbufs(&camera, 1, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(device_ioctl(&camera.device, VIDIOC_EXPBUF, &exported), 0);
	for (int refuses = 0; refuses < 2; refuses++) {
		m2m_client_open(&node, refuses ? "type=encoder,format=YU12,size=64x64,import=EFAULT"
					       : "type=encoder,format=YU12,size=64x64");
		assert_int_equal(sim_client_reqbufs(&node.output, 1, V4L2_MEMORY_DMABUF), 0);
		assert_int_equal(sim_client_on(&node.output), 0);
		m2m_client_start_queue(&node.capture, 1);
		b = (struct v4l2_buffer){ .type = V4L2_BUF_TYPE_VIDEO_OUTPUT,
					  .memory = V4L2_MEMORY_DMABUF,
					  .m.fd = exported.fd };
		assert_int_equal(device_ioctl(&node.output.device, VIDIOC_QBUF, &b), refuses ? -EFAULT : 0);
		assert_int_equal(sim_client_dequeue(&node.capture), refuses ? -EAGAIN : 0);
		m2m_client_close(&node);
	}
	close(exported.fd);
	sim_client_close(&camera);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_are_those_of_coded_frames),
		cmocka_unit_test(an_encoder_holds_buffers),
		cmocka_unit_test(an_encoder_reorders),
		cmocka_unit_test(an_encoder_without_commands),
		cmocka_unit_test(an_encoder_refuses_to_import),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
