/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random walks through the pool's life, over drivers with several faults at once. Whatever happens,
 * the rules of trace_check() hold, nothing hangs, and a frame that is held stays what it was. The
 * walks are the same in every run; a failing one is told by its number.
 */
#include "pool_fixture.h"

#include <stdio.h>
#include <string.h>
#include "base/clock.h"

#define N_WALKS 60 /* of each io mode */
#define N_STEPS 120
#define MAX_HELD 40

static const char *const faults[] = {
	"create=no",
	"grant=2",
	"grant=3",
	"grant=9",
	"min-buffers=3",
	"caps=mmap+userptr+dmabuf+rw",
	"error=4",
	"empty=5+9",
	"empty-ok=7",
	"short=6",
	"over=8",
	"drop=5",
	"repeat=6",
	"eagain=4+6+11",
	"eio=9+17",
	"flush=13",
	"event=12",
	"epipe=70",
	"last=60",
	"unplug=80",
	"bad-index=75",
	"fail=qbuf@11:EINVAL",
	"fail=qbuf@20:EIO:3",
	"fail=create_bufs@3:ENOMEM",
	"fail=mmap@7:ENOMEM",
	"fail=expbuf@6:EMFILE",
	"fail=dqbuf@30:EIO:2",
	"fail=streamon@2:EIO",
	"fail=querybuf@6:EINVAL",
	"fail=probe@4:EINVAL",
	"fail=streamoff@2:EIO",
	"fail=read@20:EIO",
	"planes=2",
	"planes=3",
	"planes=1",
	"data-offset=32",
};

struct walk {
	struct pool_fixture fixture;
	uint64_t random;
	struct buffer *held[MAX_HELD];
	unsigned n_held;
};

static uint32_t pick(struct walk *walk, uint32_t n)
{
	walk->random = walk->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(walk->random >> 33) % n;
}

static void choose_keys(struct walk *walk, bool single_plane, char *keys, size_t size)
{
	unsigned n = pick(walk, 5);
	bool planes = false;

	*keys = '\0';
	while (n--) {
		const char *fault = faults[pick(walk, N_ELEMENTS(faults))];

		if (strstr(keys, fault) || (strncmp(fault, "planes", 6) == 0 && (planes || single_plane)))
			continue;
		if (strncmp(fault, "data-offset", 11) == 0 && !planes)
			continue;
		planes |= strncmp(fault, "planes", 6) == 0;
		snprintf(keys + strlen(keys), size - strlen(keys), "%s,", fault);
	}
}

static void let_go(struct walk *walk)
{
	struct buffer *buffer;
	unsigned i;

	if (walk->n_held == 0)
		return;
	i = pick(walk, walk->n_held);
	buffer = walk->held[i];
	walk->held[i] = walk->held[--walk->n_held];
	if (walk->fixture.pool->io->streams) /* those that are read are numbered by us */
		pool_fixture_check_picture(&walk->fixture.format, buffer, buffer->info.sequence);
	pool_release(walk->fixture.pool, buffer);
}

/* Returns false where the stream is at its end. */
static bool take(struct walk *walk)
{
	struct buffer *buffer = NULL;
	int err;

	if (walk->n_held == MAX_HELD)
		let_go(walk);
	/* A driver that has been stopped begins again only with that many. */
	while (walk->n_held && walk->fixture.pool->n_queued < walk->fixture.pool->limits.driver_min)
		let_go(walk);
	walk->fixture.deadline_ns = now_ns() + 10 * NS_PER_S;
	err = pool_fixture_dequeue(&walk->fixture, &buffer);
	assert_int_not_equal(err, POOL_TIMEOUT);
	assert_int_equal(!err, buffer != NULL);
	if (buffer)
		walk->held[walk->n_held++] = buffer;
	return err == 0 || err == POOL_CORRUPT || err == POOL_NOBUF || err == POOL_RES_CHANGE;
}

static void check_books(const struct pool *pool)
{
	uint32_t owners[4] = { 0 };

	for (uint32_t i = 0; i < POOL_MAX_BUFFERS; i++)
		owners[pool->allocator.buffers[i].owner]++;
	assert_int_equal(owners[BUFFER_QUEUED], pool->n_queued);
	assert_int_equal(owners[BUFFER_HELD] + owners[BUFFER_ORPHANED], pool->n_held);
	if (pool->active && pool->io->streams)
		assert_int_equal(pool->n_queued + pool->n_held + allocator_n_free(&pool->allocator),
				 pool->allocator.count);
}

static bool step(struct walk *walk)
{
	uint32_t what = pick(walk, 100);
	bool goes_on = true;

	if (what < 55)
		goes_on = take(walk);
	else if (what < 96)
		let_go(walk);
	else if (what < 98)
		goes_on = pool_fixture_flush(&walk->fixture) == 0;
	else if (walk->n_held == 0)
		goes_on = pool_stop(walk->fixture.pool) == 0 && pool_start(walk->fixture.pool) == 0;
	check_books(walk->fixture.pool);
	return goes_on;
}

static void walk_once(const char *io, uint64_t number)
{
	struct walk walk = { .random = number * 7919 + (uint64_t)io[0] + (uint64_t)io[1] };
	struct pool_options options = { .io = io, .import_from = "sim:size=96x64,planes=1" };
	struct pool_config config = { .layout = true };
	bool goes_on;
	char keys[300];

	choose_keys(&walk, !strcmp(io, "rw"), keys, sizeof keys);
	print_message("# %s walk %llu: %s\n", io, (unsigned long long)number, keys);
	config.min = 2 + pick(&walk, 5);
	config.max = pick(&walk, 3) ? config.min + pick(&walk, 6) : 0;
	config.copy_enable = pick(&walk, 4) == 0;
	options.memory_limit = pick(&walk, 3) ? 0 : 12288 * (4 + pick(&walk, 10));
	pool_fixture_open_device(&walk.fixture, keys);
	goes_on = pool_fixture_open_pool(&walk.fixture, &options) == 0 &&
		  pool_configure(walk.fixture.pool, &config) == 0 && pool_start(walk.fixture.pool) == 0;
	for (unsigned n = 0; goes_on && n < N_STEPS; n++)
		goes_on = step(&walk);
	if (pick(&walk, 2))
		pool_stop(walk.fixture.pool); /* and let go afterwards */
	while (walk.n_held)
		let_go(&walk);
	pool_fixture_close(&walk.fixture);
}

static void walks(void **state)
{
	for (uint64_t number = 0; number < N_WALKS; number++)
		walk_once(*state, number);
}

int main(void)
{
	static struct table_test tests[N_ELEMENTS(pool_fixture_modes)];

	for (size_t i = 0; i < N_ELEMENTS(pool_fixture_modes); i++)
		tests[i] = (struct table_test){ 0, pool_fixture_modes[i], walks, pool_fixture_modes[i] };
	return table_test_run("walk", tests, N_ELEMENTS(tests));
}
