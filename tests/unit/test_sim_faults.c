/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated device keeps time, and misbehaves exactly as it is told. */
/* Runs under: asan valgrind */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/page.h"
#include "sim_client.h"

#define SMALL "size=320x240,fps=0,"
#define BYTES (320 * 240 * 2)

static int64_t timestamp_ns(const struct sim_client *client)
{
	return client->b.timestamp.tv_sec * NS_PER_S + client->b.timestamp.tv_usec * NS_PER_US;
}

static void test_pace(void **state)
{
	struct sim_client client;
	int64_t start = now_ns(), last = 0;

	(void)state;
	sim_client_start(&client, "size=320x240,fps=100", 4);
	for (int64_t i = 0; i < 20; i++) {
		int64_t sequence = sim_client_frame(&client), steps;

		assert_true(sequence >= i); /* a loaded machine may miss one */
		assert_int_equal(client.b.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK,
				 V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC);
		assert_true(timestamp_ns(&client) <= now_ns());
		steps = last ? (timestamp_ns(&client) - last + 5 * NS_PER_MS) / (10 * NS_PER_MS) : 1;
		assert_in_range(steps, 1, 100);
		last = timestamp_ns(&client);
	}
	assert_true(now_ns() - start >= 190 * NS_PER_MS);
	sim_client_close(&client);
}

static void test_starved_device_counts_on(void **state)
{
	struct timespec pause = { .tv_nsec = 100 * NS_PER_MS };
	struct sim_client client;
	int index;

	(void)state;
	sim_client_start(&client, "size=320x240,fps=100", 2);
	nanosleep(&pause, NULL);
	assert_int_equal(sim_client_dequeue(&client), 0);
	assert_int_equal(client.b.sequence, 0);
	assert_int_equal(sim_client_dequeue(&client), 1);
	assert_int_equal(client.b.sequence, 1);
	assert_int_equal(sim_client_dequeue(&client), -EAGAIN);
	assert_int_equal(sim_client_queue(&client, 1), 0);
	index = sim_client_next(&client);
	assert_int_equal(index, 1);
	assert_true(client.b.sequence >= 9);
	sim_client_close(&client);
}

static void test_latency(void **state)
{
	struct sim_client client;

	(void)state;
	sim_client_start(&client, "size=320x240,fps=100,latency=30,jitter=5", 8);
	for (int i = 0; i < 5; i++) {
		assert_true(sim_client_frame(&client) >= i);
		assert_true(now_ns() - timestamp_ns(&client) >= 30 * NS_PER_MS);
	}
	sim_client_close(&client);
}

/* Frame after frame: sequence, flags and bytes as they must be. */
struct expected {
	uint32_t sequence, flags, bytes;
};

static void expect_frames(const char *keys, const struct expected *expected, size_t n)
{
	const uint32_t flags = V4L2_BUF_FLAG_ERROR | V4L2_BUF_FLAG_LAST;
	struct sim_client client;

	sim_client_start(&client, keys, 2);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(sim_client_frame(&client), expected[i].sequence);
		assert_int_equal(client.b.flags & flags, expected[i].flags);
		assert_int_equal(sim_client_bytesused(&client), expected[i].bytes);
	}
	sim_client_close(&client);
}
#define EXPECT(keys, ...)                                                                                    \
	do {                                                                                                 \
		const struct expected list[] = { __VA_ARGS__ };                                              \
		expect_frames(keys, list, ARRAY_SIZE(list));                                                 \
	} while (0)

