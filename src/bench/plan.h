/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The io modes and numbers of buffers that v4l2q bench measures. */
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

#include "bench/run.h"
#include "queue/io.h"

struct bench_plan {
	const struct io_ops *modes[N_IO_MODES];
	size_t n_modes;
	uint32_t buffers[POOL_MAX_BUFFERS];
	size_t n_buffers; /* 0: the default of the device */
};

/* Parse the lists of --io ("auto" and NULL: all modes) and --buffers (NULL: none), and modify them. Return 0
 * or -EINVAL, logged. */
int bench_plan_parse_io(struct bench_plan *plan, char *list);
int bench_plan_parse_buffers(struct bench_plan *plan, char *list);
/* Allocates a run for each mode and number of buffers; a mode that the device of the pool (open) does not
 * support gets a single run, with the reason. Returns 0 or -ENOMEM, logged. */
int bench_plan_runs(const struct bench_plan *plan, const struct pool *pool, struct bench_run **runs,
		    size_t *n_runs);

#endif
