/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one frame adds to the distributions of a measurement, and the simulated consumer's time. */
#include "bench/measure_internal.h"

#include <poll.h>
#include <time.h>
#include "base/clock.h"

/* A larger difference of timestamps means different clocks. */
#define MAX_DIFFERENCE_NS (3600 * NS_PER_S)
#define MAX_LOST 1000 /* limits the expected interval, for a gap in a driver's numbers */

void measure_add_latency(struct measure *measure, int64_t latency_ns)
{
	if (!measure->measuring || measure->options.bare)
		return;
	measure->n_ahead += latency_ns < 0;
	if (latency_ns >= 0 && latency_ns < MAX_DIFFERENCE_NS)
		stats_add(&measure->latency_ns, latency_ns);
}

/* Lost frames lengthen the interval; that is not jitter. */
static void add_jitter(struct measure *measure, int64_t elapsed_ns, uint64_t lost)
{
	int64_t deviation_ns = elapsed_ns - measure->period_ns * (int64_t)(lost + 1);

	if (measure->period_ns && lost < MAX_LOST)
		stats_add(&measure->jitter_ns, deviation_ns < 0 ? -deviation_ns : deviation_ns);
}

void measure_add_interval(struct measure *measure, int64_t dequeue_ns, int64_t pts_ns, uint64_t lost)
{
	int64_t passed_ns = pts_ns - measure->last_pts_ns;

	if (measure->measuring && measure->last_ns) {
		measure->n_intervals++;
		measure->span_ns += passed_ns;
		if (!measure->options.bare) {
			stats_add(&measure->interval_ns, passed_ns);
			add_jitter(measure, dequeue_ns - measure->last_ns, lost);
		}
	}
	measure->last_ns = dequeue_ns;
	measure->last_pts_ns = pts_ns;
}

void measure_hold_frame(struct measure *measure)
{
	struct pollfd signal = { .fd = measure->options.signal_fd, .events = POLLIN };
	struct timespec time;
	int64_t hold_ns;

	if (!slow_consumer_is_enabled(&measure->options.consumer))
		return;
	hold_ns = slow_consumer_hold_ns(&measure->options.consumer, now_ns());
	if (!hold_ns)
		return;
	time = (struct timespec){ .tv_sec = hold_ns / NS_PER_S, .tv_nsec = hold_ns % NS_PER_S };
	measure->n_sleeps++;
	ppoll(&signal, 1, &time, NULL);
}
