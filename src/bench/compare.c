/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench --compare: the change against an earlier report. */
#include "bench/compare.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"
#include "base/text.h"
#include "base/json.h"

/* Without repeats the noise is not known: it is assumed to be this part of the value, times at least so many
 * microseconds. */
#define ASSUMED_NOISE 0.1
#define ASSUMED_NOISE_US 50.0
#define LEAST_CHANGE 0.01 /* part of the value; smaller changes do not matter */
#define FEW_REPEATS 5     /* fewer show only a part of the noise: their spread counts twice */

static const enum metric_id compared[] = {
	METRIC_FPS,         METRIC_LOST,       METRIC_LATENCY_P50, METRIC_LATENCY_P95, METRIC_LATENCY_P99,
	METRIC_LATENCY_MAX, METRIC_JITTER_P50, METRIC_JITTER_P99,  METRIC_CPU,         METRIC_COPIED,
	METRIC_SYSCALLS,    METRIC_SWITCHES,   METRIC_FAULTS,      METRIC_TOUCH,       METRIC_INSTRUCTIONS,
};
#define N_COMPARED ARRAY_SIZE(compared)

static double read_value(struct json_object *object, const struct metric *metric)
{
	struct json_object *member = NULL;

	if (metric->group && !json_object_object_get_ex(object, metric->group, &object))
		return NAN;
	if (!json_object_object_get_ex(object, metric->name, &member) ||
	    !(json_object_is_type(member, json_type_double) || json_object_is_type(member, json_type_int)))
		return NAN;
	return json_object_get_double(member);
}

static void read_run(struct json_object *object, struct bench_run *run)
{
	struct json_object *spread = NULL;
	int64_t buffers = json_int(object, "buffers");

	snprintf(run->io, sizeof run->io, "%s", json_text(object, "io"));
	run->buffers = buffers > 0 && buffers <= UINT32_MAX ? (uint32_t)buffers : 0;
	run->n_samples = *json_text(object, "unsupported") ? 0 : 1;
	if (run->n_samples && json_int(object, "repeats") > 1)
		run->n_samples = (unsigned)json_int(object, "repeats");
	json_object_object_get_ex(object, "spread", &spread);
	for (int i = 0; i < N_METRICS; i++) {
		run->values[i] = read_value(object, &metrics[i]);
		run->spreads[i] = spread ? read_value(spread, &metrics[i]) : NAN;
	}
}

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *found = NULL;

	json_object_object_get_ex(object, key, &found);
	return found;
}

/* The file may come from anywhere: its text must not control the terminal. */
static void add(char subject[BENCH_SUBJECT_MAX], const char *before, const char *text, const char *after)
{
	size_t length = strlen(subject);

	if (!text || !*text)
		return;
	snprintf(subject + length, BENCH_SUBJECT_MAX - length, "%s%s%s", before, text, after);
	text_clean(subject + length, "");
}

/* Device, format and options of a report: only reports that agree in these measure the same thing. */
static void format_subject(struct json_object *report, char subject[BENCH_SUBJECT_MAX])
{
	struct json_object *device = member(report, "device"), *format = member(report, "format");
	struct json_object *options = member(report, "options");
	char size[64];

	snprintf(size, sizeof size, "%" PRId64 "x%" PRId64, json_int(format, "width"),
		 json_int(format, "height"));
	*subject = '\0';
	add(subject, "", json_text(device, "card"), " ");
	add(subject, "(", json_text(device, "driver"), "), ");
	add(subject, "", json_text(format, "pixelformat"), " ");
	add(subject, "", size, "");
	add(subject, " at ", json_text(format, "fps"), " fps");
	add(subject, ", ", json_text(report, "direction"), "");
	add(subject, ", ", json_object_get_boolean(member(options, "touch")) ? "touched" : "", "");
	add(subject, ", each frame kept for ", json_text(options, "consumer_delay"), "");
	add(subject, ", stalls of ", json_text(options, "consumer_stall"), "");
}

int bench_compare_load(const char *name, struct bench_earlier *earlier)
{
	struct json_object *object = json_object_from_file(name), *array = NULL;
	size_t n = 0;

	if (object)
		array = json_array(object, "runs", &n);
	if (!array || strcmp(json_text(object, "command"), "bench") != 0) {
		log_error("--compare: %s: %s", name,
			  object ? "not a report of v4l2q bench --json" : json_util_get_last_err());
		json_object_put(object);
		return -EINVAL;
	}
	earlier->runs = calloc(n + 1, sizeof *earlier->runs);
	earlier->n_runs = earlier->runs ? n : 0;
	format_subject(object, earlier->subject);
	for (size_t i = 0; i < earlier->n_runs; i++)
		read_run(json_object_array_get_idx(array, i), &earlier->runs[i]);
	json_object_put(object);
	return earlier->runs ? 0 : log_no_memory();
}

