/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The figures of a run of v4l2q bench: one table for the JSON report, the CSV, --fail-if and --compare. */
#include "bench/metric.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/array.h"
#include "base/units.h"

#define DISTRIBUTION(prefix, group, word)                                                                    \
	{ prefix "min", group, "min", word " min", "min", UNIT_US, 1, false },                               \
		{ prefix "p50", group, "p50", word " p50", "p50", UNIT_US, 1, false },                       \
		{ prefix "p95", group, "p95", word " p95", "p95", UNIT_US, 1, false },                       \
		{ prefix "p99", group, "p99", word " p99", "p99", UNIT_US, 1, false },                       \
	{                                                                                                    \
		prefix "max", group, "max", word " max", "max", UNIT_US, 1, false                            \
	}

const struct metric metrics[N_METRICS] = {
	{ "fps", NULL, "fps", "frames a second", "fps", UNIT_FPS, 3, true },
	{ "lost", NULL, "lost", "frames lost", "lost", UNIT_COUNT, 0, false },
	DISTRIBUTION("", "latency_us", "latency"),
	DISTRIBUTION("interval.", "interval_us", "interval"),
	DISTRIBUTION("jitter.", "jitter_us", "jitter"),
	{ "cpu", NULL, "cpu_us_per_frame", "processor time", "cpu", UNIT_US, 1, false },
	{ "copied", NULL, "copied_bytes_per_frame", "copied", "copy", UNIT_BYTES, 0, false },
	{ "syscalls", NULL, "syscalls_per_frame", "system calls", "calls", UNIT_COUNT, 2, false },
	{ "switches", NULL, "switches_per_frame", "context switches", "switch", UNIT_COUNT, 2, false },
	{ "faults", NULL, "faults_per_frame", "page faults", NULL, UNIT_COUNT, 2, false },
	{ "touch", NULL, "touch_us_per_frame", "touching", "touch", UNIT_US, 1, false },
	{ "instructions", NULL, "instructions_per_frame", "instructions", NULL, UNIT_COUNT, 0, false },
	{ "worse", NULL, "worse", "figures worse", NULL, UNIT_COUNT, 0, false },
};

char *metric_name(const struct metric *metric, char text[METRIC_NAME_MAX])
{
	snprintf(text, METRIC_NAME_MAX, "%s%s%s", metric->group ? metric->group : "",
		 metric->group ? "." : "", metric->name);
	return text;
}

int metric_find(const char *name, size_t length)
{
	for (int i = 0; i < N_METRICS; i++) {
		char json[METRIC_NAME_MAX];
		const char *names[] = { metrics[i].key, metric_name(&metrics[i], json), metrics[i].heading };

		for (size_t n = 0; n < ARRAY_SIZE(names); n++)
			if (names[n] && strlen(names[n]) == length && strncmp(names[n], name, length) == 0)
				return i;
	}
	return -1;
}

/* Sets the five metrics of DISTRIBUTION. */
static void set_distribution(const struct stats *ns, double *values)
{
	if (!ns->count)
		return;
	values[0] = (double)ns->min / 1e3;
	values[1] = (double)stats_quantile(ns, 0.50) / 1e3;
	values[2] = (double)stats_quantile(ns, 0.95) / 1e3;
	values[3] = (double)stats_quantile(ns, 0.99) / 1e3;
	values[4] = (double)ns->max / 1e3;
}

void metric_compute(const struct measure *measure, double values[N_METRICS])
{
	const struct cost *cost = &measure->cost;
	double n = (double)measure->ledger.captured;

	for (int i = 0; i < N_METRICS; i++)
		values[i] = NAN;
	if (measure->fps > 0)
		values[METRIC_FPS] = measure->fps;
	if (measure->counts_losses)
		values[METRIC_LOST] = (double)ledger_lost(&measure->ledger);
	set_distribution(&measure->latency_ns, values + METRIC_LATENCY_MIN);
	set_distribution(&measure->interval_ns, values + METRIC_INTERVAL_MIN);
	set_distribution(&measure->jitter_ns, values + METRIC_JITTER_MIN);
	if (n == 0)
		return;
	values[METRIC_CPU] = (double)cost->cpu_ns / 1e3 / n;
	values[METRIC_COPIED] = (double)cost->bytes_copied / n;
	values[METRIC_SYSCALLS] = (double)cost->n_syscalls / n;
	values[METRIC_SWITCHES] = (double)cost->n_switches / n;
	values[METRIC_FAULTS] = (double)cost->n_faults / n;
	if (measure->options.touch)
		values[METRIC_TOUCH] = (double)measure->touch_ns / 1e3 / n;
	if (cost_meter_has_instructions(&measure->meter))
		values[METRIC_INSTRUCTIONS] = (double)cost->n_instructions / n;
}

char *metric_text(enum metric_id id, double value, char text[METRIC_TEXT_MAX])
{
	char bytes[BYTES_TEXT_MAX];

	switch (metrics[id].unit) {
	case UNIT_US:
		snprintf(text, METRIC_TEXT_MAX, "%s %s", PLAIN_NUMBER(value < 1000 ? value : value / 1e3, 4),
			 value < 1000 ? "us" : "ms");
		break;
	case UNIT_BYTES:
		snprintf(text, METRIC_TEXT_MAX, "%s", bytes_text((uint64_t)value, bytes));
		break;
	default:
		snprintf(text, METRIC_TEXT_MAX, "%s", PLAIN_NUMBER(value, 6));
	}
	return text;
}
