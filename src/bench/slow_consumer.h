/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A simulated consumer that holds each frame for some time (--consumer-delay, --consumer-stall). */
#ifndef BENCH_SLOW_CONSUMER_H
#define BENCH_SLOW_CONSUMER_H

#include <stdbool.h>
#include <stdint.h>

struct slow_consumer {
	/* The time for which each frame is held is uniformly distributed over delay ± spread, at least 0. */
	int64_t delay_ns, spread_ns;
	int64_t stall_ns, stall_every_ns; /* in addition, one frame is held in each period; 0: none */

	/* Consumers that start with zero hold frames for the same times. */
	uint64_t n_frames;
	int64_t next_stall_ns;
};

static inline bool slow_consumer_is_enabled(const struct slow_consumer *consumer)
{
	return consumer->delay_ns || consumer->spread_ns || consumer->stall_ns;
}

/* How long the consumer holds a frame that it gets at now_ns, on CLOCK_MONOTONIC. */
int64_t slow_consumer_hold_ns(struct slow_consumer *consumer, int64_t now_ns);

/* "5ms", "5ms±20ms" or "5ms+-20ms"; "200ms/10s". Return 0, or -EINVAL with the consumer unchanged. */
int slow_consumer_parse_delay(const char *text, struct slow_consumer *consumer);
int slow_consumer_parse_stall(const char *text, struct slow_consumer *consumer);

#endif
