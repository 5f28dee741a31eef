/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench --compare: the changes since an earlier report. */
#include "bench/compare.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/array.h"
#include "base/log.h"
#include "base/text.h"
#include "base/json.h"
#include "base/units.h"

/* The noise assumed without repeats: a part of the value; for times at least some microseconds. */
#define ASSUMED_NOISE 0.1
#define ASSUMED_NOISE_US 50.0
#define LEAST_CHANGE 0.01 /* part of the value; smaller changes are ignored */
#define FEW_REPEATS 5     /* with fewer repeats the spread counts twice, as it may be too small */

static const enum metric_id compared[] = {
	METRIC_FPS,         METRIC_LOST,       METRIC_LATENCY_P50, METRIC_LATENCY_P95, METRIC_LATENCY_P99,
	METRIC_LATENCY_MAX, METRIC_JITTER_P50, METRIC_JITTER_P99,  METRIC_CPU,         METRIC_COPIED,
	METRIC_SYSCALLS,    METRIC_SWITCHES,   METRIC_FAULTS,      METRIC_TOUCH,       METRIC_INSTRUCTIONS,
};
#define N_COMPARED ARRAY_SIZE(compared)

static double read_metric(struct json_object *object, const struct metric *metric)
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
		run->values[i] = read_metric(object, &metrics[i]);
		run->spreads[i] = spread ? read_metric(spread, &metrics[i]) : NAN;
	}
}

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *found = NULL;

	json_object_object_get_ex(object, key, &found);
	return found;
}

static const char *const subject_titles[N_SUBJECT_PARTS] = {
	[SUBJECT_DEVICE] = "device",
	[SUBJECT_DRIVER] = "driver",
	[SUBJECT_OUTPUT] = "output",
	[SUBJECT_PIXELFORMAT] = "pixel format",
	[SUBJECT_SIZE] = "size",
	[SUBJECT_FPS] = "frame rate",
	[SUBJECT_DIRECTION] = "direction",
	[SUBJECT_TOUCH] = "--touch",
	[SUBJECT_DELAY] = "--consumer-delay",
	[SUBJECT_STALL] = "--consumer-stall",
};

static void read_subject(struct json_object *report, struct bench_subject *subject)
{
	struct json_object *device = member(report, "device"), *format = member(report, "format");
	struct json_object *options = member(report, "options");
	char size[BENCH_SUBJECT_MAX];
	const char *const parts[N_SUBJECT_PARTS] = {
		[SUBJECT_DEVICE] = json_text(device, "card"),
		[SUBJECT_DRIVER] = json_text(device, "driver"),
		[SUBJECT_OUTPUT] = json_text(member(report, "output"), "card"),
		[SUBJECT_PIXELFORMAT] = json_text(format, "pixelformat"),
		[SUBJECT_SIZE] = size,
		[SUBJECT_FPS] = json_text(format, "fps"),
		[SUBJECT_DIRECTION] = json_text(report, "direction"),
		[SUBJECT_TOUCH] = json_is_true(options, "touch") ? "on" : "",
		[SUBJECT_DELAY] = json_text(options, "consumer_delay"),
		[SUBJECT_STALL] = json_text(options, "consumer_stall"),
	};

	snprintf(size, sizeof size, "%" PRId64 "x%" PRId64, json_int(format, "width"),
		 json_int(format, "height"));
	for (int i = 0; i < N_SUBJECT_PARTS; i++) {
		snprintf(subject->parts[i], BENCH_SUBJECT_MAX, "%s", *parts[i] ? parts[i] : "-");
		text_clean(subject->parts[i], ""); /* the file may come from anywhere */
	}
}

