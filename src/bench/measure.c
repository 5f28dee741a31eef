/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Measuring a queue. */
#include "bench/measure_internal.h"

#include <poll.h>
#include <linux/videodev2.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status_line.h"

#define LEAP_NS (3600 * NS_PER_S) /* longer than any latency or pause that makes sense */

const char *measure_clock_name(const struct measure *measure)
{
	return device_clock_name(measure->flags);
}

const char *measure_moment_name(const struct measure *measure)
{
	return (measure->flags & V4L2_BUF_FLAG_TSTAMP_SRC_MASK) == V4L2_BUF_FLAG_TSTAMP_SRC_SOE ? "soe"
												: "eof";
}

void measure_latency(struct measure *measure, int64_t latency_ns)
{
	if (!measure->measuring || measure->options.bare)
		return;
	measure->n_ahead += latency_ns < 0;
	if (latency_ns >= 0 && latency_ns < LEAP_NS)
		stats_add(&measure->latency_ns, latency_ns);
}

/* Frames that were lost make a gap in time too, which is no jitter. */
static void add_jitter(struct measure *measure, int64_t elapsed_ns, uint64_t lost)
{
	int64_t off_ns = elapsed_ns - measure->period_ns * (int64_t)(lost + 1);

	if (measure->period_ns && lost < 1000)
		stats_add(&measure->jitter_ns, off_ns < 0 ? -off_ns : off_ns);
}

void measure_interval(struct measure *measure, int64_t dequeue_ns, int64_t timestamp_ns, uint64_t lost)
{
	int64_t elapsed_ns = dequeue_ns - measure->last_ns;
	int64_t stamped_ns = (int64_t)((uint64_t)timestamp_ns - (uint64_t)measure->last_timestamp_ns);
	bool stamped =
		timestamp_ns > 0 && measure->last_timestamp_ns > 0 && stamped_ns >= 0 && stamped_ns < LEAP_NS;

	if (measure->measuring && measure->last_ns) {
		measure->n_intervals++;
		measure->span_ns += stamped ? stamped_ns : elapsed_ns;
		if (!measure->options.bare) {
			stats_add(&measure->interval_ns, stamped ? stamped_ns : elapsed_ns);
			add_jitter(measure, elapsed_ns, lost);
		}
	}
	measure->last_ns = dequeue_ns;
	measure->last_timestamp_ns = timestamp_ns;
}

void measure_wait(struct measure *measure)
{
	struct pollfd signal = { .fd = measure->options.signal_fd, .events = POLLIN };
	struct timespec time;
	int64_t wait_ns;

	if (!consumer_is_slow(&measure->options.consumer))
		return;
	wait_ns = consumer_keeps_ns(&measure->options.consumer, now_ns());
	if (!wait_ns)
		return;
	time = (struct timespec){ .tv_sec = wait_ns / NS_PER_S, .tv_nsec = wait_ns % NS_PER_S };
	measure->n_sleeps++;
	ppoll(&signal, 1, &time, NULL);
}

static int finish(struct measure *measure, enum run_end end, int err)
{
	measure->end = end;
	return err;
}

/* What a turn can end with, besides a frame. */
static int take_outcome(struct measure *measure, int result)
{
	static const struct {
		enum pool_result result;
		enum run_end end;
		bool good;
	} outcomes[] = {
		{ POOL_EOS, END_EOS, true },
		{ POOL_FLUSHING, END_SIGNAL, true },
		{ POOL_DEVLOST, END_DISCONNECT, false },
		{ POOL_TIMEOUT, END_STALL, false },
	};
	const char *path = pool_device(measure->pool)->path;

	if (result == POOL_TIMEOUT)
		log_error("%s: no frame for %.3g s: the device has stopped delivering (--stall-timeout sets "
			  "how long to wait)",
			  path, (double)measure->options.stall_ns / NS_PER_S);
	if (result == POOL_RES_CHANGE)
		log_error("%s: the source changed while it was measured", path);
	if (result == POOL_NOBUF)
		log_error("%s: the driver has no buffer left and takes none", path);
	for (size_t i = 0; i < ARRAY_SIZE(outcomes); i++)
		if ((int)outcomes[i].result == result)
			return finish(measure, outcomes[i].end, outcomes[i].good ? 0 : result);
	return finish(measure, END_ERROR, result);
}

