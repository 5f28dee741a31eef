/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The run of a measurement: start, warm-up, measured frames, end. */
#include "bench/measure_internal.h"

#include <stdio.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status_line.h"
#include "device/node_errors.h"

static int set_end(struct measure *measure, enum run_end end, int err)
{
	measure->end = end;
	return err;
}

/* Sets the end for a result of the pool; returns 0 for a regular end, else the result. */
static int end_by_result(struct measure *measure, int result)
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
		node_error_no_frames(pool_device(measure->pool), measure->options.stall_ns);
	if (result == POOL_RES_CHANGE)
		log_error("%s: the video source changed during the measurement", path);
	if (result == POOL_NOBUF)
		log_error("%s: the driver has no buffer, and none can be queued", path);
	for (size_t i = 0; i < ARRAY_SIZE(outcomes); i++)
		if ((int)outcomes[i].result == result)
			return set_end(measure, outcomes[i].end, outcomes[i].good ? 0 : result);
	return set_end(measure, END_ERROR, result);
}

static int move_frame(struct measure *measure)
{
	int64_t deadline_ns = measure->options.stall_ns ? now_ns() + measure->options.stall_ns : 0;

	return device_is_output(pool_device(measure->pool)) ? measure_output_frame(measure, deadline_ns)
							    : measure_capture_frame(measure, deadline_ns);
}

int measure_prepare(struct measure *measure)
{
	struct fraction fps = pool_format(measure->pool)->fps;
	int err;

	measure->period_ns = fps.num && fps.den ? NS_PER_S * fps.den / fps.num : 0;
	measure->streams = pool_info(measure->pool).streams;
	pool_set_wakeup(measure->pool, measure->options.signal_fd, -1);
	measure->progress_ns = now_ns();
	cost_meter_open(&measure->meter, (const struct pool *const[]){ measure->pool }, 1);
	capture_timestamps_begin(&measure->timestamps, fps, measure->streams, now_ns());
	err = pool_start(measure->pool);
	if (err < 0)
		return set_end(measure, END_ERROR, err);
	err = move_frame(measure);
	if (err < 0)
		end_by_result(measure, err);
	return err;
}

void measure_begin(struct measure *measure)
{
	ledger_restart(&measure->ledger);
	measure->frames = measure->n_sleeps = measure->bytes_moved = 0;
	measure->touch_ns = 0;
	measure->measuring = true;
	measure->begin = cost_meter_read(&measure->meter);
}

/* The sleeps of the simulated consumer are not a cost of the queue. */
static uint64_t subtract_sleeps(uint64_t count, uint64_t sleeps)
{
	return count > sleeps ? count - sleeps : 0;
}

void measure_end(struct measure *measure)
{
	struct cost now = cost_meter_read(&measure->meter);

	measure->measuring = false;
	measure->cost = cost_difference(&now, &measure->begin);
	measure->cost.bytes_copied += measure->bytes_moved;
	measure->cost.n_switches = subtract_sleeps(measure->cost.n_switches, measure->n_sleeps);
	if (cost_meter_has_all_syscalls(&measure->meter))
		measure->cost.n_syscalls = subtract_sleeps(measure->cost.n_syscalls, measure->n_sleeps);
	/* A few positive latencies, of frames that were dequeued late, do not count. */
	measure->timestamps_in_future = measure->n_ahead * 100 > measure->ledger.captured;
	if (measure->timestamps_in_future)
		measure->latency_ns = (struct stats){ 0 };
	if (measure->span_ns > 0)
		measure->fps = (double)measure->n_intervals * NS_PER_S / (double)measure->span_ns;
}

static void show_progress(struct measure *measure)
{
	struct pool_info info;
	char run[64], frames[64], lost[40];
	const char *const fields[] = { run, frames, lost };
	int n;

	if (!measure->options.progress || !status_line_due(&measure->progress_ns, measure->last_ns))
		return;
	info = pool_info(measure->pool);
	n = snprintf(run, sizeof run, "%s", info.io);
	if (info.granted)
		snprintf(run + n, sizeof run - (size_t)n, ", %u buffers", info.granted);
	snprintf(frames, sizeof frames, "%llu of %llu frames",
		 (unsigned long long)(measure->measuring ? measure->ledger.captured : 0),
		 (unsigned long long)measure->options.count);
	snprintf(lost, sizeof lost, "lost %llu", (unsigned long long)ledger_lost(&measure->ledger));
	status_line_show(fields, measure->counts_losses ? 3 : 2);
}

/* Until `count` buffers were dequeued, or queued. */
static int run_until(struct measure *measure, uint64_t count)
{
	int err = 0;

	while (err == 0 && measure->ledger.captured < count) {
		err = move_frame(measure);
		show_progress(measure);
		if (measure->measuring && measure->options.stop_at_loss && ledger_lost(&measure->ledger))
			return set_end(measure, END_LOSS, err);
	}
	return err < 0 ? end_by_result(measure, err) : set_end(measure, END_COUNT, 0);
}

int measure_run(struct measure *measure)
{
	int err = run_until(measure, measure->options.warmup);

	if (err < 0 || measure->end != END_COUNT)
		return err;
	measure_begin(measure);
	err = run_until(measure, measure->options.count);
	measure_end(measure);
	return err;
}

void measure_close(struct measure *measure)
{
	if (!measure->pool)
		return;
	if (device_is_output(pool_device(measure->pool)))
		measure_output_stop(measure);
	pool_stop(measure->pool);
	pool_set_wakeup(measure->pool, -1, -1);
	cost_meter_close(&measure->meter);
}
