/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of v4l2q bench as one JSON object. */
#include "report/bench.h"

#include <math.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "base/json.h"
#include "bench/recommend.h"
#include "report/common.h"
#include "session/relay.h"

static void add_value(struct json_object *object, const struct metric *metric, double value)
{
	struct json_object *group = object;

	if (isnan(value))
		return;
	if (metric->group && !json_object_object_get_ex(object, metric->group, &group)) {
		group = json_object_new_object();
		json_object_object_add(object, metric->group, group);
	}
	if (metric->decimals)
		json_add_number(group, metric->name, value, metric->decimals);
	else
		json_add_int(group, metric->name, llround(value));
}

/* [[microseconds, number of samples], …], for plotting. */
static struct json_object *counts_json(const struct stats *ns)
{
	struct json_object *array = json_object_new_array();
	unsigned bucket = 0;
	int64_t sample;
	uint32_t n;

	while (stats_walk(ns, &bucket, &sample, &n)) {
		struct json_object *pair = json_object_new_array();
		char text[32];

		snprintf(text, sizeof text, "%.1f", (double)sample / 1e3);
		json_object_array_add(pair, json_object_new_double_s((double)sample / 1e3, text));
		json_object_array_add(pair, json_object_new_uint64(n));
		json_object_array_add(array, pair);
	}
	return array;
}

static struct json_object *timestamp_json(const struct bench_run *run)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "clock", run->clock);
	json_add_text(object, "moment", run->moment);
	if (run->timestamps_in_future)
		json_add_bool(object, "ahead", true);
	return object;
}

static void add_measured(struct json_object *object, const struct bench *bench, const struct bench_run *run)
{
	struct json_object *spread = json_object_new_object();

	json_add_count(object, "frames", run->frames);
	json_add_count(object, "repeats", run->n_samples);
	for (int i = 0; i < N_METRICS; i++) {
		add_value(object, &metrics[i], run->values[i]);
		add_value(spread, &metrics[i], run->spreads[i]);
	}
	if (run->n_samples > 1)
		json_object_object_add(object, "spread", spread);
	else
		json_object_put(spread);
	if (run->latency_ns.count)
		json_object_object_add(object, "latency_counts_us", counts_json(&run->latency_ns));
	if (run->buffers && !device_is_output(&bench->setup.device))
		json_object_object_add(object, "timestamp", timestamp_json(run));
	json_add_text(object, "syscalls_seen", run->all_syscalls ? "all" : "device");
	json_object_object_add(object, "pool", report_pool_json(&run->pool));
	report_add_rate(object, "rate", &run->rate);
	report_add_rate(object, "output_rate", &run->output_rate);
	json_add_text(object, "end", run->end);
}

/* Whether the run was measured: not after --advise, or a signal. */
static bool is_reported(const struct bench_run *run)
{
	return run->n_samples || run->unsupported || run->error;
}

static struct json_object *run_json(const struct bench *bench, const struct bench_run *run)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "io", run->io);
	if (*run->relay)
		json_add_text(object, "relay", run->relay);
	if (run->buffers)
		json_add_count(object, "buffers", run->buffers);
	if (run->n_samples)
		add_measured(object, bench, run);
	json_add_text(object, "unsupported", run->unsupported);
	json_add_text(object, "error", run->error);
	return object;
}

static struct json_object *system_json(void)
{
	struct json_object *object = json_object_new_object();
	struct utsname name;

	if (uname(&name) == 0) {
		json_add_text(object, "kernel", name.release);
		json_add_text(object, "machine", name.machine);
	}
	json_add_int(object, "processors", sysconf(_SC_NPROCESSORS_ONLN));
	return object;
}

static struct json_object *options_json(const struct bench *bench)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "count", bench->options.count);
	json_add_count(object, "warmup", bench->options.warmup);
	json_add_count(object, "repeat", bench->options.repeat);
	json_add_bool(object, "touch", bench->options.touch);
	json_add_text(object, "consumer_delay", bench->options.consumer_delay);
	json_add_text(object, "consumer_stall", bench->options.consumer_stall);
	return object;
}

