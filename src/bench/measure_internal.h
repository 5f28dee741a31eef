/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the two directions of measuring share. */
#ifndef BENCH_MEASURE_INTERNAL_H
#define BENCH_MEASURE_INTERNAL_H

#include "bench/measure.h"

/* Moves one frame. Return 0 or what pool_dequeue() does. */
int measure_capture_turn(struct measure *measure, int64_t deadline_ns);
int measure_output_turn(struct measure *measure, int64_t deadline_ns);
/* Takes all frames of an output queue home, so that the pool can stop. */
void measure_output_end(struct measure *measure);

/* A frame came, or left, at now_ns on the monotonic clock; timestamp_ns is the driver's, or 0; lost frames
 * before it. */
void measure_interval(struct measure *measure, int64_t dequeue_ns, int64_t timestamp_ns, uint64_t lost);
void measure_latency(struct measure *measure, int64_t latency_ns);
/* Waits as long as the consumer keeps a frame; a signal ends it. */
void measure_wait(struct measure *measure);

#endif
