/* Measuring, over a simulated device whose latency, jitter and losses are known. SPDX-License-Identifier:
 * LGPL-2.1-or-later */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/clock.h"
#include "base/log.h"
#include "device/format.h"
#include "session/measure.h"

static struct device device;
static struct video_format format;
static struct pool pool;
static struct measure measure;

static void ignore(void *opaque, enum log_level level, const char *text)
{
	(void)opaque, (void)level, (void)text;
}

static void open_all(const char *name, const char *io, uint32_t buffers)
{
	struct pool_options options = { .io = io };
	struct pool_config config = { .min = buffers, .max = buffers, .layout = true };

	assert_int_equal(device_open(&device, name, DEVICE_ANY), 0);
	assert_int_equal(format_get(&device, &format), 0);
	assert_int_equal(pool_open(&pool, &device, &format, &options), 0);
	assert_int_equal(pool_configure(&pool, &config), 0);
	measure = (struct measure){
		.pool = &pool,
		.options = { .count = 100, .warmup = 10, .stall_ns = 10 * NS_PER_S, .signal_fd = -1 },
	};
}

static int run(void)
{
	int err = measure_prepare(&measure);

	if (err == 0)
		err = measure_run(&measure);
	measure_close(&measure);
	return err;
}

static void close_all(void)
{
	pool_close(&pool);
	device_close(&device);
}

/* The simulated device's own jitter: spread over [0, most). */
static int64_t jitter_of(uint64_t tick, int64_t most)
{
	uint64_t mixed = (tick + 1) * UINT64_C(0x9e3779b97f4a7c15);

	mixed ^= mixed >> 29;
	return (int64_t)(mixed % (uint64_t)most);
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static bool is_near(const struct stats *stats, int64_t *expected, size_t n, double q, const char *what)
{
	double wanted, got = (double)stats_quantile(stats, q);

	qsort(expected, n, sizeof(*expected), compare);
	wanted = (double)expected[(size_t)ceil(q * (double)n - 1e-9) - 1];
	print_message("# %s q %g: %.0f, wanted %.0f us\n", what, q, got / 1e3, wanted / 1e3);
	return fabs(got - wanted) <= 0.05 * wanted;
}

#define N 60
#define LATENCY_MS 300
#define JITTER_MS 90

/* Numbers count from 0, and the first ten frames are the warm-up. */
static bool measured_as_injected(void)
{
	int64_t latency[N], jitter[N];

	for (int i = 0; i < N; i++) {
		int64_t now = jitter_of(10 + i, JITTER_MS * NS_PER_MS);
		int64_t before = jitter_of(9 + i, JITTER_MS * NS_PER_MS);

		latency[i] = LATENCY_MS * NS_PER_MS + now;
		jitter[i] = llabs(now - before);
	}
	return is_near(&measure.latency_ns, latency, N, 0.5, "latency") &
	       is_near(&measure.latency_ns, latency, N, 0.99, "latency") &
	       is_near(&measure.jitter_ns, jitter, N, 0.5, "jitter") &
	       is_near(&measure.jitter_ns, jitter, N, 0.99, "jitter");
}

/* A machine that others use too may be late for once: it must not be three times. */
static void known_latency_and_jitter_are_measured(void **state)
{
	bool right = false;

	(void)state;
	for (int i = 0; i < 3 && !right; i++) {
		open_all("sim:size=64x48,fps=10,latency=300,jitter=90", "mmap", 8);
		measure.options.count = N;
		assert_int_equal(run(), 0);
		assert_int_equal(measure.end, MEASURE_END_COUNT);
		assert_int_equal(measure.latency_ns.count, N);
		assert_int_equal(measure.jitter_ns.count, N);
		right = measured_as_injected();
		assert_in_range(stats_quantile(&measure.interval_ns, 0.5), 99 * NS_PER_MS, 101 * NS_PER_MS);
		assert_true(fabs(measure.fps - 10) < 0.5);
		close_all();
	}
	assert_true(right);
}

/* Of ticks 1, 2, 3, … every 5th makes no frame, and every 7th frame is damaged. */
static void losses_are_exact(void **state)
{
	uint64_t lost = 0, damaged = 0, frame = 0;

	(void)state;
	open_all("sim:size=64x48,fps=100,drop=5,error=7", "mmap", 32);
	assert_int_equal(run(), 0);
	for (uint64_t tick = 1; frame < 110; tick++) {
		if (tick % 5 == 0)
			lost += frame >= 10;
		else if (++frame > 10)
			damaged += frame % 7 == 0;
	}
	assert_int_equal(measure.ledger.captured, 100);
	assert_int_equal(measure.ledger.lost_driver, lost);
	assert_int_equal(measure.ledger.lost_error, damaged);
	assert_int_equal(measure.frames, 100 - damaged);
	assert_true(measure.counts_losses);
	close_all();
}

/* poll, DQBUF, QBUF; poll, read and a copy. */
static void costs_are_counted(void **state)
{
	(void)state;
	open_all("sim:size=64x48,fps=200", "mmap", 4);
	assert_int_equal(run(), 0);
	assert_in_range(measure.cost.n_syscalls, 300, 310);
	assert_int_equal(measure.cost.bytes_copied, 0);
	assert_in_range(measure.cost.n_switches, 1, 400);
	assert_true(measure.cost.cpu_ns > 0 && measure.cost.cpu_ns < measure.cost.wall_ns);
	close_all();

	open_all("sim:size=64x48,fps=200", "rw", 0);
	assert_int_equal(run(), 0);
	assert_in_range(measure.cost.n_syscalls, 190, 230);
	assert_int_equal(measure.cost.bytes_copied, 100 * 64 * 48 * 2);
	assert_int_equal(measure.latency_ns.count, 0);
	assert_int_equal(measure.interval_ns.count, 100);
	assert_false(measure.counts_losses);
	close_all();
}

/* Three frames of every ten ticks, at the most. */
static void slow_consumer_loses_frames(void **state)
{
	(void)state;
	open_all("sim:size=64x48,fps=100", "mmap", 2);
	measure.options.consumer.delay_ns = 35 * NS_PER_MS;
	measure.options.count = 20;
	assert_int_equal(run(), 0);
	assert_true(measure.ledger.lost_driver >= 20);
	assert_int_equal(measure.frames, 20);
	close_all();

	open_all("sim:size=64x48,fps=100", "mmap", 2);
	measure.options.consumer.delay_ns = 35 * NS_PER_MS;
	measure.options.stop_at_loss = true;
	assert_int_equal(run(), 0);
	assert_int_equal(measure.end, MEASURE_END_LOSS);
	assert_true(measure.ledger.captured < 10);
	close_all();
}

static void touching_reads_every_byte(void **state)
{
	(void)state;
	open_all("sim:size=66x50,fps=0,format=YU12", "userptr", 4);
	measure.options.touch = true;
	assert_int_equal(run(), 0);
	assert_true(measure.touched > 0 && measure.touch_ns > 0);
	close_all();
}

static void bare_keeps_no_distributions(void **state)
{
	(void)state;
	open_all("sim:size=64x48,fps=0", "mmap", 4);
	measure.options.bare = true;
	assert_int_equal(run(), 0);
	assert_int_equal(measure.latency_ns.count + measure.interval_ns.count + measure.jitter_ns.count, 0);
	assert_int_equal(measure.ledger.captured, 100);
	assert_true(measure.fps > 0);
	close_all();
}

static void output_is_measured(void **state)
{
	static const char *const modes[] = { "mmap", "userptr", "dmabuf", "rw" };

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		print_message("# %s\n", modes[i]);
		open_all("sim:type=output,size=64x48,fps=200", modes[i], 4);
		measure.options.touch = true;
		assert_int_equal(run(), 0);
		assert_int_equal(measure.frames, 100);
		assert_in_range(measure.latency_ns.count, 95, 105);
		assert_true(measure.fps > 10 && measure.fps < 250); /* slower on a busy machine */
		assert_int_equal(pool.n_held, 0);
		assert_false(pool.active);
		close_all();
	}
}

