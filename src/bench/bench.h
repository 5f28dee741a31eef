/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of v4l2q bench share. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdio.h>
#include <json-c/json.h>
#include "cli/common.h"
#include "bench/metric.h"
#include "queue/io.h"

#define BENCH_MODES 5
#define BENCH_MAX_REPEATS 100

struct bench_options {
	struct common_options common;
	char *io, *buffers, *fail_if; /* lists, as written */
	const char *consumer_delay, *consumer_stall, *csv, *compare;
	int direction; /* an index of bench_directions */
	uint64_t count, warmup, repeat;
	bool has_count;
	int touch, bare, advise, histogram;
	int64_t stall_ns;
};

/* One io mode with one number of buffers. */
struct bench_run {
	char io[24];
	uint32_t buffers;   /* asked for; 0: rw, which has none */
	char *unsupported;  /* why the device lacks it; NULL: it does not */
	char *error;        /* what ended it early; NULL: nothing */
	int err;            /* of either */
	unsigned n_samples; /* how often it was measured */
	double (*samples)[N_METRICS];
	double values[N_METRICS], spreads[N_METRICS]; /* the medians; half of highest minus lowest */
	uint64_t frames, captured;                    /* of all repeats */
	struct stats latency_ns;                      /* of all repeats */
	struct json_object *pool;
	const char *clock, *moment, *end;
	bool all_syscalls, stamps_ahead;
};

struct bench {
	struct bench_options options;
	struct consumer consumer;
	const struct io_ops *modes[BENCH_MODES]; /* asked for */
	size_t n_modes;
	uint32_t buffers[POOL_MAX_BUFFERS];
	size_t n_buffers;
	struct setup setup;
	uint32_t driver_min;
	int signal_fd;
	bool interrupted;
	enum status status; /* of the first run that failed */
	struct bench_run *runs;
	size_t n_runs;
	struct json_object *advice; /* of --advise */
};

/* bench_run.c: runs and what came of them. Measures it once more. Returns 0, or a negative errno, which the
 * run has the words for; where it is the io mode's and no more than that, nothing has been said. */
int bench_run_measure(struct bench *bench, struct bench_run *run, const struct measure_options *options);
bool bench_is_of_mode(int err); /* whether a failure is the io mode's, rather than the device's as a whole */
void bench_run_sum_up(struct bench_run *run);
void bench_run_free(struct bench_run *run);
struct measure_options bench_measure_options(struct bench *bench);
/* "mmap, 4 buffers" into text, which is returned. */
#define BENCH_RUN_TEXT_MAX 64
char *bench_run_text(const struct bench_run *run, char text[BENCH_RUN_TEXT_MAX]);

/* bench_plan.c: from options to runs. */
int bench_plan_options(struct bench *bench); /* the lists; -EINVAL having said so */
int bench_plan_runs(struct bench *bench);    /* asks the device */

/* Presenting. */
void bench_table(const struct bench *bench, FILE *out);
void bench_histogram(const struct bench *bench, FILE *out);
int bench_csv(const struct bench *bench, FILE *file, const char *name);
struct json_object *bench_json(const struct bench *bench, struct json_object *fail_if);
/* The run that serves best, and why, into text; NULL: none was measured. */
#define BENCH_ADVICE_MAX 600
const struct bench_run *bench_recommend(const struct bench *bench, char text[BENCH_ADVICE_MAX]);
/* An earlier report, and against it. */
#define BENCH_SUBJECT_MAX 200
struct bench_old {
	char subject[BENCH_SUBJECT_MAX]; /* what was measured: the device, its format, what was done with
					    frames */
	struct bench_run *runs;
	size_t n_runs;
};
int bench_load(const char *name, struct bench_old *old);
void bench_compare(const struct bench *bench, const struct bench_old *old, FILE *out);
void bench_runs_free(struct bench_run *runs, size_t n_runs);

/* Sweeps the number of buffers; sets bench->advice. */
int bench_advise(struct bench *bench, FILE *out);

#endif
