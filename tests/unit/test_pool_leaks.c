/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Nothing stays behind. */
/* Runs under: plain asan */
#include "pool_fixture.h"

#include <string.h>

/* What is mapped may grow by a MiB, and is not looked at under a sanitizer: see footprint_check(). */
#ifdef __SANITIZE_ADDRESS__
#define N_CYCLES 10
#else
#define N_CYCLES 100
#endif
/* By then everything that is kept for the next time is there; malloc() keeps up to seven of a size. */
#define N_WARMUP 10

static void ignore(void *opaque, enum log_level level, const char *message)
{
	(void)opaque;
	(void)level;
	(void)message;
}

/* What happens between a start and its stop. */
static const struct row {
	const char *name, *keys;
	uint32_t n_held; /* over the stop */
	uint32_t n_frames;
	int start_err; /* 0: it starts; else any failure */
	bool reopens;  /* the device and the pool, each time */
} rows[] = {
	{ "start_stop", "", .n_frames = 2 },
	{ "start_stop_planes", "planes=3", .n_frames = 2 },
	{ "never_a_frame", "stall=1", .n_frames = 0 },
	{ "held_over_the_stop", "caps=mmap+userptr+dmabuf+rw", .n_frames = 3, .n_held = 3 },
	{ "copies_held_over_the_stop", "caps=mmap+userptr+dmabuf+rw,create=no", .n_frames = 8, .n_held = 8 },
	{ "grown", "caps=mmap+userptr+dmabuf+rw", .n_frames = 8, .n_held = 8 },
	{ "reopened", "", .n_frames = 2, .reopens = true },
	{ "reopened_orphans", "", .n_frames = 6, .n_held = 6, .reopens = true },
	{ "reopened_orphaned_copies", "create=no,planes=2", .n_frames = 6, .n_held = 6, .reopens = true },
	{ "grown_at_the_second_try", "planes=3,fail=mmap@14:ENOMEM+expbuf@14:EMFILE", .n_frames = 8,
	  .n_held = 8, .reopens = true },
	{ "unplugged", "unplug=3", .n_frames = 3, .n_held = 3, .reopens = true },
	{ "too_few", "grant=1", .start_err = 1 },
	{ "too_many", "grant=40", .start_err = 1 },
	{ "qbuf_fails", "fail=qbuf@*:ENOMEM", .start_err = 1 },
	{ "last_qbuf_fails", "fail=qbuf@4:ENOMEM:9999", .start_err = 1 },
	{ "streamon_fails", "fail=streamon@*:ENOMEM", .start_err = 1 },
	{ "querybuf_fails", "fail=querybuf@2:ENOMEM:9999", .start_err = 1 },
	{ "reqbufs_fails", "fail=reqbufs@*:ENOMEM", .start_err = 1 },
};

static void cycle(struct pool_fixture *fixture, const struct row *row)
{
	struct buffer *held[8] = { NULL };
	int err = pool_start(fixture->pool);

	if (row->start_err && fixture->pool->io->streams) {
		assert_true(err < 0);
		return;
	}
	assert_int_equal(err, 0);
	for (uint32_t n = 0; n < row->n_frames; n++) {
		assert_int_equal(pool_fixture_dequeue(fixture, &held[n]), 0);
		if (n < row->n_held)
			continue;
		pool_release(fixture->pool, held[n]);
		held[n] = NULL;
	}
	pool_stop(fixture->pool);
	for (uint32_t n = 0; n < row->n_held; n++)
		pool_release(fixture->pool, held[n]);
	assert_int_equal(fixture->pool->n_held, 0);
}

static void open_silently(struct pool_fixture *fixture, const char *io, const char *keys)
{
	struct pool_config config = { .min = 4, .max = 32, .layout = true };

	pool_fixture_open(fixture, io, keys);
	assert_true(pool_configure(fixture->pool, &config) >= 0);
	trace_log_close(&fixture->log);
	log_set_sink(ignore, NULL);
}

static void close_silently(struct pool_fixture *fixture)
{
	pool_fixture_close_pool(fixture);
	device_close(&fixture->device);
}

static void cycles_leave_nothing(void **state)
{
	const struct row *row = *state;

	for (size_t i = 0; i < N_ELEMENTS(pool_fixture_modes); i++) {
		struct footprint before, after;
		struct pool_fixture fixture;

		if (!strcmp(pool_fixture_modes[i], "rw") && strstr(row->keys, "planes"))
			continue;
		print_message("# %s %s\n", pool_fixture_modes[i], row->keys);
		if (!row->reopens)
			open_silently(&fixture, pool_fixture_modes[i], row->keys);
		for (unsigned n = 0; n < N_CYCLES + N_WARMUP; n++) {
			if (n == N_WARMUP)
				before = footprint_now();
			if (row->reopens)
				open_silently(&fixture, pool_fixture_modes[i], row->keys);
			cycle(&fixture, row);
			if (row->reopens)
				close_silently(&fixture);
		}
		after = footprint_now();
		footprint_check(&before, &after);
		if (!row->reopens)
			close_silently(&fixture);
		log_set_sink(NULL, NULL);
	}
}

int main(void)
{
	static struct table_test tests[N_ELEMENTS(rows)];

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		tests[i] = (struct table_test){ 57, rows[i].name, cycles_leave_nothing, &rows[i] };
	return table_test_run("leaks", tests, N_ELEMENTS(tests));
}
