/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that is not the driver's: user pointers, imports, copies, and how much of it. */
/* Runs under: asan valgrind */
#include "queue/pool_internal.h"
#include "base/page.h"
#include "pool_fixture.h"
#include "queue/spare.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const shapes[] = { "", "planes=1", "planes=2,size=98x66", "planes=3,data-offset=64" };

/* The n-th of "key=a,b,c", unsigned. */
static unsigned long nth_value(const struct trace_call *call, const char *key, uint32_t n)
{
	const char *at = strstr(call->values, key);

	assert_non_null(at);
	at += strlen(key);
	while (n--) {
		at = strchr(at, ',');
		assert_non_null(at++);
	}
	return strtoul(at, NULL, 10);
}

static void user_pointers_are_whole_pages(void **state)
{
	unsigned long page = page_size();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(shapes); i++) {
		const struct trace_call *call;
		unsigned n_checked = 0;
		struct pool_fixture fixture;

		pool_fixture_start(&fixture, "userptr", shapes[i], 4, 8);
		pool_fixture_frames(&fixture, 0, 10);
		for (size_t c = fixture.mark; c < fixture.log.n_calls; c++) {
			call = &fixture.log.calls[c];
			for (uint32_t p = 0;
			     !strcmp(call->name, "VIDIOC_QBUF") && p < fixture.format.n_planes;
			     p++, n_checked++) {
				assert_int_equal(nth_value(call, " userptr=", p) % page, 0);
				assert_int_equal(nth_value(call, " length=", p) % page, 0);
				assert_true(nth_value(call, " length=", p) >= fixture.format.sizeimage[p]);
			}
		}
		assert_int_equal(n_checked, 14 * fixture.format.n_planes);
		pool_fixture_close(&fixture);
	}
}

static int open_import(struct pool_fixture *fixture, const char *keys, const char *source)
{
	struct pool_options options = { .io = "dmabuf-import", .import_from = source };
	int err;

	pool_fixture_open_device(fixture, keys);
	err = pool_fixture_open_pool(fixture, &options);
	pool_fixture_mark(fixture);
	return err;
}

static int start(struct pool_fixture *fixture, uint32_t min, uint32_t max)
{
	struct pool_config config = { .min = min, .max = max, .layout = true };

	assert_true(pool_configure(fixture->pool, &config) >= 0);
	return pool_start(fixture->pool);
}

static void a_short_import_is_refused_before_qbuf(void **state)
{
	static const char *const keys[] = { "", "planes=1", "planes=2" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
		struct pool_fixture fixture;

		assert_int_equal(open_import(&fixture, keys[i], "sim:size=32x32,adjust=size"), 0);
		assert_int_equal(start(&fixture, 4, 4), -EMSGSIZE);
		assert_string_equal(pool_fixture_order(&fixture), "REQBUFS(4) QUERYBUF*4 REQBUFS(0)");
		assert_true(fixture.log.n_errors > 0);
		pool_fixture_close(&fixture);
	}
}

/* The device is asked for our format first. */
static void a_lender_takes_our_format_where_it_can(void **state)
{
	static const char *const lenders[] = { "sim:size=32x32", "sim:size=32x32,planes=1", "sim:planes=2",
					       "sim:size=640x480,adjust=size+format" };
	static const char *const keys[] = { "", "planes=2", "planes=3" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(lenders) * N_ELEMENTS(keys); i++) {
		struct pool_fixture fixture;

		print_message("# %s from %s\n", keys[i / N_ELEMENTS(lenders)],
			      lenders[i % N_ELEMENTS(lenders)]);
		assert_int_equal(open_import(&fixture, keys[i / N_ELEMENTS(lenders)],
					     lenders[i % N_ELEMENTS(lenders)]),
				 0);
		assert_int_equal(start(&fixture, 4, 4), 0);
		pool_fixture_frames(&fixture, 0, 10);
		assert_int_equal(fixture.pool->n_copied, 0);
		pool_fixture_close(&fixture);
	}
}

static void a_lender_with_too_few_buffers_fails_the_start(void **state)
{
	struct pool_fixture fixture;

	(void)state;
	assert_int_equal(open_import(&fixture, "", "sim:size=96x64,create=no"), 0);
	assert_int_equal(start(&fixture, 6, 6), -ENOMEM);
	assert_string_equal(pool_fixture_order(&fixture), "REQBUFS(6) QUERYBUF*6 REQBUFS(0)");
	assert_int_equal(fixture.log.n_errors, 1);
	pool_stop(fixture.pool);
	fixture.pool->configured = false;
	assert_int_equal(start(&fixture, 4, 4), 0);
	pool_fixture_frames(&fixture, 0, 5);
	pool_fixture_close(&fixture);
}

