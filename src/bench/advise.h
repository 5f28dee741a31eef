/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench --advise: the fewest buffers without lost frames. */
#ifndef BENCH_ADVISE_H
#define BENCH_ADVISE_H

#include <stdio.h>
#include "bench/bench.h"

/* An io mode with a number of buffers, measured until the first loss. */
struct bench_attempt {
	uint32_t buffers;
	uint64_t frames, lost;
};

/* The search in one io mode. */
struct bench_advice {
	const struct io_ops *io;
	uint64_t frames;  /* measured by an attempt without loss */
	uint32_t buffers; /* the fewest without loss; 0: none suffice, or the search ended early */
	char text[600];   /* the result in words; "": the search ended early */
	unsigned n_attempts;
	struct bench_attempt attempts[16]; /* doubling and halving between 1 and POOL_MAX_BUFFERS */
};

/* Searches the first io mode of the plan that has buffers or, if the user chose modes, each of them; prints
 * its attempts, unless out is NULL. advice: of at least N_IO_MODES. Returns 0 or a negative errno: -ENOTSUP,
 * logged, if the search is not possible with the device or any mode. *n_advice: number of searches begun. */
int bench_advise(struct bench *bench, FILE *out, struct bench_advice *advice, size_t *n_advice);

#endif
