/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Measuring, over a simulated device whose losses are known, and whose latency and jitter are made here: by a
 * clock that stands at the time at which a frame is to come. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "bench/measure.h"
#include "device/format/negotiate.h"
#include "queue/pool_internal.h"

#define N 200
#define WARMUP 10

/* Of the device whose latency is known. */
#define BEGIN_NS (1000 * NS_PER_S)
#define LATENCY_NS (60 * NS_PER_MS)
#define JITTER_NS (18 * NS_PER_MS)
#define PERIOD_NS (20 * NS_PER_MS)

static struct device device;
static struct video_format format;
static struct pool *pool;
static struct measure measure;

static int64_t made_ns; /* 0: the clock is the system's */

int clock_gettime(clockid_t id, struct timespec *t)
{
	if (id != CLOCK_MONOTONIC || !made_ns)
		return (int)syscall(SYS_clock_gettime, id, t);
	*t = (struct timespec){ .tv_sec = made_ns / NS_PER_S, .tv_nsec = made_ns % NS_PER_S };
	return 0;
}

/* Spread over [0, JITTER_NS), in whole microseconds as timestamps are. */
static int64_t late_ns(uint32_t sequence)
{
	uint64_t mixed = (sequence + 1) * UINT64_C(0x9e3779b97f4a7c15);

	mixed ^= mixed >> 29;
	return LATENCY_NS + (int64_t)(mixed % (uint64_t)JITTER_NS) / NS_PER_US * NS_PER_US;
}

static uint32_t sequences[WARMUP + N + 1];
static unsigned n_sequences;

/* A frame a period by the driver's timestamps, each late by the time that is its own. */
static int timed_ioctl(struct device *of, unsigned long request, void *argument)
{
	int result = device_sim.ioctl(of, request, argument);
	struct v4l2_buffer *buffer = argument;
	int64_t ns;

	if (result < 0 || request != VIDIOC_DQBUF)
		return result;
	ns = BEGIN_NS + buffer->sequence * PERIOD_NS;
	made_ns = ns + late_ns(buffer->sequence);
	buffer->timestamp.tv_sec = ns / NS_PER_S;
	buffer->timestamp.tv_usec = ns % NS_PER_S / NS_PER_US;
	if (n_sequences < ARRAY_SIZE(sequences))
		sequences[n_sequences++] = buffer->sequence;
	return result;
}

static void ignore(void *opaque, enum log_level level, const char *text)
{
	(void)opaque, (void)level, (void)text;
}

