/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The figures of a run of v4l2q bench: one row a figure. */
#ifndef BENCH_METRIC_H
#define BENCH_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include "bench/measure.h"

enum metric_unit { UNIT_COUNT, UNIT_US, UNIT_FPS, UNIT_BYTES };

struct metric {
	const char *key;     /* for --fail-if: "p99", "interval.p99", "cpu" */
	const char *group;   /* JSON object that contains it; NULL: the run itself */
	const char *name;    /* JSON key in it */
	const char *title;   /* for printing */
	const char *heading; /* heading of its column in the table; NULL: no column */
	enum metric_unit unit;
	unsigned decimals;
	bool more_is_better;
};

enum metric_id {
	METRIC_FPS,
	METRIC_LOST,
	METRIC_LATENCY_MIN,
	METRIC_LATENCY_P50,
	METRIC_LATENCY_P95,
	METRIC_LATENCY_P99,
	METRIC_LATENCY_MAX,
	METRIC_INTERVAL_MIN,
	METRIC_INTERVAL_P50,
	METRIC_INTERVAL_P95,
	METRIC_INTERVAL_P99,
	METRIC_INTERVAL_MAX,
	METRIC_JITTER_MIN,
	METRIC_JITTER_P50,
	METRIC_JITTER_P95,
	METRIC_JITTER_P99,
	METRIC_JITTER_MAX,
	METRIC_CPU,
	METRIC_COPIED,
	METRIC_SYSCALLS,
	METRIC_SWITCHES,
	METRIC_FAULTS,
	METRIC_TOUCH,
	METRIC_INSTRUCTIONS,
	METRIC_WORSE, /* number of figures that are worse than in the earlier report, see bench_compare() */
	N_METRICS,
};

extern const struct metric metrics[N_METRICS];

/* "latency_us.p99", its path in the report, into text, which is returned. */
#define METRIC_NAME_MAX 64
char *metric_name(const struct metric *metric, char text[METRIC_NAME_MAX]);
/* The index of a metric by its key, its name in the report ("latency_us.p99", "cpu_us_per_frame") or its
 * column heading; -1: unknown. */
int metric_find(const char *name, size_t length);
/* All figures of a measurement; NAN: not known. */
void metric_compute(const struct measure *measure, double values[N_METRICS]);
/* The value with its unit, "12.3 ms", into text, which is returned. */
#define METRIC_TEXT_MAX 40
char *metric_text(enum metric_id id, double value, char text[METRIC_TEXT_MAX]);

#endif
