/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: the distribution of the latency, drawn with characters. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdio.h>
#include "bench/bench.h"

void bench_histogram(const struct bench *bench, FILE *out);

#endif
