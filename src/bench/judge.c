/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: --fail-if over all runs. */
#include "bench/judge.h"

#include <errno.h>
#include "base/log.h"
#include "base/json.h"

static struct failif_whole whole_of(const struct bench *bench, const struct bench_run *run)
{
	const struct video_format *format = &bench->setup.format;
	double fps = fraction_value(format->fps);
	struct failif_whole whole = {
		.fps = fps,
		.period_us = fps > 0 ? 1e6 / fps : 0,
		.frames = run->n_samples ? (double)run->captured / run->n_samples : 0,
		.frame_bytes = (double)video_format_bytes(format),
	};

	return whole;
}

static void say(const struct failif *failif, const struct bench_run *run)
{
	char name[BENCH_RUN_TEXT_MAX], value[METRIC_TEXT_MAX];

	log_error("--fail-if: %s: it is %s with %s", failif->text,
		  metric_text(failif->metric, run->values[failif->metric], value), bench_run_text(run, name));
}

/* The runs in which it holds. *n_judged: in how many it could be said. */
static struct json_object *judge_one(const struct bench *bench, const struct failif *failif,
				     unsigned *n_judged)
{
	struct json_object *runs = json_object_new_array();

	*n_judged = 0;
	for (size_t i = 0; i < bench->n_runs; i++) {
		const struct bench_run *run = &bench->runs[i];
		struct failif_whole whole = whole_of(bench, run);
		struct json_object *object;
		int holds = run->n_samples ? failif_holds(failif, run->values, &whole) : -ENODATA;

		*n_judged += holds >= 0;
		if (holds <= 0)
			continue;
		say(failif, run);
		object = json_object_new_object();
		json_add_text(object, "io", run->io);
		if (run->buffers)
			json_add_count(object, "buffers", run->buffers);
		json_add_number(object, "value", run->values[failif->metric],
				metrics[failif->metric].decimals);
		json_object_array_add(runs, object);
	}
	return runs;
}

enum status bench_judge(const struct bench *bench, const struct failif *list, int n,
			struct json_object **result)
{
	enum status status = STATUS_DONE;

	*result = n ? json_object_new_array() : NULL;
	for (int i = 0; i < n; i++) {
		struct json_object *object = json_object_new_object();
		unsigned n_judged;
		struct json_object *runs = judge_one(bench, &list[i], &n_judged);

		json_add_text(object, "expression", list[i].text);
		json_add_bool(object, "held", json_object_array_length(runs) > 0);
		if (json_object_array_length(runs))
			status = STATUS_FAIL_IF;
		json_object_object_add(object, "runs", runs);
		json_object_array_add(*result, object);
		if (n_judged)
			continue;
		/* A gate that cannot be judged must not let pass. */
		log_error("--fail-if: %s: that is known of no run", list[i].text);
		if (status == STATUS_DONE)
			status = STATUS_FAILED;
	}
	return status;
}
