/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One run of v4l2q bench, an io mode with a number of buffers: measuring it, and its figures. */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

#include "bench/measure.h"
#include "bench/metric.h"
#include "queue/pool_link.h"
#include "session/rate_truth.h"
#include "session/setup.h"

#define BENCH_MAX_REPEATS 100

struct bench_run {
	char io[24];                    /* the mode; for a relay the way, of pool_link_way_name() */
	char relay[POOL_LINK_TEXT_MAX]; /* the way, described; "": none, or not known */
	uint32_t buffers;               /* requested; 0: rw, which has none */
	char *unsupported;              /* why the device does not support the mode; NULL: it does */
	char *error;                    /* what ended the run early; NULL: nothing */
	int err;                        /* negative errno of `unsupported` or `error` */
	bool is_configured;             /* the error came when the stream was started, or later */
	bool interrupted;               /* by a signal */
	unsigned n_samples;             /* how often it was measured */
	double (*samples)[N_METRICS];
	/* Over all repeats: medians, and half the range. NAN: not known. */
	double values[N_METRICS], spreads[N_METRICS];
	uint64_t frames, captured;
	struct stats latency_ns;
	struct pool_info pool;         /* of the last repeat */
	const char *clock;             /* of the driver's timestamps, see device_clock_name() */
	const char *moment;            /* moment that they refer to: "soe", "eof" */
	const char *end;               /* see end_name() */
	bool all_syscalls;             /* see cost_meter_has_all_syscalls() */
	bool timestamps_in_future;     /* see struct measure */
	struct rate_truth rate;        /* of the last repeat */
	struct rate_truth output_rate; /* of a relay's output device, likewise */
};

/*
 * Opens the queue of setup's device, measures it once and closes the queue. Returns 0 or a negative errno,
 * which run->unsupported or run->error describes; errors that are not bench_run_is_mode_error() have been
 * logged as well.
 */
int bench_run_measure(struct bench_run *run, struct setup *setup, const struct setup_options *setup_options,
		      const struct measure_options *options);
/* Adds the results, while the queue is open; does nothing without frames. */
void bench_run_add_sample(struct bench_run *run, const struct measure *measure);
/* Whether the error concerns the io mode, rather than the whole device. */
bool bench_run_is_mode_error(int err);
/* Sets values and spreads from the samples. */
void bench_run_sum_up(struct bench_run *run);
void bench_run_free(struct bench_run *run);
void bench_runs_free(struct bench_run *runs, size_t n_runs); /* runs may be NULL */
/* "mmap, 4 buffers" into text, which is returned. */
#define BENCH_RUN_TEXT_MAX 64
char *bench_run_text(const struct bench_run *run, char text[BENCH_RUN_TEXT_MAX]);

#endif
