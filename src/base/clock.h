/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Time in nanoseconds. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_US INT64_C(1000)

static inline int64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* CLOCK_MONOTONIC, which most V4L2 drivers take timestamps from. */
static inline int64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* a - b, of any times that a driver may report: wraps instead of overflowing. */
static inline int64_t difference_ns(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

/* The time from an earlier event to a later one, for latencies. 0 where from_ns is ahead of to_ns by no more
 * than a tick of the kernel's: a driver or a virtual camera may take its timestamps from a coarse clock. */
static inline int64_t latency_between(int64_t from_ns, int64_t to_ns)
{
	int64_t passed_ns = difference_ns(to_ns, from_ns);
	struct timespec tick = { 0 };

	if (passed_ns >= 0)
		return passed_ns;
	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	return passed_ns >= -(tick.tv_sec * NS_PER_S + tick.tv_nsec) ? 0 : passed_ns;
}

#endif
