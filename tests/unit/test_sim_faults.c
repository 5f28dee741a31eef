/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated device keeps time, and misbehaves exactly as it is told. */
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
#include "sim_user.h"

#define SMALL "size=320x240,fps=0,"
#define BYTES (320 * 240 * 2)

static int64_t timestamp_ns(const struct user *user)
{
	return user->b.timestamp.tv_sec * NS_PER_S + user->b.timestamp.tv_usec * NS_PER_US;
}

static void test_pace(void **state)
{
	struct user user;
	int64_t start = now_ns(), last = 0;

	(void)state;
	user_start(&user, "size=320x240,fps=100", 4);
	for (int64_t i = 0; i < 20; i++) {
		int64_t sequence = user_frame(&user), steps;

		assert_true(sequence >= i); /* a loaded machine may miss one */
		assert_int_equal(user.b.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK,
				 V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC);
		assert_true(timestamp_ns(&user) <= now_ns());
		steps = last ? (timestamp_ns(&user) - last + 5 * NS_PER_MS) / (10 * NS_PER_MS) : 1;
		assert_in_range(steps, 1, 100);
		last = timestamp_ns(&user);
	}
	assert_true(now_ns() - start >= 190 * NS_PER_MS);
	user_close(&user);
}

static void test_starved_device_counts_on(void **state)
{
	struct timespec pause = { .tv_nsec = 100 * NS_PER_MS };
	struct user user;
	int index;

	(void)state;
	user_start(&user, "size=320x240,fps=100", 2);
	nanosleep(&pause, NULL);
	assert_int_equal(user_dequeue(&user), 0);
	assert_int_equal(user.b.sequence, 0);
	assert_int_equal(user_dequeue(&user), 1);
	assert_int_equal(user.b.sequence, 1);
	assert_int_equal(user_dequeue(&user), -EAGAIN);
	assert_int_equal(user_queue(&user, 1), 0);
	index = user_next(&user);
	assert_int_equal(index, 1);
	assert_true(user.b.sequence >= 9);
	user_close(&user);
}

static void test_latency(void **state)
{
	struct user user;

	(void)state;
	user_start(&user, "size=320x240,fps=100,latency=30,jitter=5", 8);
	for (int i = 0; i < 5; i++) {
		assert_true(user_frame(&user) >= i);
		assert_true(now_ns() - timestamp_ns(&user) >= 30 * NS_PER_MS);
	}
	user_close(&user);
}

/* Frame after frame: sequence, flags and bytes as they must be. */
struct expected {
	uint32_t sequence, flags, bytes;
};

static void expect_frames(const char *keys, const struct expected *expected, size_t n)
{
	const uint32_t flags = V4L2_BUF_FLAG_ERROR | V4L2_BUF_FLAG_LAST;
	struct user user;

	user_start(&user, keys, 2);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(user_frame(&user), expected[i].sequence);
		assert_int_equal(user.b.flags & flags, expected[i].flags);
		assert_int_equal(user_bytesused(&user), expected[i].bytes);
	}
	user_close(&user);
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
	struct user user;

	(void)state;
	user_start(&user, SMALL "planes=2,data-offset=64", 2);
	assert_int_equal(user_next(&user), 0);
	assert_int_equal(user.planes[0].data_offset, 64);
	assert_int_equal(user.planes[0].bytesused, 320 * 240 + 64);
	assert_int_equal(user.planes[1].data_offset, 64);
	assert_int_equal(user.planes[1].bytesused, 320 * 120 + 64);
	assert_int_equal(sim_test_pattern_number((uint8_t *)user.maps[0][0] + 64, 320, 320, 240), 0);
	user_close(&user);
}

