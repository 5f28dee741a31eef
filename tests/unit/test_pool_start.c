/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting the stream: the table, row by row. */
/* Runs under: plain asan valgrind */
#include "queue/pool_internal.h"
#include "pool_fixture.h"
#include "queue/spare.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NOT_ASKED UINT32_MAX

static const struct row {
	unsigned number;
	const char *io;
	uint32_t min, max;
	const char *keys; /* can_allocate, driver_min, got: as the device is told to behave */
	uint32_t min_after, max_after, min_latency, max_latency, copy_threshold;
	bool copy_enable;
	int err;             /* FAIL */
	bool recovers;       /* at the second try */
	const char *failure; /* calls of the failed start */
} rows[] = {
	{ 1, "mmap", 4, 4, "create=no", 4, 4, 2, 4, .copy_threshold = 0 },
	{ 2, "mmap", 4, 32, "", 4, 32, 2, 32, .copy_threshold = 0 },
	{ 3, "mmap", 4, 4, "create=no,grant=3", 3, 4, 2, 3, .copy_threshold = 2 },
	{ 4, "mmap", 4, 32, "grant=3", 3, 32, 2, 32, .copy_threshold = 2 },
	{ 5, "mmap", 4, 4, "create=no,grant=2", 2, 4, 2, 2, .copy_threshold = 2 },
	{ 6, "mmap", 4, 4, "create=no,grant=6", 6, 6, 2, 6, .copy_threshold = 2 },
	{ 7, "mmap", 4, 4, "grant=6", 6, 6, 2, 4, .copy_threshold = 2 },
	{ 8, "mmap", 4, 32, "grant=6", 6, 32, 2, 32, .copy_threshold = 2 },
	{ 9, "mmap", 2, 2, "create=no,min-buffers=6,grant=6", 6, 6, 6, 6, .copy_threshold = 6 },
	{ 10, "mmap", 6, 6, "create=no,min-buffers=6", 6, 6, 6, 6, .copy_threshold = 0 },
	{ 11, "mmap", 8, 8, "create=no,min-buffers=6,grant=7", 7, 8, 6, 7, .copy_threshold = 6 },
	{ 12, "mmap", 4, 32, "", 4, 32, 2, 32, .copy_threshold = 2, .copy_enable = true },
	{ 13, "dmabuf", 4, 32, "", 4, 32, 2, 32, .copy_threshold = 0 },
	{ 14, "dmabuf", 4, 32, "grant=3", 3, 32, 2, 32, .copy_threshold = 2 },
	{ 15, "userptr", 4, 32, "", 4, 32, 2, 32, .copy_threshold = 0 },
	{ 16, "userptr", 4, 4, "create=no,grant=5", 5, 5, 2, 5, .copy_threshold = 0 },
	{ 17, "dmabuf-import", 4, 4, "create=no", 4, 4, 2, 4, .copy_threshold = 0 },
	{ 18, "dmabuf-import", 2, 2, "create=no,grant=3", 3, 3, 2, 3, .copy_threshold = 0 },
	{ 19, "rw", 2, 0, "", 2, 0, 2, 0, .copy_threshold = 0 },
	{ 20, "rw", 3, 5, "", 3, 5, 2, 5, .copy_threshold = 0 },
	{ 21, "mmap", 4, 4, "create=no,grant=1", .err = -ENOBUFS,
	  .failure = "REQBUFS(4) QUERYBUF REQBUFS(0)" },
	{ 22, "mmap", 4, 4, "create=no,fail=reqbufs@1:ENOMEM", .err = -ENOMEM, .recovers = true,
	  .failure = "REQBUFS(4):ENOMEM" },
	{ 23, "dmabuf", 4, 32, "fail=expbuf@1:ENOMEM", .err = -ENOMEM, .recovers = true,
	  .failure = "REQBUFS(4) QUERYBUF*4 EXPBUF:ENOMEM REQBUFS(0)" },
	{ 24, "userptr", 4, 4, "create=no,grant=3", .err = -ENOBUFS,
	  .failure = "REQBUFS(4) QUERYBUF*3 REQBUFS(0)" },
	{ 25, "dmabuf-import", 4, 32, "grant=2", .err = -ENOBUFS,
	  .failure = "REQBUFS(4) QUERYBUF*2 REQBUFS(0)" },
	{ 26, "dmabuf-import", 4, 4, "create=no,grant=0", .err = -EIO, .failure = "REQBUFS(4) REQBUFS(0)" },
	{ 27, "mmap", 4, 4, "create=no,fail=qbuf@3:ENOMEM", .err = -ENOMEM, .recovers = true,
	  .failure = "REQBUFS(4) QUERYBUF*4 mmap*4 QBUF*2 QBUF:ENOMEM STREAMOFF munmap*4 REQBUFS(0)" },
	{ 28, "mmap", 4, 4, "create=no,fail=streamon@1:ENOMEM", .err = -ENOMEM, .recovers = true,
	  .failure = "REQBUFS(4) QUERYBUF*4 mmap*4 QBUF*4 STREAMON:ENOMEM STREAMOFF munmap*4 REQBUFS(0)" },
};

