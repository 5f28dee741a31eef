/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The conditions of --fail-if: parsing, evaluating, judging all runs. */
#include "bench/condition.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"
#include "base/text.h"
#include "base/units.h"

/* ">=" must come before its prefix ">". */
static const struct {
	const char *sign;
	bool below, equal, above;
} operators[] = {
	{ ">=", false, true, true }, { "<=", true, true, false }, { "==", false, true, false },
	{ "!=", true, false, true }, { ">", false, false, true }, { "<", true, false, false },
	{ "=", false, true, false },
};

static const struct {
	enum metric_unit of;
	const char *name;
	double factor;
} units[] = {
	{ UNIT_US, "us", 1 },      { UNIT_US, "ms", 1e3 },       { UNIT_US, "s", 1e6 },
	{ UNIT_US, "ns", 1e-3 },   { UNIT_FPS, "fps", 1 },       { UNIT_BYTES, "B", 1 },
	{ UNIT_BYTES, "k", 1024 }, { UNIT_BYTES, "M", 1048576 }, { UNIT_BYTES, "G", 1073741824 },
};

static int unknown_metric(const char *text, size_t length)
{
	char keys[512] = "";

	for (int i = 0; i < N_METRICS; i++)
		text_join(keys, sizeof keys, ", ", "%s", metrics[i].key);
	log_error("--fail-if: unknown metric '%.*s'; the metrics are %s", (int)length, text, keys);
	return -EINVAL;
}

static int invalid_condition(const struct condition *condition, const char *why)
{
	log_error("invalid value '%s' for --fail-if: %s, such as p99>12ms, lost>0, fps<95%%", condition->text,
		  why);
	return -EINVAL;
}

/* Whether the metric can be a percentage, see struct condition_whole. */
static bool takes_percent(enum metric_id metric)
{
	return metrics[metric].unit != UNIT_COUNT || metric == METRIC_LOST;
}

static int parse_unit(struct condition *condition, const char *unit)
{
	if (!*unit)
		return 0;
	if (strcmp(unit, "%") == 0) {
		condition->percent = true;
		return takes_percent(condition->metric)
			       ? 0
			       : invalid_condition(condition,
						   "this metric has no percentage: expected a number");
	}
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (units[i].of == metrics[condition->metric].unit && strcmp(units[i].name, unit) == 0) {
			condition->value *= units[i].factor;
			return 0;
		}
	}
	return invalid_condition(condition,
				 "unknown unit: expected us, ms, s or % for times, k, M, G or % for bytes");
}

/* The index of the operator at the start of text, or -1. */
static int find_operator(const char *text)
{
	for (int i = 0; i < (int)ARRAY_SIZE(operators); i++) {
		if (strncmp(text, operators[i].sign, strlen(operators[i].sign)) == 0)
			return i;
	}
	return -1;
}

/* A number and its unit. */
static int parse_value(struct condition *condition, const char *text)
{
	size_t digits = strspn(text, "0123456789.");
	char number[32];

	if (snprintf(number, sizeof number, "%.*s", (int)digits, text) >= (int)sizeof number ||
	    parse_factor(number, &condition->value) < 0)
		return invalid_condition(condition, "expected a number after the operator");
	text += digits;
	return parse_unit(condition, text + strspn(text, " "));
}

static int parse_condition(const char *text, size_t length, struct condition *condition)
{
	size_t key = strcspn(text, "<>=!,");
	const char *value;
	int metric;

	snprintf(condition->text, sizeof condition->text, "%.*s", (int)length, text);
	if (length >= sizeof condition->text)
		return invalid_condition(condition, "too long: expected METRIC OPERATOR VALUE");
	condition->operator_index = find_operator(condition->text + key);
	if (length == strlen("worse") && strncmp(text, "worse", length) == 0)
		return parse_condition("worse>0", strlen("worse>0"), condition);
	if (condition->operator_index < 0)
		return invalid_condition(condition, "expected a metric, one of > >= < <= == !=, and a value");
	value = condition->text + key + strlen(operators[condition->operator_index].sign);
	while (key > 0 && text[key - 1] == ' ')
		key--;
	metric = metric_find(text, key);
	if (metric < 0)
		return unknown_metric(text, key);
	condition->metric = (enum metric_id)metric;
	return parse_value(condition, value + strspn(value, " "));
}

