/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: the figures of all runs as comma-separated values (RFC 4180, with LF line ends). */
#ifndef BENCH_CSV_H
#define BENCH_CSV_H

#include <stdio.h>
#include "bench/bench.h"

/* Writes a heading and a line a run, and closes the file unless it is stdout. Returns 0 or a negative errno,
 * logged with the name. */
int bench_csv(const struct bench *bench, FILE *file, const char *name);

#endif
