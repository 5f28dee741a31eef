/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: the figures of all runs as a table. */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include <stdio.h>
#include "bench/bench.h"

void bench_table(const struct bench *bench, FILE *out);

#endif
