/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench --advise: the fewest buffers without lost frames. */
#include "bench/advise.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"

#define STALLS 3 /* of the consumer, in each attempt */

/* The search in one io mode. */
struct search {
	struct bench *bench;
	struct bench_advice *advice;
	struct measure_options options;
	FILE *out; /* NULL: print nothing */
};

/* --count, or enough frames for a few stalls of the consumer. */
static uint64_t frames_needed(const struct bench *bench)
{
	double fps = fraction_value(bench->setup.format.fps);
	double frames = ceil(fps * STALLS * (double)bench->options.consumer.stall_every_ns / 1e9);

	return !bench->options.has_count && frames > (double)bench->options.count ? (uint64_t)frames
										  : bench->options.count;
}

static void add_attempt(struct search *search, const struct bench_run *run, bool lost)
{
	struct bench_advice *advice = search->advice;

	if (advice->n_attempts < ARRAY_SIZE(advice->attempts))
		advice->attempts[advice->n_attempts++] = (struct bench_attempt){
			.buffers = run->buffers,
			.frames = run->frames,
			.lost = lost ? (uint64_t)run->samples[run->n_samples - 1][METRIC_LOST] : 0,
		};
	if (!search->out)
		return;
	fprintf(search->out, "  %2u buffers: %llu frames, %s\n", run->buffers,
		(unsigned long long)run->frames, lost ? "then one was lost" : "none lost");
	fflush(search->out);
}

/* Measures until a frame is lost, or all repeats are done. */
static int measure_until_loss(struct search *search, struct bench_run *run, bool *lost)
{
	struct bench *bench = search->bench;
	int err = 0;

	*lost = false;
	for (uint64_t i = 0; err == 0 && i < bench->options.repeat && !*lost && !run->interrupted; i++) {
		err = bench_run_measure(run, &bench->setup, &bench->options.setup, &search->options);
		*lost = run->n_samples && run->samples[run->n_samples - 1][METRIC_LOST] > 0;
	}
	bench->interrupted |= run->interrupted;
	return bench->interrupted ? -ECANCELED : err;
}

/* Returns 1: no frame was lost; 0: one was; else a negative errno. */
static int try_buffers(struct search *search, uint32_t buffers)
{
	struct bench_run run = { .buffers = buffers };
	bool lost;
	int err;

	snprintf(run.io, sizeof run.io, "%s", search->advice->io->name);
	err = measure_until_loss(search, &run, &lost);
	if (err == 0)
		add_attempt(search, &run, lost);
	else if (err != -ECANCELED && bench_run_is_mode_error(err))
		log_error("%u buffers: %s", buffers, run.unsupported ? run.unsupported : run.error);
	bench_run_free(&run);
	return err < 0 ? err : !lost;
}

/* Doubles the number until no frame is lost, then bisects. Returns 0, with *fewest 0 if no number suffices,
 * or a negative errno. */
static int search_fewest(struct search *search, uint32_t least, uint32_t *fewest)
{
	uint32_t low = least - 1, high = least, middle;
	int suffices;

	*fewest = 0;
	while ((suffices = try_buffers(search, high)) == 0 && high < POOL_MAX_BUFFERS) {
		low = high;
		high = 2 * high < POOL_MAX_BUFFERS ? 2 * high : POOL_MAX_BUFFERS;
	}
	if (suffices <= 0)
		return suffices;
	while (high - low > 1) {
		middle = low + (high - low) / 2;
		suffices = try_buffers(search, middle);
		if (suffices < 0)
			return suffices;
		if (suffices)
			high = middle;
		else
			low = middle;
	}
	*fewest = high;
	return 0;
}

static void set_text(struct bench_advice *advice, const struct bench_options *options)
{
	char consumer[160] = "a consumer that returns each frame at once";

	if (options->consumer_delay || options->consumer_stall)
		snprintf(consumer, sizeof consumer, "a consumer that holds each frame for %s%s%s",
			 options->consumer_delay ? options->consumer_delay : "no time",
			 options->consumer_stall ? " and stalls for " : "",
			 options->consumer_stall ? options->consumer_stall : "");
	if (!advice->buffers)
		snprintf(advice->text, sizeof advice->text,
			 "%s: frames are lost even with %u buffers, with %s: it is too slow for the device.",
			 advice->io->name, POOL_MAX_BUFFERS, consumer);
	else
		snprintf(advice->text, sizeof advice->text,
			 "%s: %u buffers are the fewest with which no frame of %llu was lost, with %s. Use "
			 "one "
			 "more for safety.",
			 advice->io->name, advice->buffers, (unsigned long long)advice->frames, consumer);
}

static int advise_mode(struct bench *bench, const struct io_ops *io, FILE *out, struct bench_advice *advice)
{
	uint32_t least = bench->driver_min > POOL_MIN_BUFFERS ? bench->driver_min : POOL_MIN_BUFFERS;
	struct search search = {
		.bench = bench, .advice = advice, .options = bench_measure_options(bench), .out = out
	};
	int err;

	*advice = (struct bench_advice){ .io = io, .frames = frames_needed(bench) };
	search.options.count = advice->frames;
	search.options.stop_at_loss = true;
	if (out)
		fprintf(out, "%s:\n", io->name);
	err = search_fewest(&search, least, &advice->buffers);
	if (err < 0)
		return err;
	set_text(advice, &bench->options);
	if (out)
		fprintf(out, "%s\n", advice->text);
	return 0;
}

int bench_advise(struct bench *bench, FILE *out, struct bench_advice *advice, size_t *n_advice)
{
	int err = 0;

	*n_advice = 0;
	if (device_is_output(&bench->setup.device)) {
		log_error("%s: --advise needs the number of lost frames, which output devices do not report",
			  bench->setup.device.path);
		return -ENOTSUP;
	}
	for (size_t i = 0; err == 0 && i < bench->n_runs; i++) {
		const struct bench_run *run = &bench->runs[i];

		if (run->unsupported || !run->buffers || (i && strcmp(run->io, run[-1].io) == 0))
			continue;
		if (*n_advice && !bench->options.has_modes)
			break;
		err = advise_mode(bench, io_find(run->io), out, &advice[(*n_advice)++]);
	}
	if (*n_advice == 0) {
		log_error("--advise: the device has no io mode with buffers");
		return -ENOTSUP;
	}
	return err;
}
