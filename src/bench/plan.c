/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: from options to runs. */
#include "bench/bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"

#define DEFAULT_BUFFERS 4

static const struct io_ops *const all_modes[BENCH_MODES] = { &io_mmap, &io_userptr, &io_dmabuf, &io_import,
							     &io_rw };

/* The next word of a list, taken out of it; NULL: no more. */
static char *next_word(char **rest)
{
	char *word = strsep(rest, ",");

	while (word && !*word)
		word = strsep(rest, ",");
	return word;
}

static int add_mode(struct bench *bench, const char *name)
{
	const struct io_ops *io = io_find(name);

	if (!io) {
		log_error("--io: '%s' is not possible; it takes a list of mmap, userptr, dmabuf, "
			  "dmabuf-import, rw",
			  name);
		return -EINVAL;
	}
	for (size_t i = 0; i < bench->n_modes; i++)
		if (bench->modes[i] == io)
			return 0;
	bench->modes[bench->n_modes++] = io;
	return 0;
}

static int parse_modes(struct bench *bench)
{
	char *rest = bench->options.io, *word;
	int err = 0;

	while (err == 0 && (word = next_word(&rest)))
		if (strcmp(word, "auto") != 0)
			err = add_mode(bench, word);
	if (err < 0 || bench->n_modes > 0)
		return err;
	bench->n_modes = BENCH_MODES;
	memcpy(bench->modes, all_modes, sizeof all_modes);
	return 0;
}

static int add_buffers(struct bench *bench, const char *word)
{
	uint64_t n;

	if (parse_uint(word, POOL_MAX_BUFFERS, &n) < 0 || n < 1) {
		log_error("--buffers: '%s' is not possible; it takes a list of numbers from 1 to %u", word,
			  POOL_MAX_BUFFERS);
		return -EINVAL;
	}
	for (size_t i = 0; i < bench->n_buffers; i++)
		if (bench->buffers[i] == n)
			return 0;
	bench->buffers[bench->n_buffers++] = (uint32_t)n;
	return 0;
}

static int parse_buffers(struct bench *bench)
{
	char *rest = bench->options.buffers, *word;
	int err = 0;

	while (err == 0 && (word = next_word(&rest)))
		err = add_buffers(bench, word);
	return err;
}

static int bad_consumer(const char *option, const char *text, const char *wanted)
{
	log_error("--%s: '%s' is not possible; it takes %s", option, text, wanted);
	return -EINVAL;
}

int bench_plan_options(struct bench *bench)
{
	const struct bench_options *options = &bench->options;

	if (parse_modes(bench) < 0 || parse_buffers(bench) < 0)
		return -EINVAL;
	if (options->consumer_delay && consumer_parse_delay(options->consumer_delay, &bench->consumer) < 0)
		return bad_consumer("consumer-delay", options->consumer_delay,
				    "a time, and how much it varies: 5ms, 5ms±20ms, 5ms+-20ms");
	if (options->consumer_stall && consumer_parse_stall(options->consumer_stall, &bench->consumer) < 0)
		return bad_consumer("consumer-stall", options->consumer_stall,
				    "how long, and each what time, which is longer: 200ms/10s");
	return 0;
}

static struct bench_run *add_run(struct bench *bench, const struct io_ops *io, uint32_t buffers)
{
	struct bench_run *run = &bench->runs[bench->n_runs++];

	snprintf(run->io, sizeof run->io, "%s", io->name);
	run->buffers = buffers;
	return run;
}

static void plan_mode(struct bench *bench, const struct io_ops *io)
{
	const char *why = pool_mode_lacks(bench->setup.pool, io);
	struct bench_run *run;

	if (why || !io->put) {
		run = add_run(bench, io, 0);
		if (why)
			run->unsupported = strdup(why);
		run->err = why ? -ENOTSUP : 0;
		return;
	}
	for (size_t i = 0; i < bench->n_buffers; i++)
		add_run(bench, io, bench->buffers[i]);
}

int bench_plan_runs(struct bench *bench)
{
	struct pool_options options = { .io = "auto" };
	int err = pool_open(&bench->setup.pool, &bench->setup.device, &bench->setup.format, &options);

	if (err < 0)
		return err;
	bench->driver_min = pool_info(bench->setup.pool).driver_min;
	if (!bench->n_buffers)
		bench->buffers[bench->n_buffers++] = DEFAULT_BUFFERS + bench->driver_min;
	bench->runs = calloc(bench->n_modes * bench->n_buffers, sizeof *bench->runs);
	if (!bench->runs)
		return log_no_memory();
	for (size_t i = 0; i < bench->n_modes; i++)
		plan_mode(bench, bench->modes[i]);
	pool_close(bench->setup.pool);
	bench->setup.pool = NULL;
	return 0;
}
