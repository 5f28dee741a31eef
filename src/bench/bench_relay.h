/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench --relay: the cost and latency of each way from a capture device to an output. */
#ifndef BENCH_BENCH_RELAY_H
#define BENCH_BENCH_RELAY_H

#include "bench/bench.h"

/* Opens both devices, with a common format, and plans a run for each way of pool_link_way_name(); if they
 * have no common format, one for the conversion. Returns STATUS_DONE or the status of the step that failed,
 * which has logged why. */
enum status bench_relay_open(struct bench *bench);
/* Measures run `index` once more. Returns 0 or a negative errno, as bench_run_measure(). */
int bench_relay_measure(struct bench *bench, size_t index);
/* Does nothing if no relay is open. */
void bench_relay_close(struct bench *bench);

#endif