/* A frame that is held keeps its memory: the driver's buffer goes on with other memory of the same kind. */
static void own_memory_is_exchanged_not_copied(void **state)
{
	static const char *const modes[] = { "userptr", "dmabuf-import" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(modes) * N_ELEMENTS(shapes); i++) {
		struct buffer *held[20];
		char keys[60];
		struct pool_fixture fixture;

		snprintf(keys, sizeof keys, "create=no,%s", shapes[i / 2]);
		pool_fixture_start(&fixture, modes[i % 2], keys, 4, 4);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
			held[n] = pool_fixture_frame(&fixture, n);
		assert_int_equal(fixture.pool->n_copied, 0);
		assert_true(held[19]->spare);
		assert_int_equal(held[19]->planes[0].fd >= 0, i % 2);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++) {
			pool_fixture_check_picture(&fixture.format, held[n], n);
			pool_release(fixture.pool, held[n]);
		}
		pool_fixture_frames(&fixture, N_ELEMENTS(held), 10);
		pool_fixture_close(&fixture);
	}
}

static void where_none_is_lent_frames_are_copied(void **state)
{
	struct buffer *held[10];
	struct pool_fixture fixture;

	(void)state;
	assert_int_equal(open_import(&fixture, "create=no", "sim:size=96x64,create=no"), 0);
	assert_int_equal(start(&fixture, 4, 4), 0);
	for (uint32_t round = 0; round < 3; round++) {
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
			held[n] = pool_fixture_frame(&fixture, round * 10 + n);
		assert_int_equal(fixture.pool->n_copied, 7 * (round + 1));
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++) {
			pool_fixture_check_picture(&fixture.format, held[n], round * 10 + n);
			pool_release(fixture.pool, held[n]);
		}
	}
	assert_int_equal(fixture.pool->n_spares, 7);
	pool_fixture_close(&fixture);
}

static void a_source_that_is_not_there_is_named(void **state)
{
	static const struct {
		const char *name, *path; /* the path where such a thing would be; NULL: nowhere */
		int err;
	} cases[] = {
		{ "sim:nonsense=1", NULL, -EINVAL },
		{ "sim:busy", NULL, -EBUSY },
		{ "sim:grant=40", NULL, -EIO },
		{ "sim:fail=expbuf@2:EIO", NULL, -EIO },
		{ "/dev/none", NULL, -ENOENT },
		{ "heap:no-such-heap", NULL, -ENOENT },
		{ "udmabuf", "/dev/udmabuf", -ENOENT },
		{ "heap", "/dev/dma_heap", -ENOENT },
		{ "auto", "/dev/udmabuf", -ENOENT },
		{ NULL, "/dev/udmabuf", -ENOENT },
		{ "pages", NULL, -ENOENT }, /* a name like any other: pages have no descriptor */
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct pool_fixture fixture;

		if (cases[i].path && (!access(cases[i].path, F_OK) || !access("/dev/dma_heap", F_OK)))
			continue; /* this machine has it */
		print_message("# %s\n", cases[i].name ? cases[i].name : "none");
		assert_int_equal(open_import(&fixture, "", cases[i].name), cases[i].err);
		assert_true(fixture.log.n_errors > 0);
		pool_fixture_close(&fixture);
	}
}

#define FRAME (96 * 64 * 2)

static void open_limited(struct pool_fixture *fixture, const char *io, const char *keys, uint64_t limit)
{
	struct pool_options options = { .io = io, .import_from = "sim:size=96x64", .memory_limit = limit };

	pool_fixture_open_device(fixture, keys);
	assert_int_equal(pool_fixture_open_pool(fixture, &options), 0);
	pool_fixture_mark(fixture);
}

/* With memory for six frames and three of them held in the driver's buffers, two more are set aside and the
 * driver keeps the last; what comes then is lost, and known to be, without any waiting. */
static void beyond_the_budget_frames_are_lost_not_waited_for(void **state)
{
	static const char *const keys[] = { "create=no", "" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(pool_fixture_modes) * N_ELEMENTS(keys); i++) {
		struct buffer *held[5];
		struct pool_fixture fixture;

		print_message("# %s %s\n", pool_fixture_modes[i % 5], keys[i / 5]);
		open_limited(&fixture, pool_fixture_modes[i % 5], keys[i / 5], 6 * FRAME);
		assert_int_equal(start(&fixture, 4, 32), 0);
		for (unsigned round = 0; round < 3; round++) {
			uint32_t first = round * 25;

			for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
				held[n] = pool_fixture_frame(&fixture, first + n);
			for (uint32_t n = 0; n < 20; n++) {
				assert_int_equal(pool_fixture_no_frame(&fixture), POOL_NOBUF);
				assert_int_equal(fixture.info.sequence, first + 5 + n);
				if (fixture.pool->io->streams)
					assert_true(fixture.pool->n_queued > 0);
			}
			assert_int_equal(spare_memory_used(fixture.pool), 6 * FRAME);
			for (uint32_t n = 0; n < N_ELEMENTS(held); n++) {
				pool_fixture_check_picture(&fixture.format, held[n], first + n);
				pool_release(fixture.pool, held[n]);
			}
		}
		assert_int_equal(fixture.log.n_errors, 0);
		pool_fixture_close(&fixture);
	}
}

