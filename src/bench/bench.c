/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: opens the device and measures all runs of the plan. */
#include "bench/bench.h"

#include <errno.h>
#include "base/log.h"
#include "bench/bench_relay.h"

struct measure_options bench_measure_options(const struct bench *bench)
{
	const struct bench_options *options = &bench->options;

	return (struct measure_options){
		.count = options->count,
		.warmup = options->warmup,
		.touch = options->touch,
		.bare = options->bare,
		.consumer = options->consumer,
		.stall_ns = options->stall_ns,
		.signal_fd = options->signal_fd,
		.progress = options->progress,
	};
}

const char *bench_direction(const struct bench *bench)
{
	return bench->options.relay ? "relay" : device_is_output(&bench->setup.device) ? "output" : "capture";
}

static enum status open_device(struct bench *bench)
{
	struct setup *setup = &bench->setup;
	enum status status = setup_device(setup, &bench->options.setup);

	if (status == STATUS_DONE)
		status = setup_format(setup, &bench->options.setup);
	if (status != STATUS_DONE || !device_is_output(&setup->device) ||
	    (setup->format.pix && setup->format.pix->av != AV_PIX_FMT_NONE))
		return status;
	log_error("%s: bench can only generate raw frames, and the device is set to a compressed format: "
		  "choose a raw one with --pixelformat",
		  setup->device.path);
	return STATUS_REFUSED;
}

static int plan_runs(struct bench *bench)
{
	struct pool_options options = { .io = "auto" };
	struct pool *pool;
	int err = pool_open(&pool, &bench->setup.device, &bench->setup.format, &options);

	if (err < 0)
		return err;
	bench->driver_min = pool_info(pool).driver_min;
	err = bench_plan_runs(&bench->options.plan, pool, &bench->runs, &bench->n_runs);
	pool_close(pool);
	return err;
}

enum status bench_open(struct bench *bench)
{
	enum status status;

	if (bench->options.relay)
		return bench_relay_open(bench);
	status = open_device(bench);
	return status == STATUS_DONE ? status_of(STAGE_QUEUE, plan_runs(bench)) : status;
}

void bench_close(struct bench *bench)
{
	bench_relay_close(bench);
	setup_close(&bench->setup);
	bench_runs_free(bench->runs, bench->n_runs);
}

/* After read() or write() the file descriptor owns the queue until it is closed. */
static enum status reopen_after_rw(struct bench *bench, const struct bench_run *last)
{
	if (!last || last->buffers)
		return STATUS_DONE;
	if (setup_close_keeping_name(&bench->setup) < 0)
		return STATUS_FAILED;
	return open_device(bench);
}

/* Returns whether to go on with other runs. */
static bool measure_run_once(struct bench *bench, struct bench_run *run, const struct bench_run *last)
{
	struct measure_options options = bench_measure_options(bench);
	enum status status = bench->relay ? STATUS_DONE : reopen_after_rw(bench, last);
	int err = 0;

	if (status == STATUS_DONE) {
		err = bench->relay ? bench_relay_measure(bench, (size_t)(run - bench->runs))
				   : bench_run_measure(run, &bench->setup, &bench->options.setup, &options);
		if (err < 0 && err != -ECANCELED && !run->unsupported)
			status = status_of(STAGE_RUN, err);
	}
	bench->interrupted |= run->interrupted;
	if (bench->status == STATUS_DONE)
		bench->status = status;
	return bench->setup.has_device && err != -ENODEV && !bench->interrupted;
}

/* Alternates between the runs, so that a change in the machine's load affects all alike. */
static void measure_runs(struct bench *bench)
{
	const struct bench_run *last = NULL;
	bool going = true;

	for (uint64_t i = 0; i < bench->options.repeat; i++) {
		for (size_t k = 0; k < bench->n_runs && going; k++) {
			struct bench_run *run = &bench->runs[k];

			if (run->unsupported || run->error)
				continue;
			going = measure_run_once(bench, run, last);
			last = run;
		}
	}
	for (size_t k = 0; k < bench->n_runs; k++)
		bench_run_sum_up(&bench->runs[k]);
}

enum status bench_measure(struct bench *bench)
{
	enum status status = STATUS_DONE;

	measure_runs(bench);
	for (size_t i = 0; i < bench->n_runs; i++) {
		if (bench->runs[i].n_samples)
			return bench->status;
		if (status == STATUS_DONE && bench->runs[i].unsupported)
			status = status_of(bench->runs[i].is_configured ? STAGE_START : STAGE_QUEUE,
					   bench->runs[i].err);
	}
	if (bench->interrupted || bench->status)
		return bench->status;
	log_error("%s: no %s could be measured: %s", bench->setup.device.path,
		  bench->relay ? "way to the output" : "io mode",
		  bench->n_runs && bench->runs[0].unsupported ? bench->runs[0].unsupported : "no frame came");
	return status ? status : STATUS_FAILED;
}
