/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --fail-if: what can be written, and when it holds. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/log.h"
#include "bench/condition.h"

#define N_ELEMENTS(array) (sizeof(array) / sizeof(*(array)))

static char message[1024];
static unsigned n_messages;

static void listen(void *opaque, enum log_level level, const char *text)
{
	(void)opaque, (void)level;
	snprintf(message, sizeof message, "%s", text);
	n_messages++;
}

/* Frames come at 100 a second; two in a hundred are lost. */
static const struct condition_whole whole = {
	.period_us = 10000, .fps = 100, .frame_bytes = 2000, .frames = 98
};

static void fill(double values[N_METRICS])
{
	for (int i = 0; i < N_METRICS; i++)
		values[i] = NAN;
	values[METRIC_FPS] = 98;
	values[METRIC_LOST] = 2;
	values[METRIC_LATENCY_P50] = 900;
	values[METRIC_LATENCY_P99] = 12000;
	values[METRIC_INTERVAL_P99] = 11000;
	values[METRIC_CPU] = 250;
	values[METRIC_COPIED] = 2000;
	values[METRIC_SYSCALLS] = 3;
}

static const struct {
	const char *text;
	int holds;
} rows[] = {
	{ "p99>12ms", 0 },
	{ "p99>=12ms", 1 },
	{ "p99>11.9ms", 1 },
	{ "p99>0.0119s", 1 },
	{ "p99 > 11900 us", 1 },
	{ "p99>11900", 1 },
	{ "p99<13ms", 1 },
	{ "p99==12ms", 1 },
	{ "p99=12ms", 1 },
	{ "p99!=12ms", 0 },
	{ "p50<1ms", 1 },
	{ "p50<900000ns", 0 },
	{ "latency_us.p99>1ms", 1 },
	{ "interval.p99>110%", 0 },
	{ "interval.p99>=110%", 1 },
	{ "interval_us.p99>1s", 0 },
	{ "lost>0", 1 },
	{ "lost>2", 0 },
	{ "lost>=2%", 1 },
	{ "lost>2.1%", 0 },
	{ "fps<99", 1 },
	{ "fps<98%", 0 },
	{ "fps<99%", 1 },
	{ "fps<99fps", 1 },
	{ "cpu>2%", 1 },
	{ "cpu>3%", 0 },
	{ "cpu_us_per_frame>200", 1 },
	{ "copied>1k", 1 },
	{ "copied>100%", 0 },
	{ "copied>=100%", 1 },
	{ "copied>1M", 0 },
	{ "syscalls<=3", 1 },
	{ "max>1", -ENODATA },
	{ "jitter.p50>0", -ENODATA },
	{ "switches<1", -ENODATA },
	{ " lost>0", 1 },
};

static void expressions_hold(void **state)
{
	double values[N_METRICS];

	(void)state;
	fill(values);
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct condition list[CONDITIONS_MAX];

		print_message("# %s\n", rows[i].text);
		assert_int_equal(condition_parse(rows[i].text, list), 1);
		assert_int_equal(condition_holds(&list[0], values, &whole), rows[i].holds);
	}
}

static void lists_are_split(void **state)
{
	struct condition list[CONDITIONS_MAX];
	char many[256] = "";

	(void)state;
	assert_int_equal(condition_parse("p99>12ms,lost>0,,fps<95%", list), 3);
	assert_int_equal(list[0].metric, METRIC_LATENCY_P99);
	assert_int_equal(list[1].metric, METRIC_LOST);
	assert_true(list[2].percent);
	assert_string_equal(list[2].text, "fps<95%");
	assert_int_equal(condition_parse("", list), -EINVAL);
	for (int i = 0; i <= CONDITIONS_MAX; i++)
		strcat(many, "cpu>1,");
	log_set_sink(listen, NULL);
	assert_int_equal(condition_parse(many, list), -EINVAL);
	log_set_sink(NULL, NULL);
}

static void nonsense_is_refused_with_one_line(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "p98>1ms", "the metrics are fps, lost" },
		{ "p99", "metric" },
		{ "p99>", "number" },
		{ ">1ms", "the metrics are" },
		{ "p99>1m", "unit" },
		{ "p99>x", "number" },
		{ "p99>1..2ms", "number" },
		{ "p99>-1ms", "number" },
		{ "lost>1ms", "unit" },
		{ "syscalls>3%", "%" },
		{ "copied>1ms", "unit" },
		{ "p99=>1ms", "number" },
		{ "p99>1msx", "unit" },
		{ "p99>0000000000000000000000000000000000000000000000001ms", "long" },
		{ "lost>0,p98>1", "p98" },
	};
	struct condition list[CONDITIONS_MAX];

	(void)state;
	log_set_sink(listen, NULL);
	for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
		n_messages = 0;
		assert_int_equal(condition_parse(bad[i].text, list), -EINVAL);
		assert_int_equal(n_messages, 1);
		if (!strstr(message, bad[i].says))
			fail_msg("%s: %s", bad[i].text, message);
	}
	log_set_sink(NULL, NULL);
}

static void part_of_nothing_is_not_known(void **state)
{
	static const struct condition_whole nothing;
	double values[N_METRICS];
	struct condition list[CONDITIONS_MAX];

	(void)state;
	fill(values);
	assert_int_equal(condition_parse("fps<95%,p99>10%,copied>1%", list), 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(condition_holds(&list[i], values, &nothing), -ENODATA);
}

static void every_metric_has_names_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < N_METRICS; i++) {
		char json[64];

		assert_non_null(metrics[i].title);
		assert_int_equal(metric_find(metrics[i].key, strlen(metrics[i].key)), i);
		snprintf(json, sizeof json, "%s%s%s", metrics[i].group ? metrics[i].group : "",
			 metrics[i].group ? "." : "", metrics[i].name);
		assert_int_equal(metric_find(json, strlen(json)), i);
	}
	assert_int_equal(metric_find("p9", 2), -1);
	assert_int_equal(metric_find("", 0), -1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(expressions_hold),
		cmocka_unit_test(lists_are_split),
		cmocka_unit_test(nonsense_is_refused_with_one_line),
		cmocka_unit_test(part_of_nothing_is_not_known),
		cmocka_unit_test(every_metric_has_names_of_its_own),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("failif", tests, NULL, NULL);
}
