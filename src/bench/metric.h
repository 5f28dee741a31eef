/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a bench run is judged by: one row a figure, from which the JSON, the CSV, --fail-if and
 * --compare are made.
 */
#ifndef BENCH_METRIC_H
#define BENCH_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include "bench/measure.h"

enum metric_unit { UNIT_COUNT, UNIT_US, UNIT_FPS, UNIT_BYTES };

struct metric {
	const char *key;   /* as --fail-if takes it: "p99", "interval.p99", "cpu" */
	const char *group; /* the JSON object that holds it; NULL: the run itself */
	const char *name;  /* its JSON key there */
	const char *title; /* for people */
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
	N_METRICS,
};

extern const struct metric metrics[N_METRICS];

/* By its key, or as the JSON has it ("latency_us.p99", "cpu_us_per_frame"). -1: there is no such. */
int metric_find(const char *name, size_t length);
/* All figures of a run; NAN: not known. */
void metric_take(const struct measure *measure, double values[N_METRICS]);
/* The value with its unit: "12.3 ms". */
#define METRIC_TEXT_MAX 40
char *metric_text(enum metric_id id, double value, char text[METRIC_TEXT_MAX]);

#endif