static const struct {
	const char *keys;
	int err;
	enum measure_end end;
} ends[] = {
	{ "sim:size=64x48,fps=0,unplug=50", -ENODEV, MEASURE_END_DISCONNECT },
	{ "sim:size=64x48,fps=0,unplug=1", -ENODEV, MEASURE_END_DISCONNECT },
	{ "sim:size=64x48,fps=0,stall=50", -ETIMEDOUT, MEASURE_END_STALL },
	{ "sim:size=64x48,fps=0,last=50", 0, MEASURE_END_EOS },
	{ "sim:size=64x48,fps=0,fail=dqbuf@50:EINVAL", -EINVAL, MEASURE_END_ERROR },
	{ "sim:size=64x48,fps=0,fail=streamon@1:EIO", -EIO, MEASURE_END_ERROR },
};

static void runs_end_in_words(void **state)
{
	(void)state;
	log_set_sink(ignore, NULL);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		print_message("# %s\n", ends[i].keys);
		open_all(ends[i].keys, "mmap", 4);
		measure.options.stall_ns = 100 * NS_PER_MS;
		assert_int_equal(run(), ends[i].err);
		assert_int_equal(measure.end, ends[i].end);
		assert_true(measure.frames <= 50);
		close_all();
	}
	log_set_sink(NULL, NULL);
}

static void signal_ends_a_run(void **state)
{
	int signal_fd = eventfd(1, EFD_CLOEXEC);

	(void)state;
	open_all("sim:size=64x48,fps=5", "mmap", 4);
	measure.options.signal_fd = signal_fd;
	assert_int_equal(run(), -ECANCELED);
	assert_int_equal(measure.end, MEASURE_END_SIGNAL);
	close_all();
	close(signal_fd);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_latency_and_jitter_are_measured),
		cmocka_unit_test(losses_are_exact),
		cmocka_unit_test(costs_are_counted),
		cmocka_unit_test(slow_consumer_loses_frames),
		cmocka_unit_test(touching_reads_every_byte),
		cmocka_unit_test(bare_keeps_no_distributions),
		cmocka_unit_test(output_is_measured),
		cmocka_unit_test(runs_end_in_words),
		cmocka_unit_test(signal_ends_a_run),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("measure", tests, NULL, NULL);
}
