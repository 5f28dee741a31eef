/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clamping the configuration: the table, row by row. */
/* Runs under: asan valgrind */
#include "table_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "queue/config.h"
#include "queue/io.h"

enum outcome { SAME, CHANGED, NEVER, INVALID }; /* NEVER: changed at every submission */
enum answer { NO, YES, ANY };                   /* ANY: row holds for both */
enum layout { PACKED, ABSENT, PRESENT, ADDED }; /* the last three: needed, and asked for or not */

#define MISSING POOL_UNSET

static const struct row {
	unsigned number;
	const char *io; /* "any": all of them */
	uint32_t min, max;
	enum answer can_allocate;
	uint32_t min_after, max_after;
	enum outcome outcome;
	enum layout layout, layout_after;
	uint32_t driver_min;
} rows[] = {
	{ 1, "mmap", 0, 0, YES, 2, 32, .outcome = CHANGED },
	{ 2, "mmap", 0, 0, NO, 2, 2, .outcome = CHANGED },
	{ 3, "mmap", 1, 0, YES, 2, 32, .outcome = CHANGED },
	{ 4, "mmap", 2, 2, NO, 2, 2, .outcome = SAME },
	{ 5, "mmap", 2, 32, YES, 2, 32, .outcome = SAME },
	{ 6, "mmap", 2, 32, NO, 2, 2, .outcome = CHANGED },
	{ 7, "mmap", 3, 3, YES, 3, 3, .outcome = SAME },
	{ 8, "mmap", 4, 8, YES, 4, 8, .outcome = SAME },
	{ 9, "mmap", 4, 8, NO, 4, 4, .outcome = CHANGED },
	{ 10, "mmap", 4, 0, YES, 4, 32, .outcome = CHANGED },
	{ 11, "mmap", 4, 0, NO, 4, 4, .outcome = CHANGED },
	{ 12, "mmap", 4, 33, YES, 4, 32, .outcome = CHANGED },
	{ 13, "mmap", 4, 64, NO, 4, 4, .outcome = CHANGED },
	{ 14, "mmap", 8, 4, YES, 4, 4, .outcome = CHANGED },
	{ 15, "mmap", 8, 4, NO, 4, 4, .outcome = CHANGED },
	{ 16, "mmap", 40, 0, YES, 32, 32, .outcome = CHANGED },
	{ 17, "mmap", 40, 0, NO, 32, 32, .outcome = CHANGED },
	{ 18, "mmap", 40, 64, YES, 32, 32, .outcome = CHANGED },
	{ 19, "mmap", 40, 20, NO, 20, 20, .outcome = CHANGED },
	{ 20, "mmap", 32, 32, NO, 32, 32, .outcome = SAME },
	{ 21, "mmap", 0, 1, ANY, 1, 1, .outcome = NEVER },
	{ 22, "dmabuf", 5, 5, NO, 5, 5, .outcome = SAME },
	{ 23, "userptr", 3, 6, NO, 3, 3, .outcome = CHANGED },
	{ 24, "userptr", 3, 6, YES, 3, 6, .outcome = SAME },
	{ 25, "dmabuf-import", 1, 1, YES, 1, 1, .outcome = NEVER },
	{ 26, "dmabuf-import", 6, 0, NO, 6, 6, .outcome = CHANGED },
	{ 27, "rw", 0, 0, ANY, 0, 0, .outcome = SAME },
	{ 28, "rw", 40, 64, ANY, 40, 64, .outcome = SAME },
	{ 29, "rw", 7, 3, ANY, 7, 3, .outcome = SAME },
	{ 30, "mmap", 4, 4, YES, 4, 4, .outcome = CHANGED, .layout = ABSENT, .layout_after = ADDED },
	{ 31, "mmap", 4, 4, NO, 4, 4, .outcome = SAME, .layout = PRESENT, .layout_after = PRESENT },
	{ 32, "rw", 4, 4, ANY, 4, 4, .outcome = SAME, .layout = ABSENT, .layout_after = ABSENT },
	{ 33, "any", MISSING, 8, ANY, MISSING, 8, .outcome = INVALID },
	{ 34, "mmap", 2, 0, YES, 6, 32, .outcome = CHANGED, .driver_min = 6 },
	{ 35, "mmap", 2, 0, NO, 6, 6, .outcome = CHANGED, .driver_min = 6 },
	{ 36, "mmap", 2, 4, YES, 4, 4, .outcome = NEVER, .driver_min = 6 },
};

static const char *const mode_names[] = { "mmap", "userptr", "dmabuf", "dmabuf-import", "rw" };

static void ignore(void *opaque, enum log_level level, const char *message)
{
	(void)opaque;
	(void)level;
	(void)message;
}

static void check_clamped(const struct row *row, const struct pool_config *config)
{
	assert_int_equal(config->min, row->min_after);
	assert_int_equal(config->max, row->max_after);
	assert_int_equal(config->layout, row->layout_after >= PRESENT);
}

/* A caller reads back what became of its wish and submits that. */
static void check_resubmission(const struct row *row, struct pool_config config,
			       const struct pool_limits *limits)
{
	for (unsigned again = 0; again < 3; again++) {
		assert_int_equal(config_clamp(&config, limits), row->outcome == NEVER);
		check_clamped(row, &config);
	}
}

