/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: which run serves the device best. */
#ifndef BENCH_RECOMMEND_H
#define BENCH_RECOMMEND_H

#include "bench/bench.h"

/* The recommended run, and the reason as a sentence in text; NULL: nothing was measured. */
#define BENCH_RECOMMEND_MAX 600
const struct bench_run *bench_recommend(const struct bench *bench, char text[BENCH_RECOMMEND_MAX]);

#endif