static void test_frame_faults(void **state)
{
	(void)state;
	EXPECT(SMALL "error=2", { 0, 0, BYTES }, { 1, V4L2_BUF_FLAG_ERROR, BYTES }, { 2, 0, BYTES },
	       { 3, V4L2_BUF_FLAG_ERROR, BYTES });
	EXPECT(SMALL "drop=3", { 0, 0, BYTES }, { 1, 0, BYTES }, { 3, 0, BYTES }, { 4, 0, BYTES },
	       { 6, 0, BYTES });
	EXPECT(SMALL "repeat=3", { 0, 0, BYTES }, { 1, 0, BYTES }, { 1, 0, BYTES }, { 2, 0, BYTES },
	       { 3, 0, BYTES });
	EXPECT(SMALL "empty=2", { 0, 0, BYTES }, { 1, V4L2_BUF_FLAG_ERROR, 0 }, { 2, 0, BYTES });
	EXPECT(SMALL "empty-ok=1+3", { 0, 0, 0 }, { 1, 0, BYTES }, { 2, 0, 0 }, { 3, 0, BYTES });
	EXPECT(SMALL "short=2:100", { 0, 0, BYTES }, { 1, 0, 100 }, { 2, 0, BYTES });
	EXPECT(SMALL "short=2", { 0, 0, BYTES }, { 1, 0, BYTES / 2 });
	EXPECT(SMALL "over=2", { 0, 0, BYTES }, { 1, 0, BYTES + 4096 }, { 2, 0, BYTES });
	EXPECT(SMALL "sequence=4294967295", { UINT32_MAX, 0, BYTES }, { 0, 0, BYTES }, { 1, 0, BYTES });
	EXPECT(SMALL "flush=3", { 0, 0, BYTES }, { 1, 0, BYTES }, { 0, V4L2_BUF_FLAG_ERROR, 0 });
	EXPECT(SMALL "planes=1,data-offset=64,short=1:100", { 0, 0, 164 }, { 1, 0, BYTES + 64 });
}

static void test_data_offset(void **state)
{
	struct sim_client client;

	(void)state;
	sim_client_start(&client, SMALL "planes=2,data-offset=64", 2);
	assert_int_equal(sim_client_next(&client), 0);
	assert_int_equal(client.planes[0].data_offset, 64);
	assert_int_equal(client.planes[0].bytesused, 320 * 240 + 64);
	assert_int_equal(client.planes[1].data_offset, 64);
	assert_int_equal(client.planes[1].bytesused, 320 * 120 + 64);
	assert_int_equal(sim_test_pattern_number((uint8_t *)client.maps[0][0] + 64, 320, 320, 240), 0);
	sim_client_close(&client);
}

static void test_last(void **state)
{
	struct sim_client client;

	(void)state;
	sim_client_start(&client, SMALL "last=3", 2);
	assert_int_equal(sim_client_frame(&client), 0);
	assert_int_equal(sim_client_frame(&client), 1);
	assert_int_equal(sim_client_frame(&client), 2);
	assert_true(client.b.flags & V4L2_BUF_FLAG_LAST);
	assert_int_equal(sim_client_next(&client), -EPIPE);
	assert_int_equal(sim_client_next(&client), -EPIPE);
	assert_int_equal(sim_client_off(&client), 0);
	assert_int_equal(sim_client_queue(&client, 0), 0);
	assert_int_equal(sim_client_on(&client), 0);
	assert_int_equal(sim_client_frame(&client), 0);
	sim_client_close(&client);
}

static void test_epipe(void **state)
{
	struct sim_client client;

	(void)state;
	sim_client_start(&client, SMALL "epipe=1", 2);
	assert_int_equal(sim_client_frame(&client), 0);
	assert_false(client.b.flags & V4L2_BUF_FLAG_LAST);
	assert_int_equal(sim_client_next(&client), -EPIPE);
	sim_client_close(&client);
}

/* Each call returns, whatever it has to make. */
static void test_drops_all(void **state)
{
	struct sim_client client;

	(void)state;
	sim_client_start(&client, SMALL "drop=1", 2);
	assert_int_equal(sim_client_poll(&client, 20), 0);
	assert_int_equal(sim_client_dequeue(&client), -EAGAIN);
	sim_client_close(&client);
}

