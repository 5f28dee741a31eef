/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated device keeps the rules that the kernel's videobuf2 keeps. */
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
#include "sim_user.h"

#define SMALL "size=320x240,fps=0"
#define MPLANE "size=320x240,fps=0,planes=2"

static void open_small(struct user *user, const char *keys)
{
	assert_int_equal(user_open(user, keys, DEVICE_CAPTURE), 0);
}

static void test_says_what_it_can(void **state)
{
	struct user user;

	(void)state;
	open_small(&user, SMALL);
	assert_int_equal(user.device.type, V4L2_BUF_TYPE_VIDEO_CAPTURE);
	assert_true(user.device.caps & V4L2_CAP_STREAMING && user.device.caps & V4L2_CAP_READWRITE);
	user_close(&user);
	open_small(&user, MPLANE ",caps=mmap");
	assert_int_equal(user.device.type, V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE);
	assert_false(user.device.caps & V4L2_CAP_READWRITE);
	assert_int_equal(user.n_planes, 2);
	user_close(&user);
}

static void test_unknown_ioctl(void **state)
{
	struct user user;
	v4l2_std_id id;

	(void)state;
	open_small(&user, SMALL);
	assert_int_equal(device_ioctl(&user.device, VIDIOC_QUERYSTD, &id), -ENOTTY);
	user_close(&user);
}

