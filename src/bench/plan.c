/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The io modes and numbers of buffers that v4l2q bench measures. */
#include "bench/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/text.h"

#define DEFAULT_BUFFERS 4

/* Removes the next word from the list; NULL: there are no more. */
static char *next_word(char **rest)
{
	char *word = strsep(rest, ",");

	while (word && !*word)
		word = strsep(rest, ",");
	return word;
}

static int add_mode(struct bench_plan *plan, const char *name)
{
	const struct io_ops *io = io_find(name);
	char names[80] = "";

	if (!io) {
		for (size_t i = 0; i < N_IO_MODES; i++)
			text_join(names, sizeof names, ", ", "%s", io_modes[i]->name);
		log_error("invalid value '%s' for --io: expected a list of %s", name, names);
		return -EINVAL;
	}
	for (size_t i = 0; i < plan->n_modes; i++)
		if (plan->modes[i] == io)
			return 0;
	plan->modes[plan->n_modes++] = io;
	return 0;
}

int bench_plan_parse_io(struct bench_plan *plan, char *list)
{
	char *word;
	int err = 0;

	while (err == 0 && (word = next_word(&list)))
		if (strcmp(word, "auto") != 0)
			err = add_mode(plan, word);
	if (err < 0 || plan->n_modes > 0)
		return err;
	plan->n_modes = N_IO_MODES;
	memcpy(plan->modes, io_modes, sizeof io_modes);
	return 0;
}

static int add_buffers(struct bench_plan *plan, const char *word)
{
	uint64_t n;

	if (parse_uint(word, POOL_MAX_BUFFERS, &n) < 0 || n < 1) {
		log_error("invalid value '%s' for --buffers: expected a list of numbers from 1 to %u", word,
			  POOL_MAX_BUFFERS);
		return -EINVAL;
	}
	for (size_t i = 0; i < plan->n_buffers; i++)
		if (plan->buffers[i] == n)
			return 0;
	plan->buffers[plan->n_buffers++] = (uint32_t)n;
	return 0;
}

int bench_plan_parse_buffers(struct bench_plan *plan, char *list)
{
	char *word;
	int err = 0;

	while (err == 0 && (word = next_word(&list)))
		err = add_buffers(plan, word);
	return err;
}

static struct bench_run *add_run(struct bench_run *run, const struct io_ops *io, uint32_t buffers)
{
	snprintf(run->io, sizeof run->io, "%s", io->name);
	run->buffers = buffers;
	return run;
}

/* Returns how many runs were added. */
static size_t plan_mode(const struct bench_plan *plan, const struct pool *pool, const struct io_ops *io,
			struct bench_run *runs)
{
	const char *why = pool_unsupported(pool, io);

	if (why) {
		add_run(runs, io, 0)->unsupported = strdup(why);
		runs->err = -ENOTSUP;
		return 1;
	}
	if (!io->streams) { /* rw */
		add_run(runs, io, 0);
		return 1;
	}
	for (size_t i = 0; i < plan->n_buffers; i++)
		add_run(&runs[i], io, plan->buffers[i]);
	return plan->n_buffers;
}

int bench_plan_runs(const struct bench_plan *plan, const struct pool *pool, struct bench_run **runs,
		    size_t *n_runs)
{
	struct bench_plan own = *plan;

	if (!own.n_buffers)
		own.buffers[own.n_buffers++] = DEFAULT_BUFFERS + pool_info(pool).driver_min;
	*n_runs = 0;
	*runs = calloc(own.n_modes * own.n_buffers, sizeof **runs);
	if (!*runs)
		return log_no_memory();
	for (size_t i = 0; i < own.n_modes; i++)
		*n_runs += plan_mode(&own, pool, own.modes[i], *runs + *n_runs);
	return 0;
}
