/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a device is set up with where the user left it open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/array.h"
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buffers_are_for_150_ms_within_a_quarter_of_the_memory),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
