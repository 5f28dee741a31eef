/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The slow consumer: what is read from the command line, and how slow it then is. */
/* Runs under: asan tsan */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/clock.h"
#include "bench/slow_consumer.h"

#define N_ELEMENTS(array) (sizeof(array) / sizeof(*(array)))

static void delays_are_read(void **state)
{
	static const struct {
		const char *text;
		int err;
		int64_t delay_ms, spread_ms;
	} rows[] = {
		{ "5ms", 0, 5, 0 },
		{ "5ms±20ms", 0, 5, 20 },
		{ "5ms+-20ms", 0, 5, 20 },
		{ "1.5s", 0, 1500, 0 },
		{ "5", -EINVAL, 0, 0 },
		{ "5ms±20", -EINVAL, 0, 0 },
		{ "0", 0, 0, 0 },
		{ "", -EINVAL, 0, 0 },
		{ "5ms±", -EINVAL, 0, 0 },
		{ "±5ms", -EINVAL, 0, 0 },
		{ "5ms20ms", -EINVAL, 0, 0 },
		{ "-5ms", -EINVAL, 0, 0 },
		{ "5ms±20ms±1ms", -EINVAL, 0, 0 },
		{ "00000000000000000000000000000000000000005ms±1ms", -EINVAL, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct slow_consumer consumer = { 0 };

		print_message("# \"%s\"\n", rows[i].text);
		assert_int_equal(slow_consumer_parse_delay(rows[i].text, &consumer), rows[i].err);
		assert_int_equal(consumer.delay_ns, rows[i].delay_ms * NS_PER_MS);
		assert_int_equal(consumer.spread_ns, rows[i].spread_ms * NS_PER_MS);
	}
}

static void stalls_are_read(void **state)
{
	static const char *const bad[] = {
		"", "200ms", "200ms/", "/10s", "0/10s", "10s/200ms", "1s/1s", "x/y"
	};
	struct slow_consumer consumer = { 0 };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(bad); i++)
		assert_int_equal(slow_consumer_parse_stall(bad[i], &consumer), -EINVAL);
	assert_false(slow_consumer_is_enabled(&consumer));
	assert_int_equal(slow_consumer_parse_stall("200ms/10s", &consumer), 0);
	assert_int_equal(consumer.stall_ns, 200 * NS_PER_MS);
	assert_int_equal(consumer.stall_every_ns, 10 * NS_PER_S);
	assert_true(slow_consumer_is_enabled(&consumer));
}

/* A quarter of the time in each quarter of the range, and the same again in the next run. */
static void delays_are_even(void **state)
{
	struct slow_consumer a = { .delay_ns = 1000, .spread_ns = 400 }, b = a;
	unsigned quarters[4] = { 0 };

	(void)state;
	for (int i = 0; i < 4000; i++) {
		int64_t keeps_ns = slow_consumer_hold_ns(&a, 1);

		assert_in_range(keeps_ns, 600, 1400);
		assert_int_equal(keeps_ns, slow_consumer_hold_ns(&b, 1));
		quarters[keeps_ns < 1400 ? (keeps_ns - 600) / 200 : 3]++;
	}
	for (int i = 0; i < 4; i++)
		assert_in_range(quarters[i], 900, 1100);
}

static void delay_is_never_negative(void **state)
{
	struct slow_consumer consumer = { .delay_ns = 5, .spread_ns = 1000 };
	unsigned n_zero = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t keeps_ns = slow_consumer_hold_ns(&consumer, 1);

		assert_true(keeps_ns >= 0);
		n_zero += keeps_ns == 0;
	}
	assert_in_range(n_zero, 400, 600);
}

static void stall_comes_in_its_time(void **state)
{
	struct slow_consumer consumer = { .delay_ns = 3, .stall_ns = 50, .stall_every_ns = 1000 };
	unsigned n_stalls = 0;

	(void)state;
	for (int64_t now = 1; now < 10000; now += 10) {
		int64_t keeps_ns = slow_consumer_hold_ns(&consumer, now);

		assert_true(keeps_ns == 3 || keeps_ns == 53);
		n_stalls += keeps_ns == 53;
		if (now < 1000)
			assert_int_equal(keeps_ns, 3);
	}
	assert_int_equal(n_stalls, 9);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(delays_are_read),         cmocka_unit_test(stalls_are_read),
		cmocka_unit_test(delays_are_even),         cmocka_unit_test(delay_is_never_negative),
		cmocka_unit_test(stall_comes_in_its_time),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("consumer", tests, NULL, NULL);
}
