/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: one run, and what came of it. */
#include "bench/bench.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/log_capture.h"
#include "base/status_line.h"
#include "report/common.h"

char *bench_run_text(const struct bench_run *run, char text[BENCH_RUN_TEXT_MAX])
{
	if (run->buffers)
		snprintf(text, BENCH_RUN_TEXT_MAX, "%s, %u buffers", run->io, run->buffers);
	else
		snprintf(text, BENCH_RUN_TEXT_MAX, "%s", run->io);
	return text;
}

static void show_progress(void *opaque)
{
	const struct measure *measure = opaque;
	struct pool_info info = pool_info(measure->pool);
	char run[64], frames[64], lost[40];
	const char *const fields[] = { run, frames, lost };
	int n = snprintf(run, sizeof run, "%s", info.io);

	if (info.granted)
		snprintf(run + n, sizeof run - (size_t)n, ", %u buffers", info.granted);
	snprintf(frames, sizeof frames, "%llu of %llu frames",
		 (unsigned long long)(measure->measuring ? measure->ledger.captured : 0),
		 (unsigned long long)measure->options.count);
	snprintf(lost, sizeof lost, "lost %llu", (unsigned long long)ledger_lost(&measure->ledger));
	status_line_show(fields, measure->counts_losses ? 3 : 2);
}

struct measure_options bench_measure_options(struct bench *bench)
{
	const struct bench_options *options = &bench->options;

	return (struct measure_options){
		.count = options->count,
		.warmup = options->warmup,
		.touch = options->touch,
		.bare = options->bare,
		.consumer = bench->consumer,
		.stall_ns = options->stall_ns,
		.signal_fd = bench->signal_fd,
		.progress = common_progress_wanted(&options->common) ? show_progress : NULL,
	};
}

bool bench_is_of_mode(int err)
{
	return err < 0 && err != -ENODEV && err != -EBUSY && err != -ETIMEDOUT && err != -ECANCELED &&
	       err != POOL_RES_CHANGE;
}

static int open_queue(struct bench *bench, const struct bench_run *run)
{
	const struct common_options *common = &bench->options.common;
	struct pool_options options = {
		.io = run->io,
		.import_from = common->import_from,
		.memory_limit = common_memory_limit(),
	};
	struct pool_config config = {
		.min = run->buffers,
		.max = common->max_buffers > run->buffers ? (uint32_t)common->max_buffers : run->buffers,
		.layout = true,
	};
	int err = pool_open(&bench->setup.pool, &bench->setup.device, &bench->setup.format, &options);

	return err < 0 ? err : pool_configure(bench->setup.pool, &config);
}

/* Without the name before it, which is known to who asked. */
static const char *skip_name(const char *text, const char *name)
{
	size_t length = strlen(name);

	return strncmp(text, name, length) == 0 && strncmp(text + length, ": ", 2) == 0 ? text + length + 2
											: text;
}

static char *reason(const struct bench *bench, const struct bench_run *run, const struct log_capture *catch,
		    int err)
{
	const char *text = *catch->first_error ? catch->first_error : err_str(err);

	return strdup(skip_name(skip_name(text, bench->setup.device.path), run->io));
}

/* What ended a run that had begun. */
static const char *end_text(const struct measure *measure, int err)
{
	return measure->end == END_STALL        ? "the device stopped delivering"
	       : measure->end == END_DISCONNECT ? "the device is gone"
	       : err == POOL_RES_CHANGE         ? "the source changed"
						: err_str(err);
}

/* A mode that did not even begin is one that the device lacks; what breaks later is an error. */
static void set_reason(const struct bench *bench, struct bench_run *run, const struct log_capture *catch,
		       int err, bool began)
{
	char **text = bench_is_of_mode(err) && !began ? &run->unsupported : &run->error;

	if (!*text)
		*text = reason(bench, run, catch, err);
	run->err = err;
}

static void take(struct bench_run *run, const struct measure *measure)
{
	double(*samples)[N_METRICS];
	struct pool_info info;

	if (!measure->ledger.captured || measure->cost.wall_ns == 0 || run->n_samples == BENCH_MAX_REPEATS)
		return;
	samples = realloc(run->samples, (run->n_samples + 1) * sizeof *samples);
	if (!samples) {
		log_no_memory();
		return;
	}
	run->samples = samples;
	metric_take(measure, samples[run->n_samples++]);
	stats_merge(&run->latency_ns, &measure->latency_ns);
	run->frames += measure->frames;
	run->captured += measure->ledger.captured;
	run->clock = measure_clock_name(measure);
	run->moment = measure_moment_name(measure);
	run->end = end_name(measure->end);
	run->stamps_ahead |= measure->stamps_ahead;
	run->all_syscalls = meter_sees_all_syscalls(&measure->meter);
	json_object_put(run->pool);
	info = pool_info(measure->pool);
	run->pool = report_pool_json(&info);
}

static int try_measure(struct bench *bench, struct bench_run *run, struct measure *measure)
{
	bool began = run->n_samples > 0;
	struct log_capture catch;
	int err;

	log_capture_begin(&catch);
	err = open_queue(bench, run);
	if (err == 0) {
		measure->pool = bench->setup.pool;
		err = measure_prepare(measure);
	}
	log_capture_end(&catch, bench_is_of_mode(err) ? LOG_LEVEL_VERBOSE : LOG_LEVEL_ERROR);
	if (err == 0) {
		began = true;
		err = measure_run(measure);
		if (err < 0)
			snprintf(catch.first_error, sizeof catch.first_error, "%s", end_text(measure, err));
	}
	if (err < 0 && err != -ECANCELED)
		set_reason(bench, run, &catch, err, began);
	bench->interrupted |= measure->end == END_SIGNAL || err == -ECANCELED;
	return err;
}

int bench_run_measure(struct bench *bench, struct bench_run *run, const struct measure_options *options)
{
	struct measure *measure = calloc(1, sizeof *measure);
	int err;

	if (!measure)
		return log_no_memory();
	measure->options = *options;
	measure->options.progress_opaque = measure;
	err = try_measure(bench, run, measure);
	take(run, measure);
	measure_close(measure);
	pool_close(bench->setup.pool);
	bench->setup.pool = NULL;
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
	json_object_put(run->pool);
	*run = (struct bench_run){ .io = "" };
}

void bench_runs_free(struct bench_run *runs, size_t n_runs)
{
	for (size_t i = 0; runs && i < n_runs; i++)
		bench_run_free(&runs[i]);
	free(runs);
}
