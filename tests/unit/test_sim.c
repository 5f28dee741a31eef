/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated device keeps the rules that the kernel's videobuf2 keeps. */
/* Runs under: asan valgrind */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/log.h"
#include "base/page.h"
#include "sim_client.h"

#define SMALL "size=320x240,fps=0"
#define MPLANE "size=320x240,fps=0,planes=2"

static void open_small(struct sim_client *client, const char *keys)
{
	assert_int_equal(sim_client_open(client, keys, DEVICE_CAPTURE), 0);
}

static void test_says_what_it_can(void **state)
{
	struct sim_client client;

	(void)state;
	open_small(&client, SMALL);
	assert_int_equal(client.device.type, V4L2_BUF_TYPE_VIDEO_CAPTURE);
	assert_true(client.device.caps & V4L2_CAP_STREAMING && client.device.caps & V4L2_CAP_READWRITE);
	sim_client_close(&client);
	open_small(&client, MPLANE ",caps=mmap");
	assert_int_equal(client.device.type, V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE);
	assert_false(client.device.caps & V4L2_CAP_READWRITE);
	assert_int_equal(client.n_planes, 2);
	sim_client_close(&client);
}

static void test_unknown_ioctl(void **state)
{
	struct sim_client client;
	v4l2_std_id id;

	(void)state;
	open_small(&client, SMALL);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_QUERYSTD, &id), -ENOTTY);
	sim_client_close(&client);
}

static void test_reqbufs_refuses(void **state)
{
	struct v4l2_requestbuffers request = { .count = 2, .memory = V4L2_MEMORY_MMAP };
	struct sim_client client;

	(void)state;
	open_small(&client, SMALL ",caps=mmap");
	request.type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_REQBUFS, &request), -EINVAL);
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_USERPTR), -EINVAL);
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_DMABUF), -EINVAL);
	assert_int_equal(sim_client_reqbufs(&client, 2, 0), -EINVAL);
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_OVERLAY), -EINVAL);
	assert_int_equal(sim_client_reqbufs(&client, 2, 77), -EINVAL);
	assert_int_equal(sim_client_reqbufs(&client, 0, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_reqbufs(&client, 200, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(client.n, 32);
	assert_int_equal(sim_client_create(&client, 1, V4L2_MEMORY_MMAP), -ENOBUFS);
	sim_client_close(&client);
}

static void test_reqbufs_while_in_use(void **state)
{
	struct sim_client client;

	(void)state;
	sim_client_start(&client, SMALL ",caps=mmap", 2);
	assert_int_equal(sim_client_reqbufs(&client, 0, V4L2_MEMORY_MMAP), -EBUSY);
	assert_int_equal(sim_client_off(&client), 0);
	assert_int_equal(sim_client_reqbufs(&client, 0, V4L2_MEMORY_MMAP), -EBUSY); /* mapped */
	sim_client_unmap(&client);
	assert_int_equal(sim_client_reqbufs(&client, 3, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_reqbufs(&client, 0, V4L2_MEMORY_MMAP), 0);
	sim_client_close(&client);
}

static void test_orphaned_buffers_live_on(void **state)
{
	struct v4l2_requestbuffers request = { .memory = V4L2_MEMORY_MMAP };
	struct sim_client client;
	uint8_t first;

	(void)state;
	sim_client_start(&client, SMALL, 2);
	assert_int_equal(sim_client_next(&client), 0);
	first = *(uint8_t *)client.maps[0][0];
	assert_int_equal(sim_client_off(&client), 0);
	request.type = client.device.type;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_REQBUFS, &request), 0);
	assert_true(request.capabilities & V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS);
	assert_int_equal(*(uint8_t *)client.maps[0][0], first);
	assert_int_equal(sim_client_query(&client, 0), -EINVAL);
	sim_client_close(&client);
}

static void test_export_keeps_buffers_busy(void **state)
{
	struct v4l2_exportbuffer export = { .flags = O_CLOEXEC | O_RDWR };
	struct sim_client client;

	(void)state;
	open_small(&client, SMALL ",caps=mmap");
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_MMAP), 0);
	export.type = client.device.type;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_EXPBUF, &export), 0);
	assert_int_equal(sim_client_reqbufs(&client, 0, V4L2_MEMORY_MMAP), -EBUSY);
	close(export.fd);
	assert_int_equal(sim_client_reqbufs(&client, 0, V4L2_MEMORY_MMAP), 0);
	sim_client_close(&client);
}

