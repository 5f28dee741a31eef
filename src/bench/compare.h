/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench --compare: the change against an earlier report. */
#ifndef BENCH_COMPARE_H
#define BENCH_COMPARE_H

#include <stdio.h>
#include <json-c/json.h>
#include "bench/bench.h"

#define BENCH_SUBJECT_MAX 200

struct bench_earlier {
	char subject[BENCH_SUBJECT_MAX]; /* what was measured: device, format, options */
	struct bench_run *runs;
	size_t n_runs;
};

/* Reads the report of v4l2q bench --json in the file. Returns 0, -EINVAL or -ENOMEM, logged. Release with
 * bench_compare_free(). */
int bench_compare_load(const char *name, struct bench_earlier *earlier);
void bench_compare_free(struct bench_earlier *earlier);
/* Prints the change of each run that both have. report: the present one, name: of the earlier one's file. */
void bench_compare(const struct bench *bench, struct json_object *report, const struct bench_earlier *earlier,
		   const char *name, FILE *out);

#endif
