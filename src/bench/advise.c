/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench --advise: the fewest buffers with which nothing is lost. */
#include "bench/bench.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include "base/log.h"
#include "base/json.h"

#define STALLS 3 /* that a run must see */

struct sweep {
	struct bench *bench;
	const struct io_ops *io;
	struct measure_options options;
	struct json_object *tried;
	FILE *out;
	uint32_t least; /* that the queue can have */
};

/* Long enough that the consumer stalls a few times. */
static uint64_t frames_needed(const struct bench *bench)
{
	double fps = fraction_value(bench->setup.format.fps);
	double frames = ceil(fps * STALLS * (double)bench->consumer.stall_every_ns / 1e9);

	return frames > (double)bench->options.count ? (uint64_t)frames : bench->options.count;
}

static void note(struct sweep *sweep, const struct bench_run *run, uint32_t buffers)
{
	struct json_object *object = json_object_new_object();
	double lost = run->values[METRIC_LOST];

	json_add_count(object, "buffers", buffers);
	json_add_count(object, "frames", run->frames);
	json_add_count(object, "lost", (uint64_t)lost);
	json_object_array_add(sweep->tried, object);
	fprintf(sweep->out, "  %2u buffers: %llu frames, %s\n", buffers, (unsigned long long)run->frames,
		lost > 0 ? "then one was lost" : "none lost");
	fflush(sweep->out);
}

/* 1: nothing was lost in all repeats; 0: something was; negative: it cannot be told. */
static int try_buffers(struct sweep *sweep, uint32_t buffers)
{
	struct bench *bench = sweep->bench;
	struct bench_run run = { .buffers = buffers };
	int err = 0, result;

	snprintf(run.io, sizeof run.io, "%s", sweep->io->name);
	for (uint64_t i = 0; err == 0 && i < bench->options.repeat && !bench->interrupted; i++) {
		err = bench_run_measure(bench, &run, &sweep->options);
		bench_run_sum_up(&run);
		if (run.n_samples && run.samples[run.n_samples - 1][METRIC_LOST] > 0)
			break;
	}
	if (bench->interrupted)
		err = -ECANCELED;
	if (err < 0 && err != -ECANCELED && bench_is_of_mode(err))
		log_error("%u buffers: %s", buffers, run.unsupported ? run.unsupported : run.error);
	if (err < 0) {
		bench_run_free(&run);
		return err;
	}
	/* The last repeat decides: it is the one that lost, if any did. */
	run.values[METRIC_LOST] = run.n_samples ? run.samples[run.n_samples - 1][METRIC_LOST] : NAN;
	result = run.values[METRIC_LOST] > 0 ? 0 : 1;
	note(sweep, &run, buffers);
	bench_run_free(&run);
	return result;
}

/* Doubling finds a number that serves, halving the smallest. 0: none serves. */
static int search(struct sweep *sweep, uint32_t *fewest)
{
	uint32_t low = sweep->least - 1, high = sweep->least, middle;
	int serves;

	*fewest = 0;
	while ((serves = try_buffers(sweep, high)) == 0 && high < POOL_MAX_BUFFERS) {
		low = high;
		high = 2 * high < POOL_MAX_BUFFERS ? 2 * high : POOL_MAX_BUFFERS;
	}
	if (serves <= 0)
		return serves;
	while (high - low > 1) {
		middle = low + (high - low) / 2;
		serves = try_buffers(sweep, middle);
		if (serves < 0)
			return serves;
		if (serves)
			high = middle;
		else
			low = middle;
	}
	*fewest = high;
	return 0;
}

static void conclude(const struct sweep *sweep, uint32_t fewest, char text[BENCH_ADVICE_MAX])
{
	const struct bench_options *options = &sweep->bench->options;
	char consumer[160] = "a consumer that gives each frame back at once";

	if (options->consumer_delay || options->consumer_stall)
		snprintf(consumer, sizeof consumer, "a consumer that takes %s over a frame%s%s",
			 options->consumer_delay ? options->consumer_delay : "no time",
			 options->consumer_stall ? " and stalls for " : "",
			 options->consumer_stall ? options->consumer_stall : "");
	if (!fewest)
		snprintf(text, BENCH_ADVICE_MAX,
			 "%s: frames are lost even with %u buffers, with %s: it is too slow for the device.",
			 sweep->io->name, POOL_MAX_BUFFERS, consumer);
	else
		snprintf(text, BENCH_ADVICE_MAX,
			 "%s: %u buffers are the fewest with which no frame of %llu was lost, with %s. One "
			 "more "
			 "leaves room for a bad day.",
			 sweep->io->name, fewest, (unsigned long long)sweep->options.count, consumer);
}

static int advise_mode(struct bench *bench, const struct io_ops *io, FILE *out)
{
	struct sweep sweep = {
		.bench = bench,
		.io = io,
		.options = bench_measure_options(bench),
		.tried = json_object_new_array(),
		.out = out,
		.least = bench->driver_min > POOL_MIN_BUFFERS ? bench->driver_min : POOL_MIN_BUFFERS,
	};
	struct json_object *object = json_object_new_object();
	char text[BENCH_ADVICE_MAX];
	uint32_t fewest;
	int err;

	sweep.options.count = bench->options.has_count ? bench->options.count : frames_needed(bench);
	sweep.options.stop_at_loss = true;
	fprintf(out, "%s:\n", io->name);
	err = search(&sweep, &fewest);
	json_add_text(object, "io", io->name);
	json_add_count(object, "frames", sweep.options.count);
	if (fewest)
		json_add_count(object, "buffers", fewest);
	json_object_object_add(object, "tried", sweep.tried);
	if (err == 0) {
		conclude(&sweep, fewest, text);
		json_add_text(object, "text", text);
		fprintf(out, "%s\n", text);
	}
	json_object_array_add(bench->advice, object);
	return err;
}

int bench_advise(struct bench *bench, FILE *out)
{
	bool all = bench->options.io, tried = false;
	int err = 0;

	if (device_is_output(&bench->setup.device)) {
		log_error("%s: --advise counts lost frames, of which an output device does not tell",
			  bench->setup.device.path);
		return -ENOTSUP;
	}
	bench->advice = json_object_new_array();
	for (size_t i = 0; err == 0 && i < bench->n_runs && (all || !tried); i++) {
		const struct bench_run *run = &bench->runs[i];

		if (run->unsupported || !run->buffers || (i && strcmp(run->io, run[-1].io) == 0))
			continue;
		tried = true;
		err = advise_mode(bench, io_find(run->io), out);
	}
	if (!tried)
		log_error("--advise: the device has no io mode with buffers");
	return tried ? err : -ENOTSUP;
}