static void test_create_bufs(void **state)
{
	struct v4l2_create_buffers request = { .count = 1, .memory = V4L2_MEMORY_MMAP };
	struct sim_client client;

	(void)state;
	open_small(&client, SMALL);
	assert_int_equal(sim_client_create(&client, 0, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_create(&client, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(client.n, 2);
	assert_int_equal(sim_client_create(&client, 1, V4L2_MEMORY_USERPTR), -EINVAL);
	request.format.type = client.device.type;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_G_FMT, &request.format), 0);
	request.format.fmt.pix.sizeimage--;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_CREATE_BUFS, &request), -EINVAL);
	request.format.fmt.pix.sizeimage += 4097;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_CREATE_BUFS, &request), 0);
	assert_int_equal(request.index, 2);
	assert_int_equal(sim_client_query(&client, 2), 0);
	assert_int_equal(client.b.length, request.format.fmt.pix.sizeimage);
	sim_client_close(&client);
	open_small(&client, SMALL ",create=no");
	assert_int_equal(sim_client_create(&client, 0, V4L2_MEMORY_MMAP), -ENOTTY);
	sim_client_close(&client);
}

static void test_create_bufs_while_streaming(void **state)
{
	struct sim_client client;

	(void)state;
	sim_client_start(&client, SMALL, 2);
	assert_int_equal(sim_client_create(&client, 1, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(client.n, 3);
	assert_int_equal(sim_client_queue(&client, 2), 0);
	for (int i = 0; i < 6; i++)
		assert_int_equal(sim_client_frame(&client), i);
	sim_client_close(&client);
}

static void test_querybuf_refuses(void **state)
{
	struct v4l2_buffer b = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE, .length = 1 };
	struct sim_client client;

	(void)state;
	open_small(&client, MPLANE);
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_query(&client, 2), -EINVAL);
	b.m.planes = client.planes;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_QUERYBUF, &b),
			 -EINVAL); /* room for one plane of two */
	b.length = 2;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_QUERYBUF, &b), 0);
	b.m.planes = NULL;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_QUERYBUF, &b), -EFAULT);
	b.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_QUERYBUF, &b), -EINVAL);
	sim_client_close(&client);
}

static void test_qbuf_refuses(void **state)
{
	struct sim_client client;

	(void)state;
	open_small(&client, SMALL);
	assert_int_equal(sim_client_queue(&client, 0), -EINVAL); /* no buffers */
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_queue(&client, 0), 0);
	assert_true(client.b.flags & V4L2_BUF_FLAG_QUEUED);
	assert_int_equal(sim_client_queue(&client, 0), -EINVAL); /* twice */
	assert_int_equal(sim_client_queue(&client, 2), -EINVAL);
	client.memory = V4L2_MEMORY_USERPTR;
	assert_int_equal(sim_client_queue(&client, 1), -EINVAL);
	sim_client_close(&client);
}

static void test_dqbuf_refuses(void **state)
{
	struct sim_client client;

	(void)state;
	open_small(&client, "size=320x240,fps=1");
	assert_int_equal(sim_client_dequeue(&client), -EINVAL);
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_queue(&client, 0), 0);
	assert_int_equal(sim_client_dequeue(&client), -EINVAL);
	assert_int_equal(sim_client_on(&client), 0);
	assert_int_equal(sim_client_dequeue(&client), -EAGAIN);
	client.b.type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_DQBUF, &client.b), -EINVAL);
	sim_client_close(&client);
}