int bench_compare_load(const char *name, struct bench_earlier *earlier)
{
	struct json_object *object, *array = NULL;
	size_t n = 0;

	if (access(name, R_OK) < 0) {
		log_error("--compare: %s: %s", name, err_str(-errno));
		return -EINVAL;
	}
	object = json_object_from_file(name);
	if (object)
		array = json_array(object, "runs", &n);
	if (!array || strcmp(json_text(object, "command"), "bench") != 0) {
		log_error("--compare: %s: %s", name,
			  object ? "not a report of v4l2q bench --json"
				 : "not JSON: expected a report of v4l2q bench --json");
		json_object_put(object);
		return -EINVAL;
	}
	earlier->runs = calloc(n + 1, sizeof *earlier->runs);
	earlier->n_runs = earlier->runs ? n : 0;
	read_subject(object, &earlier->subject);
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

/* NAN: not known, as there was only one repeat. */
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

/* "": within the noise. */
static const char *judge_change(enum metric_id id, const struct bench_run *old, const struct bench_run *new)
{
	double from = old->values[id], to = new->values[id];

	if (!exceeds_noise(id, old, new))
		return "";
	return (metrics[id].more_is_better ? to > from : to < from) ? "better" : "worse";
}

static bool is_comparable(enum metric_id id, const struct bench_run *old, const struct bench_run *new)
{
	return !isnan(old->values[id]) && !isnan(new->values[id]);
}

static unsigned count_worse(const struct bench_run *old, const struct bench_run *new)
{
	unsigned n_worse = 0;

	for (size_t i = 0; i < N_COMPARED; i++)
		n_worse += is_comparable(compared[i], old, new) &&
			   strcmp(judge_change(compared[i], old, new), "worse") == 0;
	return n_worse;
}

static void print_change(enum metric_id id, const struct bench_run *old, const struct bench_run *new,
			 const char *verdict, FILE *out)
{
	char before[METRIC_TEXT_MAX], after[METRIC_TEXT_MAX], percent[32] = "";
	double from = old->values[id], to = new->values[id];

	if (from != 0)
		snprintf(percent, sizeof percent, "%+.1f %%", 100 * (to - from) / fabs(from));
	else
		snprintf(percent, sizeof percent, "+%s", PLAIN_NUMBER(to, 4));
	fprintf(out, "  %-18s %12s %12s %10s%s%s\n", metrics[id].title, metric_text(id, from, before),
		metric_text(id, to, after), percent, *verdict ? "  * " : "", verdict);
}

/* like: both reports have the same subject, so that changes can be better or worse. */
static void print_changes(const struct bench_run *old, const struct bench_run *new, bool like, FILE *out)
{
	char name[BENCH_RUN_TEXT_MAX];

	fprintf(out, "\n%-20s %12s %12s %10s\n", bench_run_text(new, name), "before", "now", "change");
	for (size_t i = 0; i < N_COMPARED; i++)
		if (is_comparable(compared[i], old, new))
			print_change(compared[i], old, new, like ? judge_change(compared[i], old, new) : "",
				     out);
}

static bool is_like(const struct bench_subject *old, const struct bench_subject *new)
{
	for (int i = 0; i < N_SUBJECT_PARTS; i++)
		if (strcmp(old->parts[i], new->parts[i]) != 0)
			return false;
	return true;
}

void bench_compare(struct bench *bench, struct json_object *report, const struct bench_earlier *earlier)
{
	struct bench_subject subject;

	read_subject(report, &subject);
	if (!is_like(&earlier->subject, &subject))
		return;
	for (size_t i = 0; i < bench->n_runs; i++) {
		struct bench_run *run = &bench->runs[i];
		const struct bench_run *before = find_run(earlier->runs, earlier->n_runs, run);

		if (run->n_samples && before)
			run->values[METRIC_WORSE] = count_worse(before, run);
	}
}

static void print_difference(const struct bench_subject *old, const struct bench_subject *new, FILE *out)
{
	fprintf(out, "\nThe reports measure different things, so no change is judged.\n");
	for (int i = 0; i < N_SUBJECT_PARTS; i++)
		if (strcmp(old->parts[i], new->parts[i]) != 0)
			fprintf(out, "  %-18s %s, now %s\n", subject_titles[i], old->parts[i], new->parts[i]);
}

void bench_compare_print(const struct bench *bench, struct json_object *report,
			 const struct bench_earlier *earlier, const char *name, FILE *out)
{
	bool repeated = bench->options.repeat > 1, like;
	unsigned n_worse = 0, n_compared = 0;
	struct bench_subject subject;
	char printable[TEXT_PRINTABLE_MAX];

	read_subject(report, &subject);
	like = is_like(&earlier->subject, &subject);
	if (!like)
		print_difference(&earlier->subject, &subject, out);
	for (size_t i = 0; i < bench->n_runs; i++) {
		const struct bench_run *run = &bench->runs[i];
		const struct bench_run *before = find_run(earlier->runs, earlier->n_runs, run);

		if (!run->n_samples || !before)
			continue;
		print_changes(before, run, like, out);
		if (like)
			n_worse += (unsigned)run->values[METRIC_WORSE];
		n_compared++;
		repeated &= !isnan(before->spreads[METRIC_CPU]);
	}
	if (!n_compared)
		fprintf(out, "\n%s has no run in the same io mode with as many buffers.\n",
			text_printable(name, printable));
	else if (like)
		fprintf(out, "\n*: more than the noise, which is %s. Worse: %u.\n",
			repeated ? "the spread of the repeats on both sides"
				 : "assumed to be a tenth; --repeat in both runs measures it",
			n_worse);
}

void bench_compare_free(struct bench_earlier *earlier)
{
	bench_runs_free(earlier->runs, earlier->n_runs);
}
