/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each fault of the driver in each io mode. */
/* Runs under: asan valgrind */
#include "pool_fixture.h"

#include <stdio.h>
#include <string.h>

/* What one call after another brings: '.' a frame, 'e' one marked as damaged, 'C' corrupt, 'X' the end, 'L'
 * the device lost, 'P' what the driver must not do, 'I' its errno EIO. */
static const struct row {
	unsigned number;
	const char *name, *keys;
	const char *streaming, *reading; /* reading NULL: does not concern rw */
	unsigned n_warnings, n_errors;
	unsigned n_restarts; /* STREAMOFF, STREAMON in between */
} rows[] = {
	{ 0, "none", "", "........", "........", 0, 0, 0 },
	{ 32, "error_flag", "error=3", "..e..e..", "........", 0, 0, 0 },
	{ 33, "empty_and_marked", "empty=3", "..C.....", "..X.....", 0, 0, 0 },
	{ 33, "empty_and_marked_in_a_row", "empty=1+2+3+4+5+6", "CCCCCC..", NULL, 0, 0, 0 },
	{ 33, "empty_unmarked", "empty-ok=3", "..C.....", "..X.....", 0, 0, 0 },
	{ 33, "all_come_back_empty", "flush=3", "..CC....", NULL, 0, 0, 0 },
	{ 33, "short", "short=3", "..C.....", "..C.....", 0, 0, 0 },
	{ 33, "very_short", "short=3:1", "..C.....", "..C.....", 0, 0, 0 },
	{ 34, "last_flag", "last=4", "....XXXX", "....XXXX", 0, 0, 0 },
	{ 34, "last_flag_at_once", "last=1", ".XXXXXXX", ".XXXXXXX", 0, 0, 0 },
	{ 34, "last_and_empty", "last=4,empty-ok=4", "...XXXXX", NULL, 0, 0, 0 },
	{ 34, "last_and_short", "last=4,short=4", "...CXXXX", "...CXXXX", 0, 0, 0 },
	{ 35, "epipe", "epipe=4", "....XXXX", "....XXXX", 0, 0, 0 },
	{ 36, "eagain_after_poll", "eagain=3+5", "........", "........", 0, 0, 0 },
	{ 36, "eintr", "fail=dqbuf@3:EINTR:3", "........", "........", 0, 0, 0 },
	{ 37, "bad_index", "bad-index=3", "..P", NULL, 0, 1, 0 },
	{ 38, "bytesused_over_length", "over=3", "........", "........", 1, 0, 0 },
	{ 40, "fatal_error_once", "eio=3", "........", NULL, 1, 0, 1 },
	{ 40, "fatal_error_at_dqbuf_twice", "fail=dqbuf@3:EIO:2", "..I", NULL, 1, 1, 1 },
	{ 40, "fatal_error_now_and_then", "fail=dqbuf@3:EIO+dqbuf@6:EIO", "........", NULL, 2, 0, 2 },
	{ 40, "fatal_error_reading", "fail=read@3:EIO", NULL, "..I", 0, 1, 0 },
	{ 40, "fatal_error_and_streamon_fails", "eio=3,fail=streamon@2:EIO", "...I", NULL, 1, 1, 1 },
	{ 41, "unplug", "unplug=3", "...LLLLL", "...LLLLL", 0, 1, 0 },
	{ 41, "unplug_at_once", "fail=dqbuf@1:ENODEV:99", "LLLLLLLL", NULL, 0, 1, 0 },
	{ 41, "unplug_seen_by_reading", "fail=read@3:ENODEV:99", NULL, "..LLLLLL", 0, 1, 0 },
	{ 56, "dropped", "drop=2", "........", "........", 0, 0, 0 },
	{ 56, "repeated", "repeat=2", "........", "........", 0, 0, 0 },
};