static void test_streamon(void **state)
{
	struct sim_client client;
	int type = V4L2_BUF_TYPE_VIDEO_OUTPUT;

	(void)state;
	open_small(&client, SMALL);
	assert_int_equal(sim_client_on(&client), -EINVAL); /* no buffers */
	assert_int_equal(sim_client_off(&client), 0);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_STREAMON, &type), -EINVAL);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_STREAMOFF, &type), -EINVAL);
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_poll(&client, 1000), POLLERR); /* off */
	assert_int_equal(sim_client_on(&client), 0);
	assert_int_equal(sim_client_on(&client), 0);
	assert_int_equal(sim_client_poll(&client, 1000), POLLERR); /* on, but nothing was ever queued */
	assert_int_equal(sim_client_queue(&client, 1), 0);
	assert_int_equal(sim_client_poll(&client, 1000), POLLIN | POLLRDNORM);
	assert_int_equal(sim_client_dequeue(&client), 1);
	assert_int_equal(sim_client_poll(&client, 20),
			 0); /* a shortage later on is none of poll's business */
	sim_client_close(&client);
}

static void test_streamoff_gives_all_back(void **state)
{
	struct sim_client client;

	(void)state;
	sim_client_start(&client, SMALL, 3);
	assert_int_equal(sim_client_frame(&client), 0);
	assert_int_equal(sim_client_off(&client), 0);
	assert_int_equal(sim_client_dequeue(&client), -EINVAL);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(sim_client_query(&client, i), 0);
		assert_int_equal(client.b.flags & (V4L2_BUF_FLAG_QUEUED | V4L2_BUF_FLAG_DONE), 0);
		assert_true(client.b.flags & V4L2_BUF_FLAG_MAPPED);
		assert_int_equal(sim_client_queue(&client, i), 0);
	}
	assert_int_equal(sim_client_on(&client), 0);
	assert_int_equal(sim_client_frame(&client), 0); /* counts anew */
	sim_client_close(&client);
}

static void test_min_buffers(void **state)
{
	struct v4l2_control control = { .id = V4L2_CID_MIN_BUFFERS_FOR_CAPTURE };
	struct sim_client client;

	(void)state;
	open_small(&client, SMALL ",min-buffers=3");
	assert_int_equal(device_ioctl(&client.device, VIDIOC_G_CTRL, &control), 0);
	assert_int_equal(control.value, 3);
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(client.n, 3);
	assert_int_equal(sim_client_on(&client), 0);
	assert_int_equal(sim_client_queue(&client, 0), 0);
	assert_int_equal(sim_client_queue(&client, 1), 0);
	assert_int_equal(sim_client_poll(&client, 20), 0);
	assert_int_equal(sim_client_queue(&client, 2), 0);
	assert_int_equal(sim_client_next(&client), 0);
	sim_client_close(&client);
	open_small(&client, SMALL ",min-buffers=3,grant=2");
	assert_int_equal(sim_client_reqbufs(&client, 4, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(client.n, 2);
	assert_int_equal(sim_client_on(&client), -EINVAL);
	sim_client_close(&client);
	open_small(&client, SMALL);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_G_CTRL, &control), -EINVAL);
	sim_client_close(&client);
}

