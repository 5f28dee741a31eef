/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Measuring, over a simulated device whose latency, jitter and losses are known. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "device/negotiate.h"
#include "bench/measure.h"
#include "queue/pool_internal.h"

#define N 200
#define WARMUP 10
#define MAX_NOTES 300

/* Of the device whose latency is known. */
#define LATENCY_NS (60 * NS_PER_MS)
#define JITTER_NS (18 * NS_PER_MS)
#define PERIOD_NS (20 * NS_PER_MS)

static struct device device;
static struct video_format format;
static struct pool *pool;
static struct measure measure;

/* What truly happened, as the device saw it: each frame that left, and when. */
static struct note {
	int64_t left_ns, timestamp_ns;
	uint32_t sequence;
} notes[MAX_NOTES];
static unsigned n_notes;

static int note_ioctl(struct device *of, unsigned long request, void *argument)
{
	int result = device_sim.ioctl(of, request, argument);
	const struct v4l2_buffer *buffer = argument;

	if (result == 0 && request == VIDIOC_DQBUF && n_notes < MAX_NOTES)
		notes[n_notes++] = (struct note){
			.left_ns = now_ns(),
			.timestamp_ns =
				buffer->timestamp.tv_sec * NS_PER_S + buffer->timestamp.tv_usec * NS_PER_US,
			.sequence = buffer->sequence,
		};
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
	static struct device_ops noting;

	n_notes = 0;
	assert_int_equal(device_open(&device, name, DEVICE_ANY), 0);
	noting = device_sim;
	noting.ioctl = note_ioctl;
	device.ops = &noting;
	assert_int_equal(negotiate_get_format(&device, &format), 0);
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

static int64_t quantile(int64_t *samples, size_t n, double q)
{
	qsort(samples, n, sizeof *samples, compare);
	return samples[(size_t)ceil(q * (double)n - 1e-9) - 1];
}

/* What the device was told to do, what it did, and what was measured of that. */
static bool is_near(const struct stats *stats, int64_t *happened, int64_t *injected, double q,
		    const char *what)
{
	double did = (double)quantile(happened, N, q), got = (double)stats_quantile(stats, q);

	print_message("# %s p%g: injected %.0f, happened %.0f, measured %.0f us\n", what, 100 * q,
		      (double)quantile(injected, N, q) / 1e3, did / 1e3, got / 1e3);
	return fabs(got - did) <= 0.05 * did;
}

/* Numbers count the periods from 0 on, so that frames that were lost do no harm. */
static int64_t injected_ns(const struct note *note)
{
	return LATENCY_NS + jitter_of(note->sequence, JITTER_NS);
}

static bool measured_as_it_happened(void)
{
	int64_t latency[N], jitter[N], injected_latency[N], injected_jitter[N];

	for (int i = 0; i < N; i++) {
		const struct note *now = &notes[WARMUP + i], *before = now - 1;
		int64_t periods = (int64_t)(now->sequence - before->sequence);

		latency[i] = now->left_ns - now->timestamp_ns;
		injected_latency[i] = injected_ns(now);
		jitter[i] = llabs(now->left_ns - before->left_ns - periods * PERIOD_NS);
		injected_jitter[i] = llabs(injected_ns(now) - injected_ns(before));
	}
	return is_near(&measure.latency_ns, latency, injected_latency, 0.5, "latency") &
	       is_near(&measure.latency_ns, latency, injected_latency, 0.99, "latency") &
	       is_near(&measure.jitter_ns, jitter, injected_jitter, 0.5, "jitter") &
	       is_near(&measure.jitter_ns, jitter, injected_jitter, 0.99, "jitter");
}

/* A busy machine brings frames later than they were made, never earlier, and hardly all of them later. */
static void check_injected(void)
{
	int64_t least_ns = INT64_MAX;

	for (unsigned i = 0; i < n_notes; i++) {
		int64_t late_ns = notes[i].left_ns - notes[i].timestamp_ns - injected_ns(&notes[i]);

		assert_true(late_ns >= 0);
		least_ns = late_ns < least_ns ? late_ns : least_ns;
	}
	assert_true(least_ns < LATENCY_NS / 20);
}

/* Between the device's note and the measure's a busy machine may stop the program, which is a wrong sample:
 * once, but not in each of three runs so often that it shows. */
static void known_latency_and_jitter_are_measured(void **state)
{
	bool right = false;

	(void)state;
	for (int i = 0; i < 3 && !right; i++) {
		open_all("sim:size=64x48,fps=50,latency=60,jitter=18", "mmap", 8);
		measure.options.count = N;
		assert_int_equal(run(), 0);
		assert_int_equal(measure.end, END_COUNT);
		assert_int_equal(measure.latency_ns.count, N);
		assert_int_equal(measure.jitter_ns.count, N);
		assert_int_equal(measure.ledger.lost_driver,
				 notes[WARMUP + N - 1].sequence - notes[WARMUP - 1].sequence - N);
		assert_int_equal(n_notes, WARMUP + N);
		check_injected();
		right = measured_as_it_happened();
		assert_in_range(stats_quantile(&measure.interval_ns, 0.5), 99 * PERIOD_NS / 100,
				101 * PERIOD_NS / 100);
		assert_true(measure.fps > 0 && measure.fps < 50.5);
		close_all();
	}
	assert_true(right);
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
