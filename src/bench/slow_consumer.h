/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Somebody who takes time over each frame, for measuring. */
#ifndef BENCH_SLOW_CONSUMER_H
#define BENCH_SLOW_CONSUMER_H

#include <stdbool.h>
#include <stdint.h>

struct consumer {
	int64_t delay_ns, spread_ns; /* over each frame, evenly spread over delay ± spread, never below 0 */
	int64_t stall_ns, stall_every_ns; /* besides, so long once each …; 0: never */

	/* Its own; zero to begin with, and then every consumer is as slow as every other. */
	uint64_t n_frames;
	int64_t next_stall_ns;
};

static inline bool consumer_is_slow(const struct consumer *consumer)
{
	return consumer->delay_ns || consumer->spread_ns || consumer->stall_ns;
}

/* How long it keeps the frame that it gets now. */
int64_t consumer_keeps_ns(struct consumer *consumer, int64_t now);

/* "5ms", "5ms±20ms" or "5ms+-20ms"; "200ms/10s". Return 0 or -EINVAL. */
int consumer_parse_delay(const char *text, struct consumer *consumer);
int consumer_parse_stall(const char *text, struct consumer *consumer);

#endif
