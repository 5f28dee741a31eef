/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The conditions of --fail-if, such as "p99>12ms,lost>0". */
#ifndef BENCH_CONDITION_H
#define BENCH_CONDITION_H

#include "bench/bench.h"

#define CONDITIONS_MAX 32

struct condition {
	enum metric_id metric;
	int operator_index; /* index into the table of operators */
	double value;       /* in the metric's unit, or a percentage */
	bool percent;
	char text[48]; /* as the user wrote it */
};

/* The values that are 100 %; 0: not known. */
struct condition_whole {
	double period_us;   /* for times: the frame period */
	double fps;         /* for fps: the negotiated rate */
	double frame_bytes; /* for bytes: a frame */
	double frames;      /* for lost: all frames that were not lost */
};

/* A list separated by commas, into conditions[CONDITIONS_MAX]. Returns how many there are, at least one, or
 * -EINVAL, logged. */
int condition_parse(const char *list, struct condition *conditions);
/* Returns 1: it holds; 0: it does not; -ENODATA: the value or its 100 % is not known. */
int condition_holds(const struct condition *condition, const double values[N_METRICS],
		    const struct condition_whole *whole);
/* The same for a run. */
int condition_holds_in_run(const struct condition *condition, const struct bench *bench,
			   const struct bench_run *run);
/* Logs where a condition holds, with the value. Returns STATUS_FAIL_IF if one holds, else STATUS_FAILED if
 * one is not known for any run, else STATUS_DONE. */
enum status condition_check(const struct condition *conditions, int n_conditions, const struct bench *bench);

#endif
