/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The budget for frames that wait, where the driver's buffers are far larger than what is in them. */
/* Runs under: asan valgrind */
#include "queue/pool_internal.h"
#include "base/page.h"
#include "pool_fixture.h"
#include "queue/spare.h"

#include <string.h>

/* 16 MB are wanted for each, and some 100 kB are in it. */
#define GROWING "size=3840x2160,format=MJPG,draw=none"
#define COMPRESSED GROWING ",create=no"

static void open_compressed(struct pool_fixture *fixture, const char *io, const char *keys, uint64_t limit)
{
	struct pool_options options = { .io = io, .import_from = "sim:" GROWING, .memory_limit = limit };
	struct pool_config config = { .min = 4, .max = strstr(keys, "create=no") ? 4 : 32 };

	pool_fixture_open_device(fixture, keys);
	assert_int_equal(pool_fixture_open_pool(fixture, &options), 0);
	assert_int_equal(pool_configure(fixture->pool, &config), 0);
	assert_int_equal(pool_start(fixture->pool), 0);
}

static struct buffer *next_frame(struct pool_fixture *fixture)
{
	struct buffer *buffer = NULL;

	assert_int_equal(pool_fixture_dequeue(fixture, &buffer), 0);
	return buffer;
}

static void compressed_frames_count_what_is_in_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(pool_fixture_modes); i++) {
		uint64_t limit = 8 << 20, bytes = 0;
		struct buffer *held[30];
		struct pool_fixture fixture;

		print_message("# %s\n", pool_fixture_modes[i]);
		open_compressed(&fixture, pool_fixture_modes[i], COMPRESSED, limit);
		assert_true(fixture.pool->frame_bytes > limit);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++) {
			held[n] = next_frame(&fixture);
			bytes += held[n]->info.bytes;
		}
		assert_in_range(spare_memory_used(fixture.pool), bytes, bytes + N_ELEMENTS(held) * 8192);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
			pool_release(fixture.pool, held[n]);
		pool_fixture_close(&fixture);
	}
}

static void a_spare_keeps_no_more_than_its_frame(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(pool_fixture_modes); i++) {
		struct buffer *held[8];
		struct pool_fixture fixture;

		open_compressed(&fixture, pool_fixture_modes[i],
				COMPRESSED ",short=9+10+11+12:1000,short=13+14+15+16:1000", 0);
		for (unsigned round = 0; round < 2; round++) {
			for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
				held[n] = next_frame(&fixture);
			for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
				pool_release(fixture.pool, held[n]);
		}
		assert_in_range(fixture.pool->spare_bytes, 5 * page_size(), 9 * page_size());
		pool_fixture_close(&fixture);
	}
}

/* They make room for the one that is needed now. */
static void free_spares_do_not_keep_the_budget(void **state)
{
	struct buffer *held[8];
	struct pool_fixture fixture;
	uint64_t bytes;

	(void)state;
	open_compressed(&fixture, "mmap", COMPRESSED ",short=2+3+4+5+6+7+8:1000", 400000);
	for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
		held[n] = next_frame(&fixture);
	bytes = held[0]->info.bytes;
	for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
		pool_release(fixture.pool, held[n]);
	assert_int_equal(fixture.pool->n_spares, 5);
	fixture.pool->memory_limit = 5 * bytes + 8192;
	for (uint32_t n = 0; n < 4; n++)
		held[n] = next_frame(&fixture);
	assert_in_range(spare_memory_used(fixture.pool), 4 * bytes, 5 * bytes + 8192);
	for (uint32_t n = 0; n < 4; n++)
		pool_release(fixture.pool, held[n]);
	pool_fixture_close(&fixture);
}

/* The driver takes all that it wants, whatever is in there later; a copy takes what is in the frame. */
static void the_driver_gets_no_buffer_beyond_the_budget(void **state)
{
	static const struct {
		uint64_t frames; /* as many of them are the limit */
		uint32_t allocated;
	} cases[] = { { 1, 4 }, { 5, 5 }, { 7, 7 } };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases) * 4; i++) {
		struct buffer *held[20];
		struct pool_fixture fixture;

		print_message("# %s\n", pool_fixture_modes[i % 4]);
		open_compressed(&fixture, pool_fixture_modes[i % 4], GROWING, 8 << 20);
		/* and a little for copies */
		fixture.pool->memory_limit = cases[i / 4].frames * fixture.pool->frame_bytes + (4 << 20);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
			held[n] = next_frame(&fixture);
		assert_int_equal(pool_info(fixture.pool).allocated, cases[i / 4].allocated);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
			pool_release(fixture.pool, held[n]);
		pool_fixture_close(&fixture);
	}
}

int main(void)
{
	static const struct table_test tests[] = {
		{ 31, "compressed_frames_count_what_is_in_them", compressed_frames_count_what_is_in_them,
		  NULL },
		{ 31, "spare_keeps_no_more_than_its_frame", a_spare_keeps_no_more_than_its_frame, NULL },
		{ 31, "free_spares_do_not_keep_the_budget", free_spares_do_not_keep_the_budget, NULL },
		{ 31, "driver_gets_no_buffer_beyond_the_budget", the_driver_gets_no_buffer_beyond_the_budget,
		  NULL },
	};

	return table_test_run("budget", tests, N_ELEMENTS(tests));
}