static void open_all(const char *name, const char *io, uint32_t buffers)
{
	struct pool_options options = { .io = io };
	struct pool_config config = { .min = buffers, .max = buffers, .layout = true };

	assert_int_equal(device_open(&device, name, DEVICE_ANY), 0);
	assert_int_equal(negotiate_get_format(&device, &format), 0);
	if (made_ns) {
		static struct device_ops timed;

		timed = device_sim;
		timed.ioctl = timed_ioctl;
		device.ops = &timed;
		format.fps = (struct fraction){ NS_PER_S / PERIOD_NS, 1 };
	}
	assert_int_equal(pool_open(&pool, &device, &format, &options), 0);
	assert_int_equal(pool_configure(pool, &config), 0);
	measure = (struct measure){
		.pool = pool,
		.options = { .count = 100, .warmup = WARMUP, .stall_ns = 10 * NS_PER_S, .signal_fd = -1 },
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
	pool_close(pool);
	device_close(&device);
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t quantile(int64_t *samples, size_t n, double q)
{
	qsort(samples, n, sizeof *samples, compare);
	return samples[(size_t)ceil(q * (double)n - 1e-9) - 1];
}

/* As accurate as a histogram is. */
static void check_quantiles(const struct stats *stats, int64_t made[N])
{
	static const double quantiles[] = { 0.5, 0.95, 0.99 };

	assert_int_equal(stats->count, N);
	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++) {
		int64_t wanted = quantile(made, N, quantiles[i]);

		assert_in_range(stats_quantile(stats, quantiles[i]), wanted - wanted / 100,
				wanted + wanted / 100);
	}
	assert_int_equal(stats->min, made[0]);
	assert_int_equal(stats->max, made[N - 1]);
}

/* Every seventh period brings no frame, which is neither latency nor jitter. */
static void known_latency_and_jitter_are_measured(void **state)
{
	int64_t latency[N], jitter[N];

	(void)state;
	made_ns = BEGIN_NS;
	open_all("sim:size=64x48,fps=0,drop=7", "mmap", 8);
	measure.options.count = N;
	assert_int_equal(run(), 0);
	assert_int_equal(measure.end, END_COUNT);
	assert_int_equal(n_sequences, WARMUP + N);
	for (unsigned i = 0; i < N; i++) {
		uint32_t now = sequences[WARMUP + i], before = sequences[WARMUP + i - 1];

		latency[i] = late_ns(now);
		jitter[i] = llabs(late_ns(now) - late_ns(before));
	}
	assert_int_equal(measure.ledger.lost_driver, sequences[WARMUP + N - 1] - sequences[WARMUP - 1] - N);
	assert_true(measure.ledger.lost_driver >= N / 7);
	check_quantiles(&measure.latency_ns, latency);
	check_quantiles(&measure.jitter_ns, jitter);
	assert_in_range(stats_quantile(&measure.interval_ns, 0.5), PERIOD_NS, PERIOD_NS);
	close_all();
	made_ns = 0;
}

/* Of ticks 1, 2, 3, … every 5th makes no frame, and every 7th frame is damaged. fps=0: a tick passes for each
 * buffer, so that no time is too short for it. */
static void losses_are_exact(void **state)
{
	uint64_t lost = 0, damaged = 0, frame = 0;

	(void)state;
	open_all("sim:size=64x48,fps=0,drop=5,error=7", "mmap", 4);
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

static uint64_t switches_so_far(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return (uint64_t)(usage.ru_nvcsw + usage.ru_nivcsw);
}

/* poll, DQBUF, QBUF; poll, read and a copy. */
static void costs_are_counted(void **state)
{
	uint64_t switches = switches_so_far();

	(void)state;
	open_all("sim:size=64x48,fps=200", "mmap", 4);
	assert_int_equal(run(), 0);
	assert_in_range(measure.cost.n_syscalls, 300, 310);
	assert_int_equal(measure.cost.bytes_copied, 0);
	assert_in_range(measure.cost.n_switches, 1, switches_so_far() - switches);
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
	assert_int_equal(measure.end, END_LOSS);
	assert_true(measure.ledger.captured < 10);
	close_all();
}

static void touching_reads_every_byte(void **state)
{
	(void)state;
	open_all("sim:size=66x50,fps=0,format=YU12", "userptr", 4);
	measure.options.touch = true;
	assert_int_equal(run(), 0);
	assert_true(measure.touched_sum > 0 && measure.touch_ns > 0);
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
	double of_span;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		print_message("# %s\n", modes[i]);
		open_all("sim:type=output,size=64x48,fps=200", modes[i], 4);
		measure.options.touch = true;
		assert_int_equal(run(), 0);
		assert_int_equal(measure.frames, 100);
		assert_in_range(measure.latency_ns.count, 95, 105);
		/* As the whole span says, whose ends need not be frames; never faster than the device. */
		of_span = (double)measure.frames * NS_PER_S / (double)measure.cost.wall_ns;
		assert_true(measure.fps > of_span / 2 && measure.fps < of_span * 2 && measure.fps < 250);
		assert_int_equal(pool->n_held, 0);
		assert_false(pool->active);
		close_all();
	}
}

static const struct {
	const char *keys;
	int err;
	enum run_end end;
} ends[] = {
	{ "sim:size=64x48,fps=0,unplug=50", -ENODEV, END_DISCONNECT },
	{ "sim:size=64x48,fps=0,unplug=1", -ENODEV, END_DISCONNECT },
	{ "sim:size=64x48,fps=0,stall=50", -ETIMEDOUT, END_STALL },
	{ "sim:size=64x48,fps=0,last=50", 0, END_EOS },
	{ "sim:size=64x48,fps=0,fail=dqbuf@50:EINVAL", -EINVAL, END_ERROR },
	{ "sim:size=64x48,fps=0,fail=streamon@1:EIO", -EIO, END_ERROR },
};

static void runs_end_in_words(void **state)
{
	(void)state;
	log_set_sink(ignore, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
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
	assert_int_equal(measure.end, END_SIGNAL);
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