static void add_recommendation(struct json_object *object, const struct bench *bench)
{
	struct json_object *recommended;
	char text[BENCH_RECOMMEND_MAX];
	const struct bench_run *run = bench_recommend(bench, text);

	if (!run)
		return;
	recommended = json_object_new_object();
	json_add_text(recommended, "io", run->io);
	if (run->buffers)
		json_add_count(recommended, "buffers", run->buffers);
	json_add_text(recommended, "text", text);
	json_object_object_add(object, "recommended", recommended);
}

static struct json_object *advice_json(const struct bench_advice *advice)
{
	struct json_object *object = json_object_new_object(), *tried = json_object_new_array();

	for (unsigned i = 0; i < advice->n_attempts; i++) {
		struct json_object *attempt = json_object_new_object();

		json_add_count(attempt, "buffers", advice->attempts[i].buffers);
		json_add_count(attempt, "frames", advice->attempts[i].frames);
		json_add_count(attempt, "lost", advice->attempts[i].lost);
		json_object_array_add(tried, attempt);
	}
	json_add_text(object, "io", advice->io->name);
	json_add_count(object, "frames", advice->frames);
	if (advice->buffers)
		json_add_count(object, "buffers", advice->buffers);
	json_object_object_add(object, "tried", tried);
	if (*advice->text)
		json_add_text(object, "text", advice->text);
	return object;
}

/* The runs for which the condition holds. */
static struct json_object *condition_runs_json(const struct condition *condition, const struct bench *bench)
{
	struct json_object *runs = json_object_new_array();

	for (size_t i = 0; i < bench->n_runs; i++) {
		const struct bench_run *run = &bench->runs[i];
		struct json_object *object;

		if (condition_holds_in_run(condition, bench, run) <= 0)
			continue;
		object = json_object_new_object();
		json_add_text(object, "io", run->io);
		if (run->buffers)
			json_add_count(object, "buffers", run->buffers);
		json_add_number(object, "value", run->values[condition->metric],
				metrics[condition->metric].decimals);
		json_object_array_add(runs, object);
	}
	return runs;
}

static struct json_object *condition_json(const struct condition *condition, const struct bench *bench)
{
	struct json_object *object = json_object_new_object(), *runs = condition_runs_json(condition, bench);

	json_add_text(object, "expression", condition->text);
	json_add_bool(object, "held", json_object_array_length(runs) > 0);
	json_object_object_add(object, "runs", runs);
	return object;
}

static void add_runs(struct json_object *object, const struct bench *bench)
{
	struct json_object *runs = json_object_new_array();

	for (size_t i = 0; i < bench->n_runs; i++)
		if (is_reported(&bench->runs[i]))
			json_object_array_add(runs, run_json(bench, &bench->runs[i]));
	json_object_object_add(object, "runs", runs);
}

static void add_advice(struct json_object *object, const struct report_bench *report)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < report->n_advice; i++)
		json_object_array_add(array, advice_json(&report->advice[i]));
	json_object_object_add(object, "advice", array);
}

static void add_conditions(struct json_object *object, const struct report_bench *report)
{
	struct json_object *array = json_object_new_array();

	for (int i = 0; i < report->n_conditions; i++)
		json_object_array_add(array, condition_json(&report->conditions[i], report->bench));
	json_object_object_add(object, "fail_if", array);
}

static struct json_object *relay_output_json(const struct relay *relay)
{
	struct json_object *object = report_device_json(&relay->sink.setup.device);

	json_object_object_add(object, "format", report_format_json(&relay->sink.setup.format));
	return object;
}

struct json_object *report_bench_json(const struct bench *bench)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "version", V4L2Q_VERSION);
	json_add_text(object, "command", "bench");
	json_object_object_add(object, "device", report_device_json(&bench->setup.device));
	json_object_object_add(object, "format", report_format_json(&bench->setup.format));
	if (bench->relay)
		json_object_object_add(object, "output", relay_output_json(bench->relay));
	json_add_text(object, "direction", bench_direction(bench));
	json_object_object_add(object, "system", system_json());
	json_object_object_add(object, "options", options_json(bench));
	return object;
}

void report_bench_add_results(struct json_object *object, const struct report_bench *report)
{
	const struct bench *bench = report->bench;

	add_runs(object, bench);
	add_recommendation(object, bench);
	if (report->n_advice)
		add_advice(object, report);
	if (report->n_conditions)
		add_conditions(object, report);
	json_add_text(object, "end", bench->interrupted ? "signal" : bench->status ? "error" : "count");
}
