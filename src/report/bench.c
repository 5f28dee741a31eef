/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: the report as one JSON object. */
#include "bench/bench.h"

#include <math.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "base/json.h"
#include "report/common.h"

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

/* [[microseconds, how many], …], for those who draw. */
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
	if (run->stamps_ahead)
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
	json_object_object_add(object, "pool", json_object_get(run->pool));
	json_add_text(object, "end", run->end);
}

/* One that was only planned: --advise measures otherwise, and a signal may have come before it. */
static bool is_told(const struct bench_run *run)
{
	return run->n_samples || run->unsupported || run->error;
}

static struct json_object *run_json(const struct bench *bench, const struct bench_run *run)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "io", run->io);
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
	char text[BENCH_ADVICE_MAX];
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

struct json_object *bench_json(const struct bench *bench, struct json_object *fail_if)
{
	struct json_object *object = json_object_new_object(), *runs = json_object_new_array();

	json_add_text(object, "version", V4L2Q_VERSION);
	json_add_text(object, "command", "bench");
	json_object_object_add(object, "device", report_device_json(&bench->setup.device));
	json_object_object_add(object, "format", report_format_json(&bench->setup.format));
	json_add_text(object, "direction", device_is_output(&bench->setup.device) ? "output" : "capture");
	json_object_object_add(object, "system", system_json());
	json_object_object_add(object, "options", options_json(bench));
	for (size_t i = 0; i < bench->n_runs; i++)
		if (is_told(&bench->runs[i]))
			json_object_array_add(runs, run_json(bench, &bench->runs[i]));
	json_object_object_add(object, "runs", runs);
	add_recommendation(object, bench);
	if (bench->advice)
		json_object_object_add(object, "advice", json_object_get(bench->advice));
	if (fail_if)
		json_object_object_add(object, "fail_if", fail_if);
	json_add_text(object, "end", bench->interrupted ? "signal" : bench->status ? "error" : "count");
	return object;
}