static void test_expbuf(void **state)
{
	struct v4l2_exportbuffer export = { .flags = O_CLOEXEC | O_RDONLY };
	struct sim_client client;
	uint8_t *seen;
	int err;

	(void)state;
	sim_client_start(&client, MPLANE, 2);
	export.type = client.device.type;
	export.plane = 1;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_EXPBUF, &export), 0);
	seen = mmap(NULL, client.lengths[0][1], PROT_READ, MAP_SHARED, export.fd, 0);
	assert_ptr_not_equal(seen, MAP_FAILED);
	assert_int_equal(sim_client_next(&client), 0);
	assert_memory_equal(seen, client.maps[0][1], client.lengths[0][1]);
	munmap(seen, client.lengths[0][1]);
	assert_ptr_equal(mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, export.fd, 0),
			 MAP_FAILED);
	assert_int_equal(errno, EACCES);
	assert_int_equal(fcntl(export.fd, F_GETFD), FD_CLOEXEC);
	close(export.fd);
	export.plane = 2;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_EXPBUF, &export), -EINVAL);
	export.plane = 0;
	export.index = 2;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_EXPBUF, &export), -EINVAL);
	export.index = 0;
	export.flags = O_APPEND;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_EXPBUF, &export), -EINVAL);
	assert_ptr_equal(device_mmap(&client.device, page_size(), 12345, &err), MAP_FAILED);
	assert_int_equal(err, -EINVAL);
	assert_ptr_equal(device_mmap(&client.device, 1 << 24, 0, &err), MAP_FAILED);
	assert_int_equal(err, -EINVAL);
	sim_client_close(&client);
	open_small(&client, SMALL);
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_USERPTR), 0);
	export = (struct v4l2_exportbuffer){ .type = client.device.type };
	assert_int_equal(device_ioctl(&client.device, VIDIOC_EXPBUF, &export), -EINVAL);
	sim_client_close(&client);
}

static void test_read(void **state)
{
	uint8_t *frame = malloc(320 * 240 * 2);
	struct sim_client client;

	(void)state;
	open_small(&client, SMALL);
	assert_int_equal(device_read(&client.device, frame, 0), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(device_read(&client.device, frame, 320 * 240 * 2), 320 * 240 * 2);
	assert_int_equal(device_read(&client.device, frame, 1000), 1000);
	assert_int_equal(device_read(&client.device, frame, 320 * 240 * 2),
			 320 * 240 * 2 - 1000); /* the rest of that one */
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_MMAP), -EBUSY);
	assert_int_equal(sim_client_reqbufs(&client, 0, V4L2_MEMORY_MMAP), -EBUSY);
	assert_int_equal(sim_client_on(&client), -EBUSY);
	sim_client_close(&client);
	sim_client_start(&client, SMALL, 2);
	assert_int_equal(device_read(&client.device, frame, 10), -EBUSY);
	sim_client_close(&client);
	open_small(&client, "size=320x240,fps=50");
	assert_int_equal(device_read(&client.device, frame, 10), -EAGAIN);
	assert_int_equal(sim_client_poll(&client, 1000), POLLIN | POLLRDNORM);
	assert_int_equal(device_read(&client.device, frame, 320 * 240 * 2), 320 * 240 * 2);
	sim_client_close(&client);
	open_small(&client, SMALL ",caps=mmap");
	assert_int_equal(device_read(&client.device, frame, 10), -EINVAL);
	sim_client_close(&client);
	free(frame);
}

static void test_poll_begins_reading(void **state)
{
	struct sim_client client;

	(void)state;
	open_small(&client, SMALL);
	assert_int_equal(sim_client_poll(&client, 1000), POLLIN | POLLRDNORM);
	sim_client_close(&client);
	open_small(&client, SMALL ",caps=mmap");
	assert_int_equal(sim_client_poll(&client, 1000), POLLERR);
	sim_client_close(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_says_what_it_can),
		cmocka_unit_test(test_unknown_ioctl),
		cmocka_unit_test(test_reqbufs_refuses),
		cmocka_unit_test(test_reqbufs_while_in_use),
		cmocka_unit_test(test_orphaned_buffers_live_on),
		cmocka_unit_test(test_export_keeps_buffers_busy),
		cmocka_unit_test(test_create_bufs),
		cmocka_unit_test(test_create_bufs_while_streaming),
		cmocka_unit_test(test_querybuf_refuses),
		cmocka_unit_test(test_qbuf_refuses),
		cmocka_unit_test(test_dqbuf_refuses),
		cmocka_unit_test(test_streamon),
		cmocka_unit_test(test_streamoff_gives_all_back),
		cmocka_unit_test(test_min_buffers),
		cmocka_unit_test(test_expbuf),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_poll_begins_reading),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	sim_client_hush();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