static void check_row(const struct row *row, const struct io_ops *io, bool can_allocate, bool copy_enable)
{
	struct pool_limits limits = {
		.reads = !io->streams,
		.can_allocate = can_allocate,
		.layout_needed = row->layout != PACKED,
		.driver_min = row->driver_min,
	};
	struct pool_config config = {
		.min = row->min, .max = row->max, .layout = row->layout == PRESENT, .copy_enable = copy_enable
	};
	int changed = config_clamp(&config, &limits);

	assert_int_equal(config.copy_enable, copy_enable);
	check_clamped(row, &config);
	if (row->outcome == INVALID) {
		assert_int_equal(changed, -EINVAL);
		return;
	}
	assert_int_equal(changed, row->outcome != SAME);
	check_resubmission(row, config, &limits);
}

static void clamps_as_the_table_says(void **state)
{
	const struct row *row = *state;

	for (size_t i = 0; i < N_ELEMENTS(mode_names); i++) {
		const struct io_ops *io = io_find(mode_names[i]);

		assert_non_null(io);
		if (strcmp(row->io, mode_names[i]) && strcmp(row->io, "any"))
			continue;
		for (enum answer can = NO; can <= YES; can++)
			if (row->can_allocate == can || row->can_allocate == ANY) {
				check_row(row, io, can == YES, false);
				check_row(row, io, can == YES, true);
			}
	}
}

/* Whichever field is missing, in whatever state the rest: nothing is touched. */
static void a_missing_field_alters_nothing(void **state)
{
	static const struct pool_config incomplete[] = {
		{ .min = MISSING, .max = 8 },       { .min = 1, .max = MISSING },
		{ .min = MISSING, .max = MISSING }, { .min = MISSING, .max = 0 },
		{ .min = 0, .max = MISSING },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(incomplete); i++)
		for (unsigned reads = 0; reads < 2; reads++) {
			struct pool_limits limits = { .reads = reads,
						      .layout_needed = true,
						      .driver_min = 6 };
			struct pool_config config = incomplete[i];

			assert_int_equal(config_clamp(&config, &limits), -EINVAL);
			assert_memory_equal(&config, &incomplete[i], sizeof config);
		}
}

static void alternating_fields_take_four(void **state)
{
	static const struct {
		uint32_t min, max, driver_min, min_after, max_after;
		int changed;
	} cases[] = {
		{ 0, 0, 0, 4, 32, 1 }, { 2, 8, 0, 4, 8, 1 }, { 4, 8, 0, 4, 8, 0 }, { 5, 8, 0, 5, 8, 0 },
		{ 2, 8, 6, 6, 8, 1 },  { 4, 4, 3, 4, 4, 0 }, { 2, 3, 0, 3, 3, 1 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct pool_limits limits = { .can_allocate = true,
					      .alternate = true,
					      .driver_min = cases[i].driver_min };
		struct pool_config config = { .min = cases[i].min, .max = cases[i].max };

		assert_int_equal(config_clamp(&config, &limits), cases[i].changed);
		assert_int_equal(config.min, cases[i].min_after);
		assert_int_equal(config.max, cases[i].max_after);
	}
}

/* All small numbers: every result is within bounds, and a second submission is unchanged unless the maximum
 * is too low for what the queue or the driver must have. */
static void clamping_settles_unless_the_maximum_is_too_low(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 40 * 40 * 4 * 2; n++) {
		struct pool_limits limits = { .can_allocate = n % 2, .driver_min = n / 2 % 4 * 3 };
		uint32_t needed = limits.driver_min > POOL_MIN_BUFFERS ? limits.driver_min : POOL_MIN_BUFFERS;
		struct pool_config asked = { .min = n / 8 % 40, .max = n / 8 / 40 }, config = asked;
		bool impossible = asked.max > 0 && asked.max < needed;
		int changed = config_clamp(&config, &limits);

		assert_in_range(config.max, 1, POOL_MAX_BUFFERS);
		assert_in_range(config.min, 1, config.max);
		assert_int_equal(changed, config.min != asked.min || config.max != asked.max || impossible);
		assert_int_equal(config_clamp(&config, &limits), impossible);
	}
}

static struct table_test tests[N_ELEMENTS(rows) + 3] = {
	{ 14, "missing_field_alters_nothing", a_missing_field_alters_nothing, NULL },
	{ 14, "alternating_fields_take_four", alternating_fields_take_four, NULL },
	{ 16, "clamping_settles_unless_maximum_too_low", clamping_settles_unless_the_maximum_is_too_low,
	  NULL },
};

int main(void)
{
	static char names[N_ELEMENTS(rows)][40];

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		snprintf(names[i], sizeof names[i], "clamp_row_%02u_%s", rows[i].number, rows[i].io);
		tests[i + 3] = (struct table_test){ 14, names[i], clamps_as_the_table_says, &rows[i] };
	}
	log_set_sink(ignore, NULL);
	return table_test_run("config", tests, N_ELEMENTS(tests));
}
