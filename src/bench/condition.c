/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --fail-if: parsing and judging. */
#include "bench/condition.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"
#include "base/units.h"

/* The longer before those that they begin with. */
static const struct {
	const char *sign;
	bool below, equal, above;
} operators[] = {
	{ ">=", false, true, true }, { "<=", true, true, false }, { "==", false, true, false },
	{ "!=", true, false, true }, { ">", false, false, true }, { "<", true, false, false },
	{ "=", false, true, false },
};
#define N_OPERATORS ARRAY_SIZE(operators)

static const struct {
	enum metric_unit of;
	const char *name;
	double factor;
} units[] = {
	{ UNIT_US, "us", 1 },      { UNIT_US, "ms", 1e3 },       { UNIT_US, "s", 1e6 },
	{ UNIT_US, "ns", 1e-3 },   { UNIT_FPS, "fps", 1 },       { UNIT_BYTES, "B", 1 },
	{ UNIT_BYTES, "k", 1024 }, { UNIT_BYTES, "M", 1048576 }, { UNIT_BYTES, "G", 1073741824 },
};

static int bad_key(const char *text, size_t length)
{
	char keys[512] = "";
	size_t n = 0;

	for (int i = 0; i < N_METRICS; i++)
		n += (size_t)snprintf(keys + n, sizeof keys - n, "%s%s", i ? ", " : "", metrics[i].key);
	log_error("--fail-if: there is no '%.*s'; there are %s", (int)length, text, keys);
	return -EINVAL;
}

static int bad_value(const struct failif *failif, const char *why)
{
	log_error("--fail-if: '%s': %s, as in 'p99>12ms', 'lost>0', 'fps<95%%'", failif->text, why);
	return -EINVAL;
}

/* Whether the metric is one that has a whole: a part of a frame's period, of its bytes, of the rate, of all
 * frames. */
static bool has_whole(enum metric_id metric)
{
	return metrics[metric].unit != UNIT_COUNT || metric == METRIC_LOST;
}

static int parse_unit(struct failif *failif, const char *unit)
{
	if (!*unit)
		return 0;
	if (strcmp(unit, "%") == 0) {
		failif->percent = true;
		return has_whole(failif->metric)
			       ? 0
			       : bad_value(failif, "it is no part of anything, so it takes no %");
	}
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (units[i].of == metrics[failif->metric].unit && strcmp(units[i].name, unit) == 0) {
			failif->value *= units[i].factor;
			return 0;
		}
	}
	return bad_value(failif, "the unit does not fit: times take us, ms, s or %, bytes k, M, G or %");
}

static int parse_one(const char *text, size_t length, struct failif *failif)
{
	char number[32];
	const char *at;
	size_t key, digits;
	int metric;

	snprintf(failif->text, sizeof failif->text, "%.*s", (int)length, text);
	text = failif->text;
	if (length >= sizeof failif->text)
		return bad_value(failif, "it is too long");
	key = strcspn(text, "<>=!");
	at = text + key;
	while (key > 0 && text[key - 1] == ' ')
		key--;
	failif->sign = 0;
	while (failif->sign < (int)N_OPERATORS &&
	       strncmp(at, operators[failif->sign].sign, strlen(operators[failif->sign].sign)) != 0)
		failif->sign++;
	if (failif->sign == (int)N_OPERATORS)
		return bad_value(failif, "it takes a key, one of > >= < <= == !=, and a value");
	metric = metric_find(text, key);
	if (metric < 0)
		return bad_key(text, key);
	failif->metric = (enum metric_id)metric;
	at += strlen(operators[failif->sign].sign);
	at += strspn(at, " ");
	digits = strspn(at, "0123456789.");
	if (snprintf(number, sizeof number, "%.*s", (int)digits, at) >= (int)sizeof number ||
	    parse_factor(number, &failif->value) < 0)
		return bad_value(failif, "it takes a number");
	at += digits;
	at += strspn(at, " ");
	return parse_unit(failif, at);
}

int failif_parse(const char *text, struct failif *list)
{
	int n = 0;

	while (*text) {
		size_t length = strcspn(text, ","), blanks = strspn(text, " ");

		if (n == FAILIF_MAX) {
			log_error("--fail-if: more than %d of them", FAILIF_MAX);
			return -EINVAL;
		}
		list[n] = (struct failif){ 0 };
		if (length > blanks && parse_one(text + blanks, length - blanks, &list[n++]) < 0)
			return -EINVAL;
		text += length;
		text += *text == ',';
	}
	/* An empty gate would always be passed. */
	if (n == 0)
		log_error("--fail-if: it takes METRIC OPERATOR VALUE, such as lost>0");
	return n ? n : -EINVAL;
}

/* The value as a percentage; NAN: of nothing that is known. */
static double as_percent(enum metric_id metric, double value, const struct failif_whole *whole)
{
	double all = metric == METRIC_LOST              ? whole->frames + value
		     : metrics[metric].unit == UNIT_US  ? whole->period_us
		     : metrics[metric].unit == UNIT_FPS ? whole->fps
							: whole->frame_bytes;

	return all > 0 ? 100 * value / all : NAN;
}

int failif_holds(const struct failif *failif, const double values[N_METRICS],
		 const struct failif_whole *whole)
{
	double value = values[failif->metric];

	if (failif->percent && !isnan(value))
		value = as_percent(failif->metric, value, whole);
	if (isnan(value))
		return -ENODATA;
	return value < failif->value   ? operators[failif->sign].below
	       : value > failif->value ? operators[failif->sign].above
				       : operators[failif->sign].equal;
}
