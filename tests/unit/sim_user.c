/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program that uses a simulated device, call by call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>
#include "base/clock.h"
#include "base/log.h"
#include "sim_user.h"

static char last_message[512];

static void keep_message(void *opaque, enum log_level level, const char *message)
{
	(void)opaque;
	if (level <= LOG_LEVEL_WARN)
		snprintf(last_message, sizeof last_message, "%s", message);
}

void user_hush(void)
{
	log_set_sink(keep_message, NULL);
	last_message[0] = '\0';
}

const char *user_last_message(void)
{
	return last_message;
}

static void take_n_planes(struct user *user)
{
	struct v4l2_format format = { .type = user->device.type };

	user->n_planes = 1;
	if (device_is_multiplanar(&user->device) && device_ioctl(&user->device, VIDIOC_G_FMT, &format) == 0)
		user->n_planes = format.fmt.pix_mp.num_planes;
}

int user_open(struct user *user, const char *keys, enum device_role role)
{
	char name[512];
	int err;

	*user = (struct user){ 0 };
	snprintf(name, sizeof name, "sim:%s", keys);
	err = device_open(&user->device, name, role);
	if (err == 0)
		take_n_planes(user);
	return err;
}

void user_close(struct user *user)
{
	user_unmap(user);
	device_close(&user->device);
}

int user_reqbufs(struct user *user, uint32_t n, uint32_t memory)
{
	struct v4l2_requestbuffers request = { .count = n, .type = user->device.type, .memory = memory };
	int err = device_ioctl(&user->device, VIDIOC_REQBUFS, &request);

	if (err < 0)
		return err;
	take_n_planes(user);
	user->n = request.count;
	user->memory = memory;
	return 0;
}

int user_create(struct user *user, uint32_t n, uint32_t memory)
{
	struct v4l2_create_buffers request = { .count = n,
					       .memory = memory,
					       .format.type = user->device.type };
	int err = device_ioctl(&user->device, VIDIOC_G_FMT, &request.format);

	if (err == 0)
		err = device_ioctl(&user->device, VIDIOC_CREATE_BUFS, &request);
	if (err == 0) {
		user->n = request.index + request.count;
		user->memory = memory;
	}
	return err;
}

/* A fresh v4l2_buffer, planes behind it where there are any. */
static struct v4l2_buffer *fresh(struct user *user, uint32_t index)
{
	user->b = (struct v4l2_buffer){ .index = index, .type = user->device.type, .memory = user->memory };
	if (device_is_multiplanar(&user->device)) {
		user->b.m.planes = user->planes;
		user->b.length = VIDEO_MAX_PLANES;
	}
	return &user->b;
}

int user_query(struct user *user, uint32_t index)
{
	return device_ioctl(&user->device, VIDIOC_QUERYBUF, fresh(user, index));
}

static int map_plane(struct user *user, uint32_t index, uint32_t plane)
{
	bool several = device_is_multiplanar(&user->device);
	int err = 0;
	void *start;

	user->lengths[index][plane] = several ? user->planes[plane].length : user->b.length;
	start = device_mmap(&user->device, user->lengths[index][plane],
			    several ? user->planes[plane].m.mem_offset : user->b.m.offset, &err);
	if (start == MAP_FAILED)
		return err;
	user->maps[index][plane] = start;
	return 0;
}

int user_map(struct user *user)
{
	int err = 0;

	for (uint32_t i = 0; i < user->n && err == 0; i++) {
		err = user_query(user, i);
		for (uint32_t p = 0; p < user->n_planes && err == 0; p++)
			err = map_plane(user, i, p);
	}
	return err;
}

void user_unmap(struct user *user)
{
	for (uint32_t i = 0; i < USER_BUFFERS; i++) {
		for (uint32_t p = 0; p < VIDEO_MAX_PLANES; p++) {
			if (user->maps[i][p])
				device_munmap(&user->device, user->maps[i][p], user->lengths[i][p]);
			user->maps[i][p] = NULL;
		}
	}
}

int user_queue(struct user *user, uint32_t index)
{
	return device_ioctl(&user->device, VIDIOC_QBUF, fresh(user, index));
}

int user_on(struct user *user)
{
	int type = (int)user->device.type;

	return device_ioctl(&user->device, VIDIOC_STREAMON, &type);
}

int user_off(struct user *user)
{
	int type = (int)user->device.type;

	return device_ioctl(&user->device, VIDIOC_STREAMOFF, &type);
}

void user_start(struct user *user, const char *keys, uint32_t n)
{
	assert_int_equal(user_open(user, keys, DEVICE_CAPTURE), 0);
	assert_int_equal(user_reqbufs(user, n, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user_map(user), 0);
	for (uint32_t i = 0; i < user->n; i++)
		assert_int_equal(user_queue(user, i), 0);
	assert_int_equal(user_on(user), 0);
}

short user_poll(struct user *user, int timeout_ms)
{
	int64_t end_ns = now_ns() + timeout_ms * NS_PER_MS, left_ns;
	struct pollfd entry = { .fd = user->device.fd,
				.events = POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLPRI };

	do {
		left_ns = end_ns - now_ns();
		entry.revents = 0;
		device_poll(&user->device, &entry, 1, left_ns > 0 ? left_ns : 0);
	} while (!entry.revents && left_ns > 0);
	return entry.revents;
}

int user_dequeue(struct user *user)
{
	int err = device_ioctl(&user->device, VIDIOC_DQBUF, fresh(user, 0));

	return err < 0 ? err : (int)user->b.index;
}

int user_next(struct user *user)
{
	short revents = user_poll(user, 5000);

	assert_int_not_equal(revents, 0);
	return user_dequeue(user);
}

int64_t user_frame(struct user *user)
{
	int index = user_next(user), err;
	struct v4l2_buffer got = user->b;
	struct v4l2_plane planes[VIDEO_MAX_PLANES];

	if (index < 0)
		return index;
	memcpy(planes, user->planes, sizeof planes);
	err = user_queue(user, (uint32_t)index);
	if (err < 0)
		return err;
	user->b = got;
	memcpy(user->planes, planes, sizeof planes);
	return got.sequence;
}

uint32_t user_bytesused(const struct user *user)
{
	return device_is_multiplanar(&user->device) ? user->planes[0].bytesused : user->b.bytesused;
}

uint32_t user_length(const struct user *user)
{
	return device_is_multiplanar(&user->device) ? user->planes[0].length : user->b.length;
}