static int turn(struct measure *measure)
{
	int64_t deadline_ns = measure->options.stall_ns ? now_ns() + measure->options.stall_ns : 0;

	return device_is_output(pool_device(measure->pool)) ? measure_output_turn(measure, deadline_ns)
							    : measure_capture_turn(measure, deadline_ns);
}

int measure_prepare(struct measure *measure)
{
	struct fraction fps = pool_format(measure->pool)->fps;
	int err;

	measure->period_ns = fps.num && fps.den ? NS_PER_S * fps.den / fps.num : 0;
	pool_set_wakeup(measure->pool, measure->options.signal_fd, -1);
	measure->progress_ns = now_ns();
	meter_open(&measure->meter, measure->pool);
	err = pool_start(measure->pool);
	if (err < 0)
		return finish(measure, END_ERROR, err);
	err = turn(measure);
	if (err < 0)
		take_outcome(measure, err);
	return err;
}

/* Forgets the warm-up, all but where the driver's numbers stand. */
static void begin(struct measure *measure)
{
	struct ledger fresh = {
		.has_sequence = measure->ledger.has_sequence,
		.last_sequence = measure->ledger.last_sequence,
	};

	measure->ledger = fresh;
	measure->frames = measure->n_sleeps = measure->bytes_moved = 0;
	measure->touch_ns = 0;
	measure->measuring = true;
	measure->begin = meter_read(&measure->meter);
}

/* What the consumer's sleeping costs is no cost of the queue's. */
static uint64_t without(uint64_t count, uint64_t sleeps)
{
	return count > sleeps ? count - sleeps : 0;
}

static void end(struct measure *measure)
{
	struct reading now = meter_read(&measure->meter);

	measure->measuring = false;
	measure->cost = reading_difference(&now, &measure->begin);
	measure->cost.bytes_copied += measure->bytes_moved;
	measure->cost.n_switches = without(measure->cost.n_switches, measure->n_sleeps);
	if (meter_sees_all_syscalls(&measure->meter))
		measure->cost.n_syscalls = without(measure->cost.n_syscalls, measure->n_sleeps);
	/* Those that happen to be positive would tell of nothing but bad luck. */
	measure->stamps_ahead = measure->n_ahead * 100 > measure->ledger.captured;
	if (measure->stamps_ahead)
		measure->latency_ns = (struct stats){ 0 };
	if (measure->span_ns > 0)
		measure->fps = (double)measure->n_intervals * NS_PER_S / (double)measure->span_ns;
}

static void show_progress(struct measure *measure)
{
	if (measure->options.progress && status_line_due(&measure->progress_ns, measure->last_ns))
		measure->options.progress(measure->options.progress_opaque);
}

/* Until so many buffers went through. */
static int run_until(struct measure *measure, uint64_t count)
{
	int err = 0;

	while (err == 0 && measure->ledger.captured < count) {
		err = turn(measure);
		show_progress(measure);
		if (measure->measuring && measure->options.stop_at_loss && ledger_lost(&measure->ledger))
			return finish(measure, END_LOSS, err);
	}
	return err < 0 ? take_outcome(measure, err) : finish(measure, END_COUNT, 0);
}

int measure_run(struct measure *measure)
{
	int err = run_until(measure, measure->options.warmup);

	if (err < 0 || measure->end != END_COUNT)
		return err;
	begin(measure);
	err = run_until(measure, measure->options.count);
	end(measure);
	return err;
}

void measure_close(struct measure *measure)
{
	if (!measure->pool)
		return;
	if (device_is_output(pool_device(measure->pool)))
		measure_output_end(measure);
	pool_stop(measure->pool);
	pool_set_wakeup(measure->pool, -1, -1);
	meter_close(&measure->meter);
}