static void test_last(void **state)
{
	struct user user;

	(void)state;
	user_start(&user, SMALL "last=3", 2);
	assert_int_equal(user_frame(&user), 0);
	assert_int_equal(user_frame(&user), 1);
	assert_int_equal(user_frame(&user), 2);
	assert_true(user.b.flags & V4L2_BUF_FLAG_LAST);
	assert_int_equal(user_next(&user), -EPIPE);
	assert_int_equal(user_next(&user), -EPIPE);
	assert_int_equal(user_off(&user), 0);
	assert_int_equal(user_queue(&user, 0), 0);
	assert_int_equal(user_on(&user), 0);
	assert_int_equal(user_frame(&user), 0);
	user_close(&user);
}

static void test_epipe(void **state)
{
	struct user user;

	(void)state;
	user_start(&user, SMALL "epipe=1", 2);
	assert_int_equal(user_frame(&user), 0);
	assert_false(user.b.flags & V4L2_BUF_FLAG_LAST);
	assert_int_equal(user_next(&user), -EPIPE);
	user_close(&user);
}

static void test_eagain(void **state)
{
	struct user user;

	(void)state;
	user_start(&user, SMALL "eagain=2", 2);
	assert_int_equal(user_frame(&user), 0);
	assert_int_equal(user_next(&user), -EAGAIN);
	assert_int_equal(user_frame(&user), 1);
	assert_int_equal(user_frame(&user), 2);
	user_close(&user);
}

static void test_bad_index(void **state)
{
	struct user user;

	(void)state;
	user_start(&user, SMALL "bad-index=2", 2);
	assert_int_equal(user_next(&user), 0);
	assert_int_equal(user_next(&user), 99);
	user_close(&user);
}

