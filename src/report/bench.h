/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of v4l2q bench as JSON; its text is in bench/table.c. */
#ifndef REPORT_BENCH_H
#define REPORT_BENCH_H

#include "bench/advise.h"
#include "bench/condition.h"

struct report_bench {
	const struct bench *bench;
	const struct condition *conditions; /* of --fail-if */
	int n_conditions;
	const struct bench_advice *advice; /* of --advise */
	size_t n_advice;
};

/* The subject of the measurement, as bench_compare() needs it. The caller calls json_object_put(). */
struct json_object *report_bench_json(const struct bench *bench);
/* Adds the results: runs, recommendation, conditions and advice. */
void report_bench_add_results(struct json_object *object, const struct report_bench *report);

#endif
