/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench --compare: the changes since an earlier report. */
#ifndef BENCH_COMPARE_H
#define BENCH_COMPARE_H

#include <stdio.h>
#include <json-c/json.h>
#include "bench/bench.h"

#define BENCH_SUBJECT_MAX 64

/* The subject of a measurement. Only reports that agree in all of it can be compared. */
enum {
	SUBJECT_DEVICE,
	SUBJECT_DRIVER,
	SUBJECT_OUTPUT,
	SUBJECT_PIXELFORMAT,
	SUBJECT_SIZE,
	SUBJECT_FPS,
	SUBJECT_DIRECTION,
	SUBJECT_TOUCH,
	SUBJECT_DELAY,
	SUBJECT_STALL,
	N_SUBJECT_PARTS,
};

struct bench_subject {
	char parts[N_SUBJECT_PARTS][BENCH_SUBJECT_MAX]; /* "-": not applicable */
};

struct bench_earlier {
	struct bench_subject subject;
	struct bench_run *runs;
	size_t n_runs;
};

/* Reads the report of v4l2q bench --json in the file. Returns 0, -EINVAL or -ENOMEM, logged. Release with
 * bench_compare_free(). */
int bench_compare_load(const char *name, struct bench_earlier *earlier);
void bench_compare_free(struct bench_earlier *earlier);
/* Sets METRIC_WORSE for the runs in both reports, if these have the same subject. report: the current one. */
void bench_compare(struct bench *bench, struct json_object *report, const struct bench_earlier *earlier);
/* Prints the changes after bench_compare(). name: of the earlier report's file. */
void bench_compare_print(const struct bench *bench, struct json_object *report,
			 const struct bench_earlier *earlier, const char *name, FILE *out);

#endif