static void test_eio(void **state)
{
	struct user user;

	(void)state;
	user_start(&user, SMALL "eio=2", 3);
	assert_int_equal(user_frame(&user), 0);
	assert_int_equal(user_next(&user), 1);
	assert_int_equal(user_poll(&user, 1000), POLLERR);
	assert_int_equal(user_dequeue(&user), -EIO);
	assert_int_equal(user_queue(&user, 1), -EIO);
	assert_int_equal(user_off(&user), 0);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(user_queue(&user, i), 0);
	assert_int_equal(user_on(&user), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(user_frame(&user), i);
	user_close(&user);
}

static void test_unplug(void **state)
{
	struct v4l2_capability info;
	struct user user;
	int err;

	(void)state;
	user_start(&user, SMALL "unplug=2", 2);
	assert_int_equal(user_frame(&user), 0);
	assert_int_equal(user_next(&user), 1);
	assert_int_equal(user_poll(&user, 1000), 0x1a);
	assert_int_equal(user_dequeue(&user), -ENODEV);
	assert_int_equal(user_queue(&user, 1), -ENODEV);
	assert_int_equal(user_off(&user), -ENODEV);
	assert_int_equal(device_ioctl(&user.device, VIDIOC_QUERYCAP, &info), -ENODEV);
	assert_ptr_equal(device_mmap(&user.device, 4096, 0, &err), (void *)-1);
	assert_int_equal(err, -ENODEV);
	user_close(&user);
}

static void test_stall(void **state)
{
	struct user user;

	(void)state;
	user_start(&user, "size=320x240,fps=200,stall=2", 3);
	assert_true(user_frame(&user) >= 0);
	assert_true(user_frame(&user) >= 1);
	assert_int_equal(user_poll(&user, 60), 0);
	user_close(&user);
}

static void test_failing_calls(void **state)
{
	struct user user;

	(void)state;
	assert_int_equal(
		user_open(&user, SMALL "fail=probe@2:EINVAL+reqbufs@1:ENOMEM:2+querybuf@*:5", DEVICE_CAPTURE),
		0);
	assert_int_equal(user_reqbufs(&user, 0, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user_reqbufs(&user, 2, V4L2_MEMORY_MMAP), -ENOMEM);
	assert_int_equal(user_reqbufs(&user, 0, V4L2_MEMORY_MMAP), -EINVAL);
	assert_int_equal(user_reqbufs(&user, 2, V4L2_MEMORY_MMAP), -ENOMEM);
	assert_int_equal(user_reqbufs(&user, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user_query(&user, 0), -EIO);
	assert_int_equal(user_query(&user, 0), -EIO);
	user_close(&user);
	assert_int_equal(user_open(&user, SMALL "fail=mmap@2:ENOMEM,fail=streamon@1:ENOSPC", DEVICE_CAPTURE),
			 0);
	assert_int_equal(user_reqbufs(&user, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user_map(&user), -ENOMEM);
	assert_int_equal(user_queue(&user, 0), 0);
	assert_int_equal(user_on(&user), -ENOSPC);
	assert_int_equal(user_queue(&user, 0), -EINVAL); /* still queued, as in the kernel */
	assert_int_equal(user_on(&user), 0);
	assert_int_equal(user_frame(&user), 0);
	user_close(&user);
	assert_int_equal(user_open(&user, "fail=open@1:EACCES", DEVICE_CAPTURE), -EACCES);
}

static void test_allocation_faults(void **state)
{
	static const uint32_t grants[] = { 0, 1, 3, 6, 40, 64 };
	struct user user;
	char keys[64];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(grants); i++) {
		snprintf(keys, sizeof keys, "size=16x16,grant=%u", grants[i]);
		assert_int_equal(user_open(&user, keys, DEVICE_CAPTURE), 0);
		assert_int_equal(user_reqbufs(&user, 4, V4L2_MEMORY_MMAP), 0);
		assert_int_equal(user.n, grants[i]);
		user_close(&user);
	}
	assert_int_equal(user_open(&user, SMALL "querybuf-index", DEVICE_CAPTURE), 0);
	assert_int_equal(user_reqbufs(&user, 4, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user_query(&user, 1), 0);
	assert_int_not_equal(user.b.index, 1);
	user_close(&user);
	assert_int_equal(user_open(&user, SMALL "short-plane,planes=2", DEVICE_CAPTURE), 0);
	assert_int_equal(user_reqbufs(&user, 4, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(user_query(&user, 1), 0);
	assert_true(user_length(&user) < 320 * 240);
	user_close(&user);
}

static void test_busy(void **state)
{
	struct v4l2_format format = { 0 };
	struct user user;
	char byte;

	(void)state;
	assert_int_equal(user_open(&user, SMALL "busy", DEVICE_CAPTURE), 0);
	assert_int_equal(user_reqbufs(&user, 0, V4L2_MEMORY_MMAP), -EBUSY);
	assert_int_equal(user_reqbufs(&user, 4, V4L2_MEMORY_MMAP), -EBUSY);
	assert_int_equal(user_create(&user, 1, V4L2_MEMORY_MMAP), -EBUSY);
	assert_int_equal(user_on(&user), -EBUSY);
	assert_int_equal(device_read(&user.device, &byte, 1), -EBUSY);
	format.type = user.device.type;
	assert_int_equal(device_ioctl(&user.device, VIDIOC_G_FMT, &format), 0);
	assert_int_equal(device_ioctl(&user.device, VIDIOC_S_FMT, &format), -EBUSY);
	user_close(&user);
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
	struct user user;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++) {
		char key[32];

		user_hush();
		assert_int_equal(user_open(&user, wrong[i], DEVICE_CAPTURE), -EINVAL);
		snprintf(key, sizeof key, "%.*s", (int)strcspn(wrong[i], "="), wrong[i]);
		assert_non_null(strstr(user_last_message(), key));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pace),          cmocka_unit_test(test_starved_device_counts_on),
		cmocka_unit_test(test_latency),       cmocka_unit_test(test_frame_faults),
		cmocka_unit_test(test_data_offset),   cmocka_unit_test(test_last),
		cmocka_unit_test(test_epipe),         cmocka_unit_test(test_eagain),
		cmocka_unit_test(test_bad_index),     cmocka_unit_test(test_eio),
		cmocka_unit_test(test_unplug),        cmocka_unit_test(test_stall),
		cmocka_unit_test(test_failing_calls), cmocka_unit_test(test_allocation_faults),
		cmocka_unit_test(test_busy),          cmocka_unit_test(test_wrong_keys),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	user_hush();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
