/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a device is set up with where the user left it open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"
#include "session/reconnect.h"
#include "session/setup.h"

static void buffers_are_for_150_ms_within_a_quarter_of_the_memory(void **state)
{
	static const struct {
		const char *device;
		uint64_t memory_limit; /* a frame has 64 x 32 x 2 = 4096 bytes */
		uint32_t buffers;
	} rows[] = {
		{ "sim:size=64x32,fps=30", 1 << 20, 5 },
		{ "sim:size=64x32,fps=29.97", 1 << 20, 5 },
		{ "sim:size=64x32,fps=60", 1 << 20, 9 },
		{ "sim:size=64x32,fps=60", 0, 9 },
		{ "sim:size=64x32,fps=10", 1 << 20, 4 },
		{ "sim:size=64x32,fps=1000", 1 << 20, 16 },
		{ "sim:size=64x32,fps=60", 4 * 7 * 4096, 7 },
		{ "sim:size=64x32,fps=60", 3 * 4096, 4 },
		{ "sim:size=64x32,fps=0", 1 << 20, 4 },
		{ "sim:size=64x32,fps=60,min-buffers=3", 1 << 20, 12 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct setup_options options = { .device = rows[i].device,
						 .memory_limit = rows[i].memory_limit };
		struct setup setup = { 0 };

		print_message("# %s\n", rows[i].device);
		assert_int_equal(setup_open(&setup, &options), STATUS_DONE);
		assert_int_equal(pool_info(setup.pool).requested.min, rows[i].buffers);
		setup_close(&setup);
	}
}

static char error[1000];

static void keep_error(void *opaque, enum log_level level, const char *message)
{
	(void)opaque;
	if (level == LOG_LEVEL_ERROR)
		snprintf(error, sizeof error, "%s", message);
}

static void memory_to_memory_nodes_are_neither_cameras_nor_displays(void **state)
{
	static const enum device_role roles[] = { DEVICE_CAPTURE, DEVICE_OUTPUT, DEVICE_ANY };
	struct device device;

	(void)state;
	log_set_sink(keep_error, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
		struct setup_options options = { .device = "sim:type=encoder", .role = roles[i] };
		struct setup setup = { 0 };

		*error = '\0';
		assert_int_equal(setup_open(&setup, &options), STATUS_DEVICE);
		assert_non_null(strstr(error, "memory-to-memory device, an encoder"));
		setup_close(&setup);
	}
	assert_int_equal(device_open(&device, "sim:type=converter,planes=2", DEVICE_NODE), 0);
	device_close(&device);
	log_set_sink(NULL, NULL);
}

/* The sensor has meanwhile been set to another mode. */
static void a_wish_holds_for_a_pipeline_whose_source_changes(void **state)
{
	const struct setup_options options = { .device = "sim:pipeline=fits,size=320x240,fps=15",
					       .want = "size,800x600",
					       .signal_fd = -1 };
	const struct video_source source = { .has_timings = false };
	struct setup setup = { 0 };

	(void)state;
	assert_int_equal(setup_open(&setup, &options), STATUS_DONE);
	for (unsigned i = 0; i < 2; i++) {
		struct v4l2_mbus_framefmt other = { .width = 640, .height = 480 };

		assert_int_equal(setup.format.width, 1280);
		assert_int_equal(setup.format.height, 720);
		assert_int_equal(setup.format.fps.num, 30);
		assert_int_equal(pad_set_format(setup.pipeline->route.links[0]->source,
						V4L2_SUBDEV_FORMAT_ACTIVE, &other),
				 0);
		assert_int_equal(reconnect_renegotiate(&setup, &options, &source, -1, 0), 0);
	}
	assert_int_equal(pool_start(setup.pool), 0);
	setup.under_way = true;
	setup_close(&setup);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buffers_are_for_150_ms_within_a_quarter_of_the_memory),
		cmocka_unit_test(memory_to_memory_nodes_are_neither_cameras_nor_displays),
		cmocka_unit_test(a_wish_holds_for_a_pipeline_whose_source_changes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