static char outcome(int err, struct buffer *const *buffer)
{
	static const struct {
		int err;
		char letter;
	} letters[] = { { POOL_CORRUPT, 'C' },
			{ POOL_EOS, 'X' },
			{ POOL_DEVLOST, 'L' },
			{ -EPROTO, 'P' },
			{ -EIO, 'I' } };

	if (err == 0)
		return (*buffer)->info.flags & V4L2_BUF_FLAG_ERROR ? 'e' : '.';
	assert_null(*buffer);
	for (size_t i = 0; i < N_ELEMENTS(letters); i++)
		if (letters[i].err == err)
			return letters[i].letter;
	fail_msg("pool_dequeue: %s", err_str(err));
	return '?';
}

/* Frames are held for a while, as a busy consumer does: `depth` of them. */
static void run(struct pool_fixture *fixture, const struct row *row, const char *expected, unsigned depth)
{
	struct buffer *held[4] = { NULL };
	bool reads = !fixture->pool->io->streams;
	char text[16] = "";

	for (size_t i = 0; expected[i]; i++) {
		struct buffer **slot = &held[i % depth];

		if (*slot)
			pool_release(fixture->pool, *slot);
		*slot = NULL;
		text[i] = outcome(pool_fixture_dequeue(fixture, slot), slot);
		if (*slot && (!reads || !strchr("dr", row->name[0])))
			pool_fixture_check_picture(&fixture->format, *slot,
						   reads ? (uint32_t)i : (*slot)->info.sequence);
	}
	assert_string_equal(text, expected);
	for (size_t i = 0; i < N_ELEMENTS(held); i++)
		if (held[i])
			pool_release(fixture->pool, held[i]);
}

static void check(struct pool_fixture *fixture, const struct row *row)
{
	const char *expected = strcmp(fixture->pool->io->name, "rw") ? row->streaming : row->reading;

	assert_int_equal(fixture->log.n_errors, row->n_errors);
	if (strcmp(fixture->pool->io->name, "rw")) {
		assert_int_equal(fixture->log.n_warnings, row->n_warnings);
		assert_int_equal(pool_fixture_count(fixture, "VIDIOC_STREAMOFF", ""), row->n_restarts);
		assert_int_equal(fixture->pool->n_restarts, row->n_restarts);
	}
	/* The end and the loss are told again without asking the driver again. */
	if (row->number == 34 || row->number == 35)
		assert_int_equal(pool_fixture_count(fixture, "VIDIOC_DQBUF", "") -
					 trace_count_ok(&fixture->log, fixture->mark, FIXTURE_DEVICE,
							"VIDIOC_DQBUF", ""),
				 row->number == 35 && fixture->pool->io->streams);
	if (strchr(expected, 'L'))
		assert_true(trace_count(&fixture->log, 0, FIXTURE_DEVICE, "VIDIOC_DQEVENT", "") <= 1);
}

static void fares_as_the_table_says(void **state)
{
	static const char *const shapes[] = { "", ",planes=1", ",planes=2", ",planes=3,data-offset=64" };
	const struct row *row = *state;

	for (size_t i = 0; i < N_ELEMENTS(shapes) * N_ELEMENTS(pool_fixture_modes); i++) {
		const char *io = pool_fixture_modes[i % N_ELEMENTS(pool_fixture_modes)],
			   *shape = shapes[i / N_ELEMENTS(pool_fixture_modes)];
		const char *expected = strcmp(io, "rw") ? row->streaming : row->reading;
		char keys[120];
		struct pool_fixture fixture;

		if (!expected || (!strcmp(io, "rw") && *shape))
			continue;
		for (unsigned depth = 1; depth <= 2; depth++) {
			print_message("# %s %s%s, %u held\n", io, row->keys, shape, depth);
			snprintf(keys, sizeof keys, "%s%s", row->keys, shape);
			pool_fixture_start(&fixture, io, keys, 4, 4);
			run(&fixture, row, expected, depth);
			check(&fixture, row);
			assert_int_equal(pool_stop(fixture.pool), 0);
			pool_fixture_close(&fixture);
		}
	}
}

int main(void)
{
	static struct table_test tests[N_ELEMENTS(rows)];

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		tests[i] = (struct table_test){ rows[i].number, rows[i].name, fares_as_the_table_says,
						&rows[i] };
	return table_test_run("faults", tests, N_ELEMENTS(tests));
}