static void test_reqbufs_refuses(void **state)
{
	struct v4l2_requestbuffers request = { .count = 2, .memory = V4L2_MEMORY_MMAP };
	struct user user;

	(void)state;
	open_small(&user, SMALL ",caps=mmap");
	request.type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
	assert_int_equal(device_ioctl(&user.device, VIDIOC_REQBUFS, &request), -EINVAL);
	assert_int_equal(user_reqbufs(&user, 2, V4L2_MEMORY_USERPTR), -EINVAL);
	assert_int_equal(user_reqbufs(&user, 2, V4L2_MEMORY_DMABUF), -EINVAL);
	assert_int_equal(user_reqbufs(&user, 2, 0), -EINVAL);
	assert_int_equal(user_reqbufs(&user, 2, V4L2_MEMORY_OVERLAY), -EINVAL);
	assert_int_equal(user_reqbufs(&user, 2, 77), -EINVAL);
	assert_int_equal(user_reqbufs(&user, 0, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user_reqbufs(&user, 200, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user.n, 32);
	assert_int_equal(user_create(&user, 1, V4L2_MEMORY_MMAP), -ENOBUFS);
	user_close(&user);
}

static void test_reqbufs_while_in_use(void **state)
{
	struct user user;

	(void)state;
	user_start(&user, SMALL ",caps=mmap", 2);
	assert_int_equal(user_reqbufs(&user, 0, V4L2_MEMORY_MMAP), -EBUSY);
	assert_int_equal(user_off(&user), 0);
	assert_int_equal(user_reqbufs(&user, 0, V4L2_MEMORY_MMAP), -EBUSY); /* mapped */
	user_unmap(&user);
	assert_int_equal(user_reqbufs(&user, 3, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user_reqbufs(&user, 0, V4L2_MEMORY_MMAP), 0);
	user_close(&user);
}

static void test_orphaned_buffers_live_on(void **state)
{
	struct v4l2_requestbuffers request = { .memory = V4L2_MEMORY_MMAP };
	struct user user;
	uint8_t first;

	(void)state;
	user_start(&user, SMALL, 2);
	assert_int_equal(user_next(&user), 0);
	first = *(uint8_t *)user.maps[0][0];
	assert_int_equal(user_off(&user), 0);
	request.type = user.device.type;
	assert_int_equal(device_ioctl(&user.device, VIDIOC_REQBUFS, &request), 0);
	assert_true(request.capabilities & V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS);
	assert_int_equal(*(uint8_t *)user.maps[0][0], first);
	assert_int_equal(user_query(&user, 0), -EINVAL);
	user_close(&user);
}

static void test_export_keeps_buffers_busy(void **state)
{
	struct v4l2_exportbuffer export = { .flags = O_CLOEXEC | O_RDWR };
	struct user user;

	(void)state;
	open_small(&user, SMALL ",caps=mmap");
	assert_int_equal(user_reqbufs(&user, 2, V4L2_MEMORY_MMAP), 0);
	export.type = user.device.type;
	assert_int_equal(device_ioctl(&user.device, VIDIOC_EXPBUF, &export), 0);
	assert_int_equal(user_reqbufs(&user, 0, V4L2_MEMORY_MMAP), -EBUSY);
	close(export.fd);
	assert_int_equal(user_reqbufs(&user, 0, V4L2_MEMORY_MMAP), 0);
	user_close(&user);
}

static void test_create_bufs(void **state)
{
	struct v4l2_create_buffers request = { .count = 1, .memory = V4L2_MEMORY_MMAP };
	struct user user;

	(void)state;
	open_small(&user, SMALL);
	assert_int_equal(user_create(&user, 0, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user_create(&user, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user.n, 2);
	assert_int_equal(user_create(&user, 1, V4L2_MEMORY_USERPTR), -EINVAL);
	request.format.type = user.device.type;
	assert_int_equal(device_ioctl(&user.device, VIDIOC_G_FMT, &request.format), 0);
	request.format.fmt.pix.sizeimage--;
	assert_int_equal(device_ioctl(&user.device, VIDIOC_CREATE_BUFS, &request), -EINVAL);
	request.format.fmt.pix.sizeimage += 4097;
	assert_int_equal(device_ioctl(&user.device, VIDIOC_CREATE_BUFS, &request), 0);
	assert_int_equal(request.index, 2);
	assert_int_equal(user_query(&user, 2), 0);
	assert_int_equal(user.b.length, request.format.fmt.pix.sizeimage);
	user_close(&user);
	open_small(&user, SMALL ",create=no");
	assert_int_equal(user_create(&user, 0, V4L2_MEMORY_MMAP), -ENOTTY);
	user_close(&user);
}

static void test_create_bufs_while_streaming(void **state)
{
	struct user user;

	(void)state;
	user_start(&user, SMALL, 2);
	assert_int_equal(user_create(&user, 1, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user.n, 3);
	assert_int_equal(user_queue(&user, 2), 0);
	for (int i = 0; i < 6; i++)
		assert_int_equal(user_frame(&user), i);
	user_close(&user);
}

static void test_querybuf_refuses(void **state)
{
	struct v4l2_buffer b = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE, .length = 1 };
	struct user user;

	(void)state;
	open_small(&user, MPLANE);
	assert_int_equal(user_reqbufs(&user, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user_query(&user, 2), -EINVAL);
	b.m.planes = user.planes;
	assert_int_equal(device_ioctl(&user.device, VIDIOC_QUERYBUF, &b),
			 -EINVAL); /* room for one plane of two */
	b.length = 2;
	assert_int_equal(device_ioctl(&user.device, VIDIOC_QUERYBUF, &b), 0);
	b.m.planes = NULL;
	assert_int_equal(device_ioctl(&user.device, VIDIOC_QUERYBUF, &b), -EINVAL);
	b.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	assert_int_equal(device_ioctl(&user.device, VIDIOC_QUERYBUF, &b), -EINVAL);
	user_close(&user);
}

static void test_qbuf_refuses(void **state)
{
	struct user user;

	(void)state;
	open_small(&user, SMALL);
	assert_int_equal(user_queue(&user, 0), -EINVAL); /* no buffers */
	assert_int_equal(user_reqbufs(&user, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user_queue(&user, 0), 0);
	assert_true(user.b.flags & V4L2_BUF_FLAG_QUEUED);
	assert_int_equal(user_queue(&user, 0), -EINVAL); /* twice */
	assert_int_equal(user_queue(&user, 2), -EINVAL);
	user.memory = V4L2_MEMORY_USERPTR;
	assert_int_equal(user_queue(&user, 1), -EINVAL);
	user_close(&user);
}

static void test_dqbuf_refuses(void **state)
{
	struct user user;

	(void)state;
	open_small(&user, "size=320x240,fps=1");
	assert_int_equal(user_dequeue(&user), -EINVAL);
	assert_int_equal(user_reqbufs(&user, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user_queue(&user, 0), 0);
	assert_int_equal(user_dequeue(&user), -EINVAL);
	assert_int_equal(user_on(&user), 0);
	assert_int_equal(user_dequeue(&user), -EAGAIN);
	user.b.type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
	assert_int_equal(device_ioctl(&user.device, VIDIOC_DQBUF, &user.b), -EINVAL);
	user_close(&user);
}

static void test_streamon(void **state)
{
	struct user user;
	int type = V4L2_BUF_TYPE_VIDEO_OUTPUT;

	(void)state;
	open_small(&user, SMALL);
	assert_int_equal(user_on(&user), -EINVAL); /* no buffers */
	assert_int_equal(user_off(&user), 0);
	assert_int_equal(device_ioctl(&user.device, VIDIOC_STREAMON, &type), -EINVAL);
	assert_int_equal(device_ioctl(&user.device, VIDIOC_STREAMOFF, &type), -EINVAL);
	assert_int_equal(user_reqbufs(&user, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user_poll(&user, 1000), POLLERR); /* off */
	assert_int_equal(user_on(&user), 0);
	assert_int_equal(user_on(&user), 0);
	assert_int_equal(user_poll(&user, 1000), POLLERR); /* on, but nothing was ever queued */
	assert_int_equal(user_queue(&user, 1), 0);
	assert_int_equal(user_poll(&user, 1000), POLLIN | POLLRDNORM);
	assert_int_equal(user_dequeue(&user), 1);
	assert_int_equal(user_poll(&user, 20), 0); /* a shortage later on is none of poll's business */
	user_close(&user);
}

static void test_streamoff_gives_all_back(void **state)
{
	struct user user;

	(void)state;
	user_start(&user, SMALL, 3);
	assert_int_equal(user_frame(&user), 0);
	assert_int_equal(user_off(&user), 0);
	assert_int_equal(user_dequeue(&user), -EINVAL);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(user_query(&user, i), 0);
		assert_int_equal(user.b.flags & (V4L2_BUF_FLAG_QUEUED | V4L2_BUF_FLAG_DONE), 0);
		assert_true(user.b.flags & V4L2_BUF_FLAG_MAPPED);
		assert_int_equal(user_queue(&user, i), 0);
	}
	assert_int_equal(user_on(&user), 0);
	assert_int_equal(user_frame(&user), 0); /* counts anew */
	user_close(&user);
}

static void test_min_buffers(void **state)
{
	struct v4l2_control control = { .id = V4L2_CID_MIN_BUFFERS_FOR_CAPTURE };
	struct user user;

	(void)state;
	open_small(&user, SMALL ",min-buffers=3");
	assert_int_equal(device_ioctl(&user.device, VIDIOC_G_CTRL, &control), 0);
	assert_int_equal(control.value, 3);
	assert_int_equal(user_reqbufs(&user, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user.n, 3);
	assert_int_equal(user_on(&user), 0);
	assert_int_equal(user_queue(&user, 0), 0);
	assert_int_equal(user_queue(&user, 1), 0);
	assert_int_equal(user_poll(&user, 20), 0);
	assert_int_equal(user_queue(&user, 2), 0);
	assert_int_equal(user_next(&user), 0);
	user_close(&user);
	open_small(&user, SMALL ",min-buffers=3,grant=2");
	assert_int_equal(user_reqbufs(&user, 4, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user.n, 2);
	assert_int_equal(user_on(&user), -EINVAL);
	user_close(&user);
	open_small(&user, SMALL);
	assert_int_equal(device_ioctl(&user.device, VIDIOC_G_CTRL, &control), -EINVAL);
	user_close(&user);
}

static void test_expbuf(void **state)
{
	struct v4l2_exportbuffer export = { .flags = O_CLOEXEC | O_RDONLY };
	struct user user;
	uint8_t *seen;
	int err;

	(void)state;
	user_start(&user, MPLANE, 2);
	export.type = user.device.type;
	export.plane = 1;
	assert_int_equal(device_ioctl(&user.device, VIDIOC_EXPBUF, &export), 0);
	seen = mmap(NULL, user.lengths[0][1], PROT_READ, MAP_SHARED, export.fd, 0);
	assert_ptr_not_equal(seen, MAP_FAILED);
	assert_int_equal(user_next(&user), 0);
	assert_memory_equal(seen, user.maps[0][1], user.lengths[0][1]);
	munmap(seen, user.lengths[0][1]);
	assert_ptr_equal(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, export.fd, 0), MAP_FAILED);
	assert_int_equal(errno, EACCES);
	assert_int_equal(fcntl(export.fd, F_GETFD), FD_CLOEXEC);
	close(export.fd);
	export.plane = 2;
	assert_int_equal(device_ioctl(&user.device, VIDIOC_EXPBUF, &export), -EINVAL);
	export.plane = 0;
	export.index = 2;
	assert_int_equal(device_ioctl(&user.device, VIDIOC_EXPBUF, &export), -EINVAL);
	export.index = 0;
	export.flags = O_APPEND;
	assert_int_equal(device_ioctl(&user.device, VIDIOC_EXPBUF, &export), -EINVAL);
	assert_ptr_equal(device_mmap(&user.device, 4096, 12345, &err), MAP_FAILED);
	assert_int_equal(err, -EINVAL);
	assert_ptr_equal(device_mmap(&user.device, 1 << 24, 0, &err), MAP_FAILED);
	assert_int_equal(err, -EINVAL);
	user_close(&user);
	open_small(&user, SMALL);
	assert_int_equal(user_reqbufs(&user, 2, V4L2_MEMORY_USERPTR), 0);
	export = (struct v4l2_exportbuffer){ .type = user.device.type };
	assert_int_equal(device_ioctl(&user.device, VIDIOC_EXPBUF, &export), -EINVAL);
	user_close(&user);
}

static void test_read(void **state)
{
	uint8_t *frame = malloc(320 * 240 * 2);
	struct user user;

	(void)state;
	open_small(&user, SMALL);
	assert_int_equal(device_read(&user.device, frame, 0), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(device_read(&user.device, frame, 320 * 240 * 2), 320 * 240 * 2);
	assert_int_equal(device_read(&user.device, frame, 1000), 1000);
	assert_int_equal(device_read(&user.device, frame, 320 * 240 * 2),
			 320 * 240 * 2 - 1000); /* the rest of that one */
	assert_int_equal(user_reqbufs(&user, 2, V4L2_MEMORY_MMAP), -EBUSY);
	assert_int_equal(user_reqbufs(&user, 0, V4L2_MEMORY_MMAP), -EBUSY);
	assert_int_equal(user_on(&user), -EBUSY);
	user_close(&user);
	user_start(&user, SMALL, 2);
	assert_int_equal(device_read(&user.device, frame, 10), -EBUSY);
	user_close(&user);
	open_small(&user, "size=320x240,fps=50");
	assert_int_equal(device_read(&user.device, frame, 10), -EAGAIN);
	assert_int_equal(user_poll(&user, 1000), POLLIN | POLLRDNORM);
	assert_int_equal(device_read(&user.device, frame, 320 * 240 * 2), 320 * 240 * 2);
	user_close(&user);
	open_small(&user, SMALL ",caps=mmap");
	assert_int_equal(device_read(&user.device, frame, 10), -EINVAL);
	user_close(&user);
	free(frame);
}

static void test_poll_begins_reading(void **state)
{
	struct user user;

	(void)state;
	open_small(&user, SMALL);
	assert_int_equal(user_poll(&user, 1000), POLLIN | POLLRDNORM);
	user_close(&user);
	open_small(&user, SMALL ",caps=mmap");
	assert_int_equal(user_poll(&user, 1000), POLLERR);
	user_close(&user);
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
	user_hush();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
