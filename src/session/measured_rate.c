/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Measures the frame rate over a few frames, for files that store a rate instead of timestamps. */
#include "session/measured_rate.h"

#include <math.h>
#include <stdlib.h>
#include "base/array.h"
#include "base/clock.h"

#define NUM_MAX 65535 /* limit of MPEG-4 part 2, 16 bits */

/* An interval in seconds, and its possible error. */
struct estimate {
	double interval, error;
};

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The median, as a lost frame doubles one interval. */
static struct estimate estimate_interval(const int64_t *times_ns, unsigned n)
{
	double intervals[MEASURED_RATE_FRAMES] = { 0 }, sorted[MEASURED_RATE_FRAMES] = { 0 }, median,
	       steps = 0, worst = 0, mean;

	for (unsigned i = 0; i + 1 < n; i++)
		intervals[i] = sorted[i] = (double)(times_ns[i + 1] - times_ns[i]) / NS_PER_S;
	qsort(sorted, n - 1, sizeof *sorted, compare_doubles);
	median = sorted[(n - 1) / 2];
	if (median <= 0)
		return (struct estimate){ 0 };
	for (unsigned i = 0; i + 1 < n; i++)
		steps += fmax(1, round(intervals[i] / median));
	mean = (double)(times_ns[n - 1] - times_ns[0]) / NS_PER_S / steps;
	for (unsigned i = 0; i + 1 < n; i++)
		worst = fmax(worst, fabs(intervals[i] - mean * fmax(1, round(intervals[i] / median))));
	/* A single interval does not show the variation. */
	return (struct estimate){ mean, n > 2 ? mean / 200 + 2 * worst / steps : mean / 10 };
}

static bool agrees(struct estimate frames, struct fraction rate, bool multiples)
{
	double interval = rate.num ? 1 / fraction_value(rate) : 0;
	double multiple = multiples && interval > 0 ? fmax(1, round(frames.interval / interval)) : 1;

	return interval > 0 && fabs(frames.interval - multiple * interval) <= frames.error;
}

static struct fraction decimal_rate(double fps)
{
	uint32_t den = 1000;

	while (den > 1 && fps * den > NUM_MAX)
		den /= 10;
	return fraction_reduce((uint64_t)fmin(fmax(1, round(fps * den)), NUM_MAX), den);
}

struct fraction measured_rate(const int64_t *times_ns, unsigned n, struct fraction claimed, bool multiples)
{
	static const struct fraction usual[] = {
		{ 30, 1 }, { 60, 1 }, { 25, 1 }, { 50, 1 }, { 24, 1 },  { 15, 1 },  { 10, 1 },
		{ 5, 1 },  { 20, 1 }, { 15, 2 }, { 90, 1 }, { 100, 1 }, { 120, 1 }, { 240, 1 },
	};
	struct estimate frames = { 0 };

	if (n >= 2)
		frames = estimate_interval(times_ns, n);
	if (frames.interval <= 0 || agrees(frames, claimed, multiples))
		return claimed;
	for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
		if (agrees(frames, usual[i], false))
			return usual[i];
	return decimal_rate(1 / frames.interval);
}
