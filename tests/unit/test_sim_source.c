/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated device's video source and clock: signals, timings, exposure, drift, darkness. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include "base/array.h"
#include "base/clock.h"
#include "sim_client.h"

static void signals_are_told_and_bring_frames_or_not(void **state)
{
	static const struct {
		const char *keys;
		int err;
		uint32_t status;
		bool frames;
	} rows[] = {
		{ "signal=none", -ENOLINK, V4L2_IN_ST_NO_SIGNAL, false },
		{ "signal=no-lock", -ENOLCK, V4L2_IN_ST_NO_SYNC, false },
		{ "signal=range", -ERANGE, 0, false },
		{ "source=128x96", 0, 0, false },
		{ "source=64x48", 0, 0, true },
		{ "fps=0", -ENOTTY, 0, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct v4l2_dv_timings timings;
		struct v4l2_input input = { 0 };
		struct sim_client client;
		char keys[80];

		print_message("# %s\n", rows[i].keys);
		snprintf(keys, sizeof keys, "size=64x48,fps=0,%s", rows[i].keys);
		sim_client_start(&client, keys, 2);
		assert_int_equal(device_ioctl(&client.device, VIDIOC_QUERY_DV_TIMINGS, &timings),
				 rows[i].err);
		assert_int_equal(device_ioctl(&client.device, VIDIOC_ENUMINPUT, &input), 0);
		assert_int_equal(input.status, rows[i].status);
		assert_int_equal(sim_client_dequeue(&client), rows[i].frames ? 0 : -EAGAIN);
		sim_client_close(&client);
	}
}

static void the_timings_of_the_source_bring_frames(void **state)
{
	struct v4l2_dv_timings timings;
	struct sim_client client;

	(void)state;
	assert_int_equal(sim_client_open(&client, "size=64x48,fps=0,source=128x96", DEVICE_CAPTURE), 0);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_QUERY_DV_TIMINGS, &timings), 0);
	assert_int_equal(timings.bt.width, 128);
	assert_int_equal(device_ioctl(&client.device, VIDIOC_S_DV_TIMINGS, &timings), 0);
	assert_int_equal(sim_client_reqbufs(&client, 2, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_map(&client), 0);
	assert_int_equal(sim_client_query(&client, 0), 0);
	assert_int_equal(sim_client_queue(&client, 0), 0);
	assert_int_equal(sim_client_on(&client), 0);
	assert_int_equal(sim_client_dequeue(&client), 0);
	sim_client_close(&client);
}

/* In ns. */
static int64_t interval(const char *keys, int dynamic_framerate)
{
	struct v4l2_control control = { .id = V4L2_CID_EXPOSURE_AUTO_PRIORITY, .value = dynamic_framerate };
	struct sim_client client;
	int64_t first;

	assert_int_equal(sim_client_open(&client, keys, DEVICE_CAPTURE), 0);
	if (dynamic_framerate >= 0)
		assert_int_equal(device_ioctl(&client.device, VIDIOC_S_CTRL, &control), 0);
	assert_int_equal(sim_client_reqbufs(&client, 8, V4L2_MEMORY_MMAP), 0);
	assert_int_equal(sim_client_map(&client), 0);
	for (uint32_t i = 0; i < 8; i++) {
		assert_int_equal(sim_client_query(&client, i), 0);
		assert_int_equal(sim_client_queue(&client, i), 0);
	}
	assert_int_equal(sim_client_on(&client), 0);
	assert_true(sim_client_next(&client) >= 0);
	first = client.b.timestamp.tv_sec * NS_PER_S + client.b.timestamp.tv_usec * NS_PER_US;
	assert_true(sim_client_next(&client) >= 0);
	assert_int_equal(client.b.sequence, 1); /* a slow camera counts the frames that it makes */
	first = client.b.timestamp.tv_sec * NS_PER_S + client.b.timestamp.tv_usec * NS_PER_US - first;
	sim_client_close(&client);
	return (first + 500) / 1000 * 1000;
}

static void clocks_run_as_they_are_told(void **state)
{
	(void)state;
	assert_int_equal(interval("size=64x48,fps=50", -1), 20 * NS_PER_MS);
	assert_int_equal(interval("size=64x48,fps=50,exposure=20", -1), 20 * NS_PER_MS);
	assert_int_equal(interval("size=64x48,fps=50,exposure=25", 1), 40 * NS_PER_MS);
	assert_int_equal(interval("size=64x48,fps=50,exposure=25", 0), 20 * NS_PER_MS);
	assert_int_equal(interval("size=64x48,fps=50,drift=10000", -1), 19800 * NS_PER_US);
	assert_int_equal(interval("size=64x48,fps=50,drift=-10000", -1), 20200 * NS_PER_US);
}

static void black_is_black(void **state)
{
	struct sim_client client;
	const uint8_t *yuyv;

	(void)state;
	sim_client_start(&client, "size=64x48,fps=0,draw=black", 2);
	assert_int_equal(sim_client_dequeue(&client), 0);
	yuyv = client.maps[0][0];
	for (unsigned i = 0; i < 64 * 48 * 2; i += 2) {
		assert_int_equal(yuyv[i], 16);
		assert_int_equal(yuyv[i + 1], 128);
	}
	sim_client_close(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_are_told_and_bring_frames_or_not),
		cmocka_unit_test(the_timings_of_the_source_bring_frames),
		cmocka_unit_test(clocks_run_as_they_are_told),
		cmocka_unit_test(black_is_black),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