/* Row 9 is what the clamping of today would not accept. */
static void accept_config(struct pool *pool, const struct row *row)
{
	struct pool_config config = { .min = row->min, .max = row->max, .copy_enable = row->copy_enable };

	if (pool_set_config(pool, &config) == 0)
		return;
	assert_int_equal(row->number, 9);
	pool->config = config;
	pool->configured = true;
}

static void check_stopped(const struct pool *pool, uint64_t memory_used)
{
	const struct allocator *allocator = &pool->allocator;

	assert_false(pool->active);
	assert_false(pool->streaming);
	assert_int_equal(pool->n_queued, 0);
	assert_int_equal(pool->n_held, 0);
	assert_int_equal(spare_memory_used(pool), memory_used);
	assert_false(allocator->active);
	assert_int_equal(allocator->count, 0);
	assert_int_equal(allocator->allocated, 0);
	assert_null(allocator->free_first);
	assert_null(allocator->free_last);
	for (uint32_t i = 0; i < POOL_MAX_BUFFERS; i++) {
		assert_int_equal(allocator->buffers[i].owner, BUFFER_FREE);
		assert_false(allocator->buffers[i].attached);
	}
}

static void check_started(const struct pool *pool, const struct row *row)
{
	assert_true(pool->active);
	assert_int_equal(pool->min, row->min_after);
	assert_int_equal(pool->max, row->max_after);
	assert_int_equal(pool->min_latency, row->min_latency);
	assert_int_equal(pool->max_latency, row->max_latency);
	assert_int_equal(pool->copy_threshold, row->copy_threshold);
	if (strcmp(row->io, "rw")) {
		assert_int_equal(pool->granted, row->min_after);
		assert_int_equal(pool->n_queued, row->min_after);
		assert_int_equal(pool_info(pool).allocated, row->min_after);
	}
}

/* What it took is given back, and a second start is a start like any other. */
static void check_failure(struct pool_fixture *fixture, const struct row *row)
{
	uint64_t memory_used = spare_memory_used(fixture->pool);
	struct footprint before, after;

	before = footprint_now();
	assert_int_equal(pool_start(fixture->pool), row->err);
	after = footprint_now();
	assert_string_equal(pool_fixture_order(fixture), row->failure);
	assert_true(fixture->log.n_errors > 0);
	check_stopped(fixture->pool, memory_used);
	after.heap_bytes = before.heap_bytes; /* the log's */
	footprint_check(&before, &after);

	pool_fixture_mark(fixture);
	if (!row->recovers) {
		assert_int_equal(pool_start(fixture->pool), row->err);
		assert_string_equal(pool_fixture_order(fixture), row->failure);
		sim_of(&fixture->device)->options.grant = -1;
	}
	assert_int_equal(pool_start(fixture->pool), 0);
	pool_fixture_frames(fixture, 0, 10);
}

static void starts_as_the_table_says(void **state)
{
	const struct row *row = *state;
	struct pool_fixture fixture;

	pool_fixture_open(&fixture, row->io, row->keys);
	accept_config(fixture.pool, row);
	pool_fixture_mark(&fixture);
	if (row->err) {
		check_failure(&fixture, row);
	} else {
		assert_int_equal(pool_start(fixture.pool), 0);
		check_started(fixture.pool, row);
		pool_fixture_frames(&fixture, 0, 10);
	}
	assert_int_equal(pool_stop(fixture.pool), 0);
	pool_fixture_close(&fixture);
}

int main(void)
{
	static struct table_test tests[N_ELEMENTS(rows)];
	static char names[N_ELEMENTS(rows)][40];

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		snprintf(names[i], sizeof names[i], "start_row_%02u_%s%s", rows[i].number, rows[i].io,
			 rows[i].err ? "_fails" : "");
		tests[i] = (struct table_test){ 17, names[i], starts_as_the_table_says, &rows[i] };
	}
	return table_test_run("start", tests, N_ELEMENTS(tests));
}
