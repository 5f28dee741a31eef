/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: the run that suits the device best, and why. */
#ifndef BENCH_RECOMMEND_H
#define BENCH_RECOMMEND_H

#include "bench/bench.h"

/* The recommended run; text is the reason, in words. NULL: nothing was measured. */
#define BENCH_RECOMMEND_MAX 600
const struct bench_run *bench_recommend(const struct bench *bench, char text[BENCH_RECOMMEND_MAX]);

#endif
