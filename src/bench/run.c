/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One run of v4l2q bench: measuring it, and its figures. */
#include "bench/run.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/log_capture.h"

char *bench_run_text(const struct bench_run *run, char text[BENCH_RUN_TEXT_MAX])
{
	if (run->buffers)
		snprintf(text, BENCH_RUN_TEXT_MAX, "%s, %u buffers", run->io, run->buffers);
	else
		snprintf(text, BENCH_RUN_TEXT_MAX, "%s", run->io);
	return text;
}

bool bench_run_is_mode_error(int err)
{
	return err < 0 && err != -ENODEV && err != -EBUSY && err != -ETIMEDOUT && err != -ECANCELED &&
	       err != POOL_RES_CHANGE;
}

/* As setup_pool(), with the run's io mode and its exact number of buffers. */
static int open_pool(struct setup *setup, const struct setup_options *options, const struct bench_run *run)
{
	struct setup_options own = *options;

	own.io = run->io;
	own.has_min_buffers = true;
	own.min_buffers = run->buffers;
	own.max_buffers = options->max_buffers > run->buffers ? options->max_buffers : run->buffers;
	return setup_pool(setup, &own);
}

/* Skips "name: " at the start of a message. */
static const char *skip_prefix(const char *text, const char *name)
{
	size_t length = strlen(name);

	return strncmp(text, name, length) == 0 && strncmp(text + length, ": ", 2) == 0 ? text + length + 2
											: text;
}

static char *error_text(const struct setup *setup, const struct bench_run *run, const char *message, int err)
{
	const char *text = *message ? message : err_str(err);

	return strdup(skip_prefix(skip_prefix(text, setup->device.path), run->io));
}

/* Why a run ended after it had begun. */
static const char *end_text(const struct measure *measure, int err)
{
	return measure->end == END_STALL        ? "the device stopped delivering"
	       : measure->end == END_DISCONNECT ? "the device was unplugged"
	       : err == POOL_RES_CHANGE         ? "the video source changed"
						: err_str(err);
}

/* A mode that fails before its first frame is not supported; later failures are errors of the run. */
static void set_error_text(const struct setup *setup, struct bench_run *run, const char *message, int err,
			   bool began)
{
	char **text = bench_run_is_mode_error(err) && !began ? &run->unsupported : &run->error;

	if (!*text)
		*text = error_text(setup, run, message, err);
	run->err = err;
}

/* The moment that the timestamp refers to: start of exposure, or end of frame. */
static const char *timestamp_moment(uint32_t flags)
{
	return (flags & V4L2_BUF_FLAG_TSTAMP_SRC_MASK) == V4L2_BUF_FLAG_TSTAMP_SRC_SOE ? "soe" : "eof";
}

void bench_run_add_sample(struct bench_run *run, const struct measure *measure)
{
	double(*samples)[N_METRICS];

	if (!measure->ledger.captured || measure->cost.wall_ns == 0 || run->n_samples == BENCH_MAX_REPEATS)
		return;
	samples = realloc(run->samples, (run->n_samples + 1) * sizeof *samples);
	if (!samples) {
		log_no_memory();
		return;
	}
	run->samples = samples;
	metric_compute(measure, samples[run->n_samples++]);
	stats_merge(&run->latency_ns, &measure->latency_ns);
	run->frames += measure->frames;
	run->captured += measure->ledger.captured;
	run->clock = device_clock_name(measure->flags);
	run->moment = timestamp_moment(measure->flags);
	run->end = end_name(measure->end);
	run->timestamps_in_future |= measure->timestamps_in_future;
	run->all_syscalls = cost_meter_has_all_syscalls(&measure->meter);
	run->pool = pool_info(measure->pool);
}

static int open_and_measure(struct bench_run *run, struct setup *setup, const struct setup_options *options,
			    struct measure *measure)
{
	bool began = run->n_samples > 0;
	struct log_capture captured;
	int err;

	log_capture_begin(&captured);
	err = open_pool(setup, options, run);
	run->is_configured = err == 0;
	if (err == 0) {
		measure->pool = setup->pool;
		err = measure_prepare(measure);
	}
	log_capture_end(&captured, bench_run_is_mode_error(err) ? LOG_LEVEL_VERBOSE : LOG_LEVEL_ERROR);
	if (err == 0) {
		began = true;
		err = measure_run(measure);
		if (err < 0)
			snprintf(captured.first_error, sizeof captured.first_error, "%s",
				 end_text(measure, err));
	}
	if (err < 0 && err != -ECANCELED)
		set_error_text(setup, run, captured.first_error, err, began);
	run->interrupted |= measure->end == END_SIGNAL || err == -ECANCELED;
	return err;
}

int bench_run_measure(struct bench_run *run, struct setup *setup, const struct setup_options *setup_options,
		      const struct measure_options *options)
{
	struct measure *measure = calloc(1, sizeof *measure);
	int err;

	if (!measure)
		return log_no_memory();
	measure->options = *options;
	err = open_and_measure(run, setup, setup_options, measure);
	setup->under_way |= err == 0 || measure->ledger.captured;
	bench_run_add_sample(run, measure);
	if (measure->streams)
		rate_truth_judge(&run->rate, &setup->device, setup->format.fps,
				 device_is_output(&setup->device) ? &run->pool.shown
								  : &measure->timestamps.rate);
	measure_close(measure);
	pool_close(setup->pool);
	setup->pool = NULL;
	free(measure);
	return err;
}

static int compare_values(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void bench_run_sum_up(struct bench_run *run)
{
	double values[BENCH_MAX_REPEATS];
	unsigned n;

	for (int i = 0; i < N_METRICS; i++) {
		run->values[i] = run->spreads[i] = NAN;
		n = 0;
		for (unsigned k = 0; k < run->n_samples; k++)
			if (!isnan(run->samples[k][i]))
				values[n++] = run->samples[k][i];
		if (!n)
			continue;
		qsort(values, n, sizeof *values, compare_values);
		run->values[i] = (values[(n - 1) / 2] + values[n / 2]) / 2;
		if (n > 1)
			run->spreads[i] = (values[n - 1] - values[0]) / 2;
	}
}

void bench_run_free(struct bench_run *run)
{
	free(run->unsupported);
	free(run->error);
	free(run->samples);
	*run = (struct bench_run){ .io = "" };
}

void bench_runs_free(struct bench_run *runs, size_t n_runs)
{
	for (size_t i = 0; runs && i < n_runs; i++)
		bench_run_free(&runs[i]);
	free(runs);
}