/* The driver is short of buffers, but not yet out of them: the frame is worth more than its comfort. */
static void the_last_but_one_is_lent_where_nothing_can_be_copied(void **state)
{
	static const char *const modes[] = { "mmap", "dmabuf" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(modes); i++) {
		struct buffer *held[2];
		struct pool_fixture fixture;

		open_limited(&fixture, modes[i], "create=no,grant=3", 1);
		assert_int_equal(start(&fixture, 4, 4), 0);
		assert_int_equal(fixture.pool->copy_threshold, 2);
		held[0] = pool_fixture_frame(&fixture, 0);
		held[1] = pool_fixture_frame(&fixture, 1);
		assert_false(held[1]->spare);
		assert_int_equal(pool_fixture_no_frame(&fixture), POOL_NOBUF);
		assert_int_equal(fixture.pool->n_queued, 1);
		pool_release(fixture.pool, held[0]);
		pool_release(fixture.pool, held[1]);
		pool_fixture_close(&fixture);
	}
}

static void growth_keeps_to_the_budget(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct buffer *held[5];
		struct pool_fixture fixture;

		open_limited(&fixture, pool_fixture_modes[i], "", 6 * FRAME);
		assert_int_equal(start(&fixture, 4, 32), 0);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
			held[n] = pool_fixture_frame(&fixture, n);
		assert_int_equal(pool_fixture_no_frame(&fixture), POOL_NOBUF);
		assert_int_equal(pool_info(fixture.pool).allocated, 6);
		assert_int_equal(fixture.pool->n_copied, 0);
		for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
			pool_release(fixture.pool, held[n]);
		pool_fixture_close(&fixture);
	}
}

/* The driver's own buffers come before any budget, or there would be nothing; reading needs one frame. */
static void a_budget_below_the_minimum_still_streams(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(pool_fixture_modes); i++) {
		struct pool_fixture fixture;

		open_limited(&fixture, pool_fixture_modes[i], "create=no", 1);
		if (!strcmp(pool_fixture_modes[i], "rw")) {
			assert_int_equal(start(&fixture, 4, 4), -ENOMEM);
			assert_int_equal(fixture.log.n_errors, 1);
		} else {
			assert_int_equal(start(&fixture, 4, 4), 0);
			pool_fixture_frames(&fixture, 0, 10);
		}
		pool_fixture_close(&fixture);
	}
}

static void what_is_stopped_uses_no_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(pool_fixture_modes); i++) {
		struct buffer *held[10];
		struct pool_fixture fixture;

		open_limited(&fixture, pool_fixture_modes[i], "caps=mmap+userptr+dmabuf+rw", 0);
		for (unsigned round = 0; round < 2; round++) {
			assert_int_equal(start(&fixture, 4, 6), 0);
			for (uint32_t n = 0; n < N_ELEMENTS(held); n++) {
				held[n] = NULL;
				assert_int_equal(pool_fixture_dequeue(&fixture, &held[n]), 0);
			}
			for (uint32_t n = 0; n < N_ELEMENTS(held); n++)
				pool_release(fixture.pool, held[n]);
			assert_int_equal(pool_stop(fixture.pool), 0);
			assert_int_equal(spare_memory_used(fixture.pool),
					 (uint64_t)fixture.pool->n_spares * FRAME);
		}
		pool_fixture_close(&fixture);
	}
}

int main(void)
{
	static const struct table_test tests[] = {
		{ 52, "user_pointers_are_whole_pages", user_pointers_are_whole_pages, NULL },
		{ 53, "short_import_is_refused_before_qbuf", a_short_import_is_refused_before_qbuf, NULL },
		{ 53, "lender_takes_our_format_where_it_can", a_lender_takes_our_format_where_it_can, NULL },
		{ 53, "lender_with_too_few_buffers_fails_the_start",
		  a_lender_with_too_few_buffers_fails_the_start, NULL },
		{ 53, "source_that_is_not_there_is_named", a_source_that_is_not_there_is_named, NULL },
		{ 31, "own_memory_is_exchanged_not_copied", own_memory_is_exchanged_not_copied, NULL },
		{ 31, "where_none_is_lent_frames_are_copied", where_none_is_lent_frames_are_copied, NULL },
		{ 31, "beyond_the_budget_frames_are_lost_not_waited_for",
		  beyond_the_budget_frames_are_lost_not_waited_for, NULL },
		{ 31, "last_but_one_is_lent_where_nothing_can_be_copied",
		  the_last_but_one_is_lent_where_nothing_can_be_copied, NULL },
		{ 30, "growth_keeps_to_the_budget", growth_keeps_to_the_budget, NULL },
		{ 31, "budget_below_the_minimum_still_streams", a_budget_below_the_minimum_still_streams,
		  NULL },
		{ 57, "what_is_stopped_uses_no_memory", what_is_stopped_uses_no_memory, NULL },
	};

	return table_test_run("memory", tests, N_ELEMENTS(tests));
}