static void test_eagain(void **state)
{
	struct sim_client client;

	(void)state;
	sim_client_start(&client, SMALL "eagain=2", 2);
	assert_int_equal(sim_client_frame(&client), 0);
	assert_int_equal(sim_client_next(&client), -EAGAIN);
	assert_int_equal(sim_client_frame(&client), 1);
	assert_int_equal(sim_client_frame(&client), 2);
	sim_client_close(&client);
}

static void test_bad_index(void **state)
{
	struct sim_client client;

	(void)state;
	sim_client_start(&client, SMALL "bad-index=2", 2);
	assert_int_equal(sim_client_next(&client), 0);
	assert_int_equal(sim_client_next(&client), 99);
	sim_client_close(&client);
}

static void test_eio(void **state)
{
	struct sim_client client;

	(void)state;
	sim_client_start(&client, SMALL "eio=2", 3);
	assert_int_equal(sim_client_frame(&client), 0);
	assert_int_equal(sim_client_next(&client), 1);
	assert_int_equal(sim_client_poll(&client, 1000), POLLERR);
	assert_int_equal(sim_client_dequeue(&client), -EIO);
	assert_int_equal(sim_client_queue(&client, 1), -EIO);
	assert_int_equal(sim_client_off(&client), 0);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(sim_client_queue(&client, i), 0);
	assert_int_equal(sim_client_on(&client), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(sim_client_frame(&client), i);
	sim_client_close(&client);
}

static void test_unplug(void **state)
{
	struct v4l2_capability info;
	struct sim_client client;
	int err;

	(void)state;
	sim_client_start(&client, SMALL "unplug=2", 2);
	assert_int_equal(sim_client_frame(&client), 0);
	assert_int_equal(sim_client_next(&client), 1);
	assert_int_equal(sim_client_poll(&client, 1000), 0x1a);
	assert_int_equal(sim_client_dequeue(&client), -ENODEV);
	assert_int_equal(sim_client_queue(&client, 1), -ENODEV);
	assert_int_equal(sim_client_off(&client), -ENODEV);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_QUERYCAP, &info), -ENODEV);
	assert_ptr_equal(device_mmap(&client.device, page_size(), 0, &err), (void *)-1);
	assert_int_equal(err, -ENODEV);
	sim_client_close(&client);
}

static void test_stall(void **state)
{
	struct sim_client client;

	(void)state;
	sim_client_start(&client, "size=320x240,fps=200,stall=2", 3);
	assert_true(sim_client_frame(&client) >= 0);
	assert_true(sim_client_frame(&client) >= 1);
	assert_int_equal(sim_client_poll(&client, 60), 0);
	sim_client_close(&client);
}

static void test_failing_calls(void **state)
{
	struct sim_client client;

	(void)state;
	assert_int_equal(sim_client_open(&client, SMALL "fail=probe@2:EINVAL+reqbufs@1:ENOMEM:2+querybuf@*:5",
					 DEVICE_CAPTURE),
			 0);
	assert_int_equal(sim_client_reqbufs(&client, 0, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_MMAP), -ENOMEM);
	assert_int_equal(sim_client_reqbufs(&client, 0, V4L2_MEMORY_MMAP), -EINVAL);
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_MMAP), -ENOMEM);
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_query(&client, 0), -EIO);
	assert_int_equal(sim_client_query(&client, 0), -EIO);
	sim_client_close(&client);
	assert_int_equal(
		sim_client_open(&client, SMALL "fail=mmap@2:ENOMEM,fail=streamon@1:ENOSPC", DEVICE_CAPTURE),
		0);
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_map(&client), -ENOMEM);
	assert_int_equal(sim_client_queue(&client, 0), 0);
	assert_int_equal(sim_client_on(&client), -ENOSPC);
	assert_int_equal(sim_client_queue(&client, 0), -EINVAL); /* still queued, as in the kernel */
	assert_int_equal(sim_client_on(&client), 0);
	assert_int_equal(sim_client_frame(&client), 0);
	sim_client_close(&client);
	assert_int_equal(sim_client_open(&client, "fail=open@1:EACCES", DEVICE_CAPTURE), -EACCES);
}

