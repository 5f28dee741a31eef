/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the files measure*.c. */
#ifndef BENCH_MEASURE_INTERNAL_H
#define BENCH_MEASURE_INTERNAL_H

#include "bench/measure.h"

/* measure_samples.c: add one frame to the distributions. During the warm-up they only note where the next
 * interval begins. pts_ns: capture time; lost: frames lost before this one. */
void measure_add_interval(struct measure *measure, int64_t dequeue_ns, int64_t pts_ns, uint64_t lost);
void measure_add_latency(struct measure *measure, int64_t latency_ns);

/* measure.c: the end of the warm-up, where all counts begin, and the end of the measured frames. */
void measure_begin(struct measure *measure);
void measure_end(struct measure *measure);

/* measure_capture.c, measure_output.c: move one frame. Return 0 or what the pool returned. */
int measure_capture_frame(struct measure *measure, int64_t deadline_ns);
int measure_output_frame(struct measure *measure, int64_t deadline_ns);
/* Returns all frames to the pool, which can then stop. */
void measure_output_stop(struct measure *measure);

/* measure_samples.c: sleeps while options.consumer holds a frame; a signal ends the sleep. */
void measure_hold_frame(struct measure *measure);

#endif