static const struct bench_run *find_run(const struct bench_run *runs, size_t n, const struct bench_run *like)
{
	for (size_t i = 0; i < n; i++)
		if (runs[i].n_samples && runs[i].buffers == like->buffers &&
		    strcmp(runs[i].io, like->io) == 0)
			return &runs[i];
	return NULL;
}

static double assumed_noise(enum metric_id id, double value)
{
	double noise = fabs(value) * ASSUMED_NOISE;

	if (metrics[id].unit == UNIT_COUNT || metrics[id].unit == UNIT_BYTES)
		return id == METRIC_LOST ? 0 : noise;
	return metrics[id].unit == UNIT_US && noise < ASSUMED_NOISE_US && id != METRIC_CPU ? ASSUMED_NOISE_US
											   : noise;
}

/* NAN: not known, as the run was measured once. */
static double measured_noise(enum metric_id id, const struct bench_run *run)
{
	return run->spreads[id] * (run->n_samples < FEW_REPEATS ? 2 : 1);
}

/* Whether the values differ by more than the noise. */
static bool exceeds_noise(enum metric_id id, const struct bench_run *old, const struct bench_run *new)
{
	double change = fabs(new->values[id] - old->values[id]);
	double noise = measured_noise(id, old) + measured_noise(id, new);

	if (isnan(noise))
		noise = fmax(assumed_noise(id, old->values[id]),
			     fmax(measured_noise(id, old), measured_noise(id, new)));
	return change > noise && (id == METRIC_LOST || change > LEAST_CHANGE * fabs(old->values[id]));
}

/* Returns 1 when the value has become worse by more than the noise, else 0. */
static unsigned print_change(enum metric_id id, const struct bench_run *old, const struct bench_run *new,
			     FILE *out)
{
	char before[METRIC_TEXT_MAX], after[METRIC_TEXT_MAX], percent[32] = "";
	double from = old->values[id], to = new->values[id];
	bool significant = exceeds_noise(id, old, new),
	     better = metrics[id].more_is_better ? to > from : to < from;

	if (from != 0)
		snprintf(percent, sizeof percent, "%+.1f %%", 100 * (to - from) / fabs(from));
	else
		snprintf(percent, sizeof percent, "%+.4g", to);
	fprintf(out, "  %-18s %12s %12s %10s%s\n", metrics[id].title, metric_text(id, from, before),
		metric_text(id, to, after), percent,
		!significant ? ""
		: better     ? "  * better"
			     : "  * worse");
	return significant && !better;
}

static unsigned compare_run(const struct bench_run *old, const struct bench_run *new, FILE *out)
{
	char name[BENCH_RUN_TEXT_MAX];
	unsigned n_worse = 0;

	fprintf(out, "\n%-20s %12s %12s %10s\n", bench_run_text(new, name), "before", "now", "change");
	for (size_t i = 0; i < N_COMPARED; i++)
		if (!isnan(old->values[compared[i]]) && !isnan(new->values[compared[i]]))
			n_worse += print_change(compared[i], old, new, out);
	return n_worse;
}

static void print_subjects(struct json_object *report, const struct bench_earlier *earlier, FILE *out)
{
	char subject[BENCH_SUBJECT_MAX];

	format_subject(report, subject);
	if (strcmp(subject, earlier->subject) != 0)
		fprintf(out, "\nThe reports measure different things.\nbefore: %s\nnow:    %s\n",
			earlier->subject, subject);
}

void bench_compare(const struct bench *bench, struct json_object *report, const struct bench_earlier *earlier,
		   const char *name, FILE *out)
{
	bool repeated = bench->options.repeat > 1;
	unsigned n_worse = 0, n_compared = 0;

	print_subjects(report, earlier, out);
	for (size_t i = 0; i < bench->n_runs; i++) {
		const struct bench_run *run = &bench->runs[i];
		const struct bench_run *before = find_run(earlier->runs, earlier->n_runs, run);

		if (!run->n_samples || !before)
			continue;
		n_worse += compare_run(before, run, out);
		n_compared++;
		repeated &= !isnan(before->spreads[METRIC_CPU]);
	}
	if (!n_compared) {
		fprintf(out, "\n%s has no run in the same io mode with as many buffers.\n", name);
		return;
	}
	fprintf(out, "\n*: more than the noise, which is %s. Worse: %u.\n",
		repeated ? "the spread of the repeats on both sides"
			 : "assumed to be a tenth; --repeat in both runs measures it",
		n_worse);
}

void bench_compare_free(struct bench_earlier *earlier)
{
	bench_runs_free(earlier->runs, earlier->n_runs);
}
