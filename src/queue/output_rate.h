/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rate at which an output device shows frames, by the timestamps that its driver gives them. */
#ifndef QUEUE_OUTPUT_RATE_H
#define QUEUE_OUTPUT_RATE_H

#include "base/rate_fit.h"

struct output_rate {
	struct rate_fit fit; /* over frames that are a known number of intervals apart */
	uint32_t sequence;   /* of the last frame */
	int64_t shown_ns;
	bool counts; /* a gap has shown that the sequence counts intervals, not frames */
};

void output_rate_begin(struct output_rate *rate, struct fraction fps);
/* Adds a frame that the driver returned: the time of its QBUF, its number and timestamp. CLOCK_MONOTONIC. */
void output_rate_add(struct output_rate *rate, int64_t queued_ns, uint32_t sequence, int64_t shown_ns);

#endif