int condition_parse(const char *list, struct condition *conditions)
{
	int n = 0;

	while (*list) {
		size_t length = strcspn(list, ","), spaces = strspn(list, " ");

		if (n == CONDITIONS_MAX) {
			log_error("--fail-if: too many conditions: at most %d", CONDITIONS_MAX);
			return -EINVAL;
		}
		conditions[n] = (struct condition){ 0 };
		if (length > spaces && parse_condition(list + spaces, length - spaces, &conditions[n++]) < 0)
			return -EINVAL;
		list += length;
		list += *list == ',';
	}
	/* An empty list, as from an unset variable of a script, would never fail. */
	if (n == 0)
		log_error("--fail-if: expected METRIC OPERATOR VALUE, such as lost>0");
	return n ? n : -EINVAL;
}

/* The value as a percentage; NAN where 100 % is not known. */
static double as_percent(enum metric_id metric, double value, const struct condition_whole *whole)
{
	double all = metric == METRIC_LOST              ? whole->frames + value
		     : metrics[metric].unit == UNIT_US  ? whole->period_us
		     : metrics[metric].unit == UNIT_FPS ? whole->fps
							: whole->frame_bytes;

	return all > 0 ? 100 * value / all : NAN;
}

int condition_holds(const struct condition *condition, const double values[N_METRICS],
		    const struct condition_whole *whole)
{
	double value = values[condition->metric];

	if (condition->percent && !isnan(value))
		value = as_percent(condition->metric, value, whole);
	if (isnan(value))
		return -ENODATA;
	return value < condition->value   ? operators[condition->operator_index].below
	       : value > condition->value ? operators[condition->operator_index].above
					  : operators[condition->operator_index].equal;
}

static struct condition_whole run_whole(const struct bench *bench, const struct bench_run *run)
{
	const struct video_format *format = &bench->setup.format;
	double fps = fraction_value(format->fps);

	return (struct condition_whole){
		.fps = fps,
		.period_us = fps > 0 ? 1e6 / fps : 0,
		.frames = run->n_samples ? (double)run->captured / run->n_samples : 0,
		.frame_bytes = (double)video_format_bytes(format),
	};
}

int condition_holds_in_run(const struct condition *condition, const struct bench *bench,
			   const struct bench_run *run)
{
	struct condition_whole whole = run_whole(bench, run);

	return run->n_samples ? condition_holds(condition, run->values, &whole) : -ENODATA;
}

static void log_holds(const struct condition *condition, const struct bench_run *run)
{
	char name[BENCH_RUN_TEXT_MAX], value[METRIC_TEXT_MAX];

	log_error("--fail-if: %s: it is %s with %s", condition->text,
		  metric_text(condition->metric, run->values[condition->metric], value),
		  bench_run_text(run, name));
}

static enum status judge_condition(const struct condition *condition, const struct bench *bench)
{
	enum status status = STATUS_FAILED; /* not known for any run: must not pass */

	for (size_t i = 0; i < bench->n_runs; i++) {
		int holds = condition_holds_in_run(condition, bench, &bench->runs[i]);

		if (holds > 0) {
			log_holds(condition, &bench->runs[i]);
			status = STATUS_FAIL_IF;
		} else if (holds == 0 && status == STATUS_FAILED) {
			status = STATUS_DONE;
		}
	}
	if (status == STATUS_FAILED)
		log_error("--fail-if: %s: not known for any run", condition->text);
	return status;
}

enum status condition_check(const struct condition *conditions, int n_conditions, const struct bench *bench)
{
	enum status worst = STATUS_DONE;

	for (int i = 0; i < n_conditions; i++) {
		enum status status = judge_condition(&conditions[i], bench);

		if (worst == STATUS_DONE || status == STATUS_FAIL_IF)
			worst = status;
	}
	return worst;
}
