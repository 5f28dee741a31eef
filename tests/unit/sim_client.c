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
#include "sim_client.h"

static char last_message[512];

static void keep_message(void *opaque, enum log_level level, const char *message)
{
	(void)opaque;
	if (level <= LOG_LEVEL_WARN)
		snprintf(last_message, sizeof last_message, "%s", message);
}

void sim_client_hush(void)
{
	log_set_sink(keep_message, NULL);
	last_message[0] = '\0';
}

const char *sim_client_last_message(void)
{
	return last_message;
}

static void take_n_planes(struct sim_client *client)
{
	struct v4l2_format format = { .type = client->device.type };

	client->n_planes = 1;
	if (device_is_multiplanar(&client->device) &&
	    device_ioctl(&client->device, VIDIOC_G_FMT, &format) == 0)
		client->n_planes = format.fmt.pix_mp.num_planes;
}

int sim_client_open(struct sim_client *client, const char *keys, enum device_role role)
{
	char name[512];
	int err;

	*client = (struct sim_client){ 0 };
	snprintf(name, sizeof name, "sim:%s", keys);
	err = device_open(&client->device, name, role);
	if (err == 0)
		take_n_planes(client);
	return err;
}

void sim_client_close(struct sim_client *client)
{
	sim_client_unmap(client);
	device_close(&client->device);
}

int sim_client_reqbufs(struct sim_client *client, uint32_t n, uint32_t memory)
{
	struct v4l2_requestbuffers request = { .count = n, .type = client->device.type, .memory = memory };
	int err = device_ioctl(&client->device, VIDIOC_REQBUFS, &request);

	if (err < 0)
		return err;
	take_n_planes(client);
	client->n = request.count;
	client->memory = memory;
	return 0;
}

int sim_client_create(struct sim_client *client, uint32_t n, uint32_t memory)
{
	struct v4l2_create_buffers request = { .count = n,
					       .memory = memory,
					       .format.type = client->device.type };
	int err = device_ioctl(&client->device, VIDIOC_G_FMT, &request.format);

	if (err == 0)
		err = device_ioctl(&client->device, VIDIOC_CREATE_BUFS, &request);
	if (err == 0) {
		client->n = request.index + request.count;
		client->memory = memory;
	}
	return err;
}

/* A fresh v4l2_buffer, planes behind it where there are any. */
static struct v4l2_buffer *fresh(struct sim_client *client, uint32_t index)
{
	client->b =
		(struct v4l2_buffer){ .index = index, .type = client->device.type, .memory = client->memory };
	if (device_is_multiplanar(&client->device)) {
		client->b.m.planes = client->planes;
		client->b.length = VIDEO_MAX_PLANES;
	}
	return &client->b;
}

int sim_client_query(struct sim_client *client, uint32_t index)
{
	return device_ioctl(&client->device, VIDIOC_QUERYBUF, fresh(client, index));
}

static int map_plane(struct sim_client *client, uint32_t index, uint32_t plane)
{
	bool several = device_is_multiplanar(&client->device);
	int err = 0;
	void *start;

	client->lengths[index][plane] = several ? client->planes[plane].length : client->b.length;
	start = device_mmap(&client->device, client->lengths[index][plane],
			    several ? client->planes[plane].m.mem_offset : client->b.m.offset, &err);
	if (start == MAP_FAILED)
		return err;
	client->maps[index][plane] = start;
	return 0;
}

int sim_client_map(struct sim_client *client)
{
	int err = 0;

	for (uint32_t i = 0; i < client->n && err == 0; i++) {
		err = sim_client_query(client, i);
		for (uint32_t p = 0; p < client->n_planes && err == 0; p++)
			err = map_plane(client, i, p);
	}
	return err;
}

void sim_client_unmap(struct sim_client *client)
{
	for (uint32_t i = 0; i < SIM_CLIENT_BUFFERS; i++) {
		for (uint32_t p = 0; p < VIDEO_MAX_PLANES; p++) {
			if (client->maps[i][p])
				device_munmap(&client->device, client->maps[i][p], client->lengths[i][p]);
			client->maps[i][p] = NULL;
		}
	}
}

int sim_client_queue(struct sim_client *client, uint32_t index)
{
	return device_ioctl(&client->device, VIDIOC_QBUF, fresh(client, index));
}

int sim_client_on(struct sim_client *client)
{
	int type = (int)client->device.type;

	return device_ioctl(&client->device, VIDIOC_STREAMON, &type);
}

int sim_client_off(struct sim_client *client)
{
	int type = (int)client->device.type;

	return device_ioctl(&client->device, VIDIOC_STREAMOFF, &type);
}

void sim_client_start(struct sim_client *client, const char *keys, uint32_t n)
{
	assert_int_equal(sim_client_open(client, keys, DEVICE_CAPTURE), 0);
	assert_int_equal(sim_client_reqbufs(client, n, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_map(client), 0);
	for (uint32_t i = 0; i < client->n; i++)
		assert_int_equal(sim_client_queue(client, i), 0);
	assert_int_equal(sim_client_on(client), 0);
}

short sim_client_poll(struct sim_client *client, int timeout_ms)
{
	int64_t end_ns = now_ns() + timeout_ms * NS_PER_MS, left_ns;
	struct pollfd entry = { .fd = client->device.fd,
				.events = POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLPRI };

	do {
		left_ns = end_ns - now_ns();
		entry.revents = 0;
		device_poll(&(struct device *){ &client->device }, 1, &entry, 1, left_ns > 0 ? left_ns : 0);
	} while (!entry.revents && left_ns > 0);
	return entry.revents;
}

int sim_client_dequeue(struct sim_client *client)
{
	int err = device_ioctl(&client->device, VIDIOC_DQBUF, fresh(client, 0));

	return err < 0 ? err : (int)client->b.index;
}

int sim_client_next(struct sim_client *client)
{
	short revents = sim_client_poll(client, 5000);

	assert_int_not_equal(revents, 0);
	return sim_client_dequeue(client);
}

int64_t sim_client_frame(struct sim_client *client)
{
	int index = sim_client_next(client), err;
	struct v4l2_buffer got = client->b;
	struct v4l2_plane planes[VIDEO_MAX_PLANES];

	if (index < 0)
		return index;
	memcpy(planes, client->planes, sizeof planes);
	err = sim_client_queue(client, (uint32_t)index);
	if (err < 0)
		return err;
	client->b = got;
	memcpy(client->planes, planes, sizeof planes);
	return got.sequence;
}

uint32_t sim_client_bytesused(const struct sim_client *client)
{
	return device_is_multiplanar(&client->device) ? client->planes[0].bytesused : client->b.bytesused;
}

uint32_t sim_client_length(const struct sim_client *client)
{
	return device_is_multiplanar(&client->device) ? client->planes[0].length : client->b.length;
}
