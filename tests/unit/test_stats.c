/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Distributions of times. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/array.h"
#include "base/stats.h"

#define N_SAMPLES 20000

static struct stats stats; /* 29 KiB */

static int empty_stats(void **state)
{
	(void)state;
	memset(&stats, 0, sizeof stats);
	return 0;
}

static void nothing_is_zero(void **state)
{
	(void)state;
	assert_int_equal(stats_quantile(&stats, 0), 0);
	assert_int_equal(stats_quantile(&stats, 0.5), 0);
	assert_int_equal(stats_quantile(&stats, 1), 0);
	assert_true(stats_mean(&stats) == 0);
}

static void one_sample_is_every_quantile(void **state)
{
	static const int64_t samples[] = {
		0, 1, 127, 128, 129, 255, 256, 33333333, INT64_MAX - 1, INT64_MAX
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		memset(&stats, 0, sizeof stats);
		stats_add(&stats, samples[i]);
		for (double q = 0; q <= 1; q += 0.125)
			assert_int_equal(stats_quantile(&stats, q), samples[i]);
		assert_int_equal(stats.min, samples[i]);
		assert_int_equal(stats.max, samples[i]);
		assert_true(stats_mean(&stats) == (double)samples[i]);
	}
}

static void negative_samples_count_as_zero(void **state)
{
	(void)state;
	stats_add(&stats, 10);
	stats_add(&stats, -5);
	stats_add(&stats, INT64_MIN);
	assert_int_equal(stats.count, 3);
	assert_int_equal(stats.min, 0);
	assert_int_equal(stats.max, 10);
	assert_int_equal(stats_quantile(&stats, 0.5), 0);
}

static void small_values_are_exact(void **state)
{
	(void)state;
	for (int64_t i = 1; i <= 100; i++)
		stats_add(&stats, i);
	for (int i = 1; i <= 100; i++)
		assert_int_equal(stats_quantile(&stats, i / 100.0), i);
	assert_true(fabs(stats_mean(&stats) - 50.5) < 1e-9);
}

static void odd_quantiles_do_no_harm(void **state)
{
	(void)state;
	stats_add(&stats, 1000);
	stats_add(&stats, 2000);
	assert_int_equal(stats_quantile(&stats, -1), 1000);
	assert_int_equal(stats_quantile(&stats, NAN), 1000);
	assert_int_equal(stats_quantile(&stats, 2), 2000);
	assert_int_equal(stats_quantile(&stats, INFINITY), 2000);
}

static int compare_samples(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Of every magnitude that 63 bits hold, against the sorted samples themselves. */
static void quantiles_are_within_a_hundredth(void **state)
{
	static const double qs[] = { 0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999, 1 };
	int64_t *samples = calloc(N_SAMPLES, sizeof *samples);
	uint64_t seed = 88172645463325252;

	(void)state;
	assert_non_null(samples);
	for (size_t i = 0; i < N_SAMPLES; i++) {
		samples[i] = (int64_t)(next_random(&seed) >> 1 >> (next_random(&seed) % 63));
		stats_add(&stats, samples[i]);
	}
	qsort(samples, N_SAMPLES, sizeof *samples, compare_samples);
	for (size_t i = 0; i < ARRAY_SIZE(qs); i++) {
		size_t rank = (size_t)ceil(qs[i] * N_SAMPLES - 1e-6);
		double expected = (double)samples[rank ? rank - 1 : 0];
		double got = (double)stats_quantile(&stats, qs[i]);

		if (fabs(got - expected) > expected * 0.01)
			fail_msg("q %g: %g, not %g", qs[i], got, expected);
	}
	assert_int_equal(stats_quantile(&stats, 0), samples[0]);
	assert_int_equal(stats_quantile(&stats, 1), samples[N_SAMPLES - 1]);
	free(samples);
}

static void outliers_do_not_move_the_median(void **state)
{
	(void)state;
	for (int i = 0; i < 999; i++)
		stats_add(&stats, 16666667);
	stats_add(&stats, 5000000000);
	assert_in_range(stats_quantile(&stats, 0.5), 16500000, 16833333);
	assert_in_range(stats_quantile(&stats, 0.999), 16500000, 16833333);
	assert_int_equal(stats_quantile(&stats, 1), 5000000000);
}

static void merging_is_adding_all(void **state)
{
	static struct stats parts[2], empty;

	(void)state;
	memset(parts, 0, sizeof parts);
	for (int i = 1; i <= 200; i++) {
		stats_add(&stats, i * INT64_C(1000));
		stats_add(&parts[i % 2], i * INT64_C(1000));
	}
	stats_merge(&parts[0], &empty);
	assert_int_equal(parts[0].min, 2000);
	stats_merge(&parts[0], &parts[1]);
	assert_memory_equal(&parts[0], &stats, sizeof stats);
}

static void walk_meets_every_sample_once(void **state)
{
	static const int64_t samples[] = { 3, 3, 100, 5000, 5000000000 };
	uint64_t n_met = 0;
	unsigned bucket = 0;
	int64_t sample, before = -1;
	uint32_t n;

	(void)state;
	assert_false(stats_walk(&stats, &bucket, &sample, &n));
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++)
		stats_add(&stats, samples[i]);
	for (bucket = 0; stats_walk(&stats, &bucket, &sample, &n); n_met += n) {
		assert_true(sample > before);
		before = sample;
		if (n_met == 0) {
			assert_int_equal(sample, 3);
			assert_int_equal(n, 2);
		}
	}
	assert_int_equal(n_met, 5);
	assert_in_range(before, 4950000000, 5000000000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_is_zero, empty_stats),
		cmocka_unit_test_setup(one_sample_is_every_quantile, empty_stats),
		cmocka_unit_test_setup(negative_samples_count_as_zero, empty_stats),
		cmocka_unit_test_setup(small_values_are_exact, empty_stats),
		cmocka_unit_test_setup(odd_quantiles_do_no_harm, empty_stats),
		cmocka_unit_test_setup(quantiles_are_within_a_hundredth, empty_stats),
		cmocka_unit_test_setup(outliers_do_not_move_the_median, empty_stats),
		cmocka_unit_test_setup(merging_is_adding_all, empty_stats),
		cmocka_unit_test_setup(walk_meets_every_sample_once, empty_stats),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
