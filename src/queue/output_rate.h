/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rate at which an output device shows frames, by the timestamps that its driver gives them. */
#ifndef QUEUE_OUTPUT_RATE_H
#define QUEUE_OUTPUT_RATE_H

#include "base/rate_fit.h"

struct output_rate {
	struct rate_fit fit; /* of the frames between which it is known how many intervals passed */
	uint32_t sequence;   /* of the last frame */
	int64_t shown_ns;
	bool counts; /* a gap has shown that the sequence counts the device's intervals, not the frames */
};

void output_rate_begin(struct output_rate *rate, struct fraction fps);
/* A frame that came back from the driver: when it was queued, its number and timestamp. CLOCK_MONOTONIC. */
void output_rate_add(struct output_rate *rate, int64_t queued_ns, uint32_t sequence, int64_t shown_ns);

#endif
