/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame rate that the first frames show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/array.h"
#include "session/measured_rate.h"

#define US INT64_C(1000)

static const struct {
	unsigned n;
	int64_t times_us[MEASURED_RATE_FRAMES];
	struct fraction claimed;
	bool multiples;
	const char *rate;
} rows[] = {
	/* the claim holds */
	{ 6, { 0, 33333, 66667, 100000, 133333, 166667 }, { 30, 1 }, false, "30/1" },
	{ 6, { 0, 33367, 66733, 100100, 133467, 166833 }, { 30000, 1001 }, false, "30000/1001" },
	{ 6, { 0, 41000, 62000, 99000, 135000, 165000 }, { 30, 1 }, false, "30/1" },   /* jitter */
	{ 6, { 0, 33333, 100000, 133333, 166667, 200000 }, { 30, 1 }, false, "30/1" }, /* a frame was lost */
	{ 6, { 0, 66667, 133333, 200000, 266667, 333333 }, { 30, 1 }, true, "30/1" },
	/* it does not */
	{ 6, { 0, 66667, 133333, 200000, 266667, 333333 }, { 30, 1 }, false, "15/1" },
	{ 6, { 0, 16667, 33333, 50000, 66667, 83333 }, { 30, 1 }, true, "60/1" },
	{ 6, { 0, 41667, 83333, 125000, 166667, 208333 }, { 30, 1 }, true, "24/1" },
	{ 6, { 0, 27000, 54000, 81000, 108000, 135000 }, { 30, 1 }, false, "37037/1000" },
	{ 6, { 0, 10, 20, 30, 40, 50 }, { 0, 0 }, false, "65535/1" },
	/* there is none */
	{ 6, { 0, 20000, 40000, 60000, 80000, 100000 }, { 0, 0 }, true, "50/1" },
	{ 2, { 0, 42000 }, { 0, 0 }, false, "25/1" },
	/* nothing to measure */
	{ 1, { 0 }, { 30, 1 }, false, "30/1" },
	{ 3, { 0, 0, 0 }, { 30, 1 }, false, "30/1" },
};

static void rates_are_those_of_the_frames(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[FRACTION_TEXT_MAX];
		int64_t times_ns[MEASURED_RATE_FRAMES];

		for (unsigned k = 0; k < rows[i].n; k++)
			times_ns[k] = rows[i].times_us[k] * US;
		assert_string_equal(
			fraction_text(measured_rate(times_ns, rows[i].n, rows[i].claimed, rows[i].multiples),
				      text),
			rows[i].rate);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(rates_are_those_of_the_frames) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("measured_rate", tests, NULL, NULL);
}
