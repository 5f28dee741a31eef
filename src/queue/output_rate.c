/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rate at which an output device shows frames. */
#include "queue/output_rate.h"

#define MAX_STEPS (1 << 20) /* a larger step of the sequence is a reset */
#define SOON 0.125          /* part of an interval */

void output_rate_begin(struct output_rate *rate, struct fraction fps)
{
	*rate = (struct output_rate){ .counts = false };
	rate_fit_begin(&rate->fit, fps);
}

/* The sequence counts the device's intervals with some drivers (vivid), frames with others. With the latter,
 * two timestamps are an interval apart only if the second frame was queued when the first was shown:
 * otherwise the device may have waited for it, and the measured rate would be the program's. The two fields
 * of a frame may have the same number. */
void output_rate_add(struct output_rate *rate, int64_t queued_ns, uint32_t sequence, int64_t shown_ns)
{
	uint32_t steps = rate->fit.n ? sequence - rate->sequence : 1;
	int64_t soon_ns = rate->shown_ns + (int64_t)(SOON * rate->fit.claimed_ns);

	if (steps == 0)
		return;
	rate->counts |= steps > 1 && steps <= MAX_STEPS;
	if (steps > MAX_STEPS || shown_ns <= rate->shown_ns || (queued_ns > soon_ns && !rate->counts))
		rate_fit_restart(&rate->fit);
	rate_fit_add(&rate->fit, steps, shown_ns);
	rate->sequence = sequence;
	rate->shown_ns = shown_ns;
}