static void test_allocation_faults(void **state)
{
	static const uint32_t grants[] = { 0, 1, 3, 6, 40, 64 };
	struct sim_client client;
	char keys[64];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(grants); i++) {
		snprintf(keys, sizeof keys, "size=16x16,grant=%u", grants[i]);
		assert_int_equal(sim_client_open(&client, keys, DEVICE_CAPTURE), 0);
		assert_int_equal(sim_client_reqbufs(&client, 4, V4L2_MEMORY_MMAP), 0);
		assert_int_equal(client.n, grants[i]);
		sim_client_close(&client);
	}
	assert_int_equal(sim_client_open(&client, SMALL "querybuf-index", DEVICE_CAPTURE), 0);
	assert_int_equal(sim_client_reqbufs(&client, 4, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_query(&client, 1), 0);
	assert_int_not_equal(client.b.index, 1);
	sim_client_close(&client);
	assert_int_equal(sim_client_open(&client, SMALL "short-plane,planes=2", DEVICE_CAPTURE), 0);
	assert_int_equal(sim_client_reqbufs(&client, 4, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_query(&client, 1), 0);
	assert_true(sim_client_length(&client) < 320 * 240);
	sim_client_close(&client);
}

static void test_busy(void **state)
{
	struct v4l2_format format = { 0 };
	struct sim_client client;
	char byte;

	(void)state;
	assert_int_equal(sim_client_open(&client, SMALL "busy", DEVICE_CAPTURE), 0);
	assert_int_equal(sim_client_reqbufs(&client, 0, V4L2_MEMORY_MMAP), -EBUSY);
	assert_int_equal(sim_client_reqbufs(&client, 4, V4L2_MEMORY_MMAP), -EBUSY);
	assert_int_equal(sim_client_create(&client, 1, V4L2_MEMORY_MMAP), -EBUSY);
	assert_int_equal(sim_client_on(&client), -EBUSY);
	assert_int_equal(device_read(&client.device, &byte, 1), -EBUSY);
	format.type = client.device.type;
	assert_int_equal(device_ioctl(&client.device, VIDIOC_G_FMT, &format), 0);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_S_FMT, &format), -EBUSY);
	sim_client_close(&client);
}

static void test_wrong_keys(void **state)
{
	static const char *const wrong[] = {
		"colour=blue",    "size=0x0",    "size=33x33",       "format=NM12",  "format=ABCD",
		"fps=-1",         "planes=4",    "planes=0",         "grant=65",     "create=maybe",
		"caps=mmap+tea",  "error=0",     "empty=0",          "empty=1+",     "empty=x",
		"fail=qbuf",      "fail=qbuf@1", "fail=qbuf@1:EODD", "fail=x@1:EIO", "fail=qbuf@0:EIO",
		"data-offset=64", "dump=/x/y",   "adjust="
	};
	struct sim_client client;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++) {
		char key[32];

		sim_client_hush();
		assert_int_equal(sim_client_open(&client, wrong[i], DEVICE_CAPTURE), -EINVAL);
		snprintf(key, sizeof key, "%.*s", (int)strcspn(wrong[i], "="), wrong[i]);
		assert_non_null(strstr(sim_client_last_message(), key));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_starved_device_counts_on),
		cmocka_unit_test(test_latency),
		cmocka_unit_test(test_frame_faults),
		cmocka_unit_test(test_data_offset),
		cmocka_unit_test(test_last),
		cmocka_unit_test(test_epipe),
		cmocka_unit_test(test_eagain),
		cmocka_unit_test(test_drops_all),
		cmocka_unit_test(test_bad_index),
		cmocka_unit_test(test_eio),
		cmocka_unit_test(test_unplug),
		cmocka_unit_test(test_stall),
		cmocka_unit_test(test_failing_calls),
		cmocka_unit_test(test_allocation_faults),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_wrong_keys),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	sim_client_hush();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
