/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Distributions of times, in memory of fixed size. */
#include "base/stats.h"

#define SUB_BUCKETS (UINT64_C(1) << STATS_SUB_BITS)

/* Values below SUB_BUCKETS have a bucket each; from there on each power of two is divided into SUB_BUCKETS.
 */
static unsigned bucket_of(uint64_t sample)
{
	unsigned shift;

	if (sample < SUB_BUCKETS)
		return (unsigned)sample;
	shift = 63u - (unsigned)__builtin_clzll(sample) - STATS_SUB_BITS;
	return (unsigned)(((uint64_t)(shift + 1) << STATS_SUB_BITS) +
			  ((sample >> shift) & (SUB_BUCKETS - 1)));
}

/* The middle of the bucket's values. */
static int64_t bucket_value(unsigned bucket)
{
	unsigned shift;

	if (bucket < SUB_BUCKETS)
		return bucket;
	shift = (bucket >> STATS_SUB_BITS) - 1;
	return (int64_t)(((SUB_BUCKETS + (bucket & (SUB_BUCKETS - 1))) << shift) +
			 ((UINT64_C(1) << shift) >> 1));
}

void stats_add(struct stats *stats, int64_t sample)
{
	uint32_t *bucket;

	if (sample < 0)
		sample = 0;
	if (stats->count == 0 || sample < stats->min)
		stats->min = sample;
	if (stats->count == 0 || sample > stats->max)
		stats->max = sample;
	stats->count++;
	stats->sum += (double)sample;
	bucket = &stats->buckets[bucket_of((uint64_t)sample)];
	if (*bucket < UINT32_MAX)
		(*bucket)++;
}

int64_t stats_quantile(const struct stats *stats, double q)
{
	/* Rounded down a little: 0.07 * 100 is 7.000000000000001, where the 7th sample is meant. */
	double rank = q * (double)stats->count * (1 - 1e-12), seen = 0;
	unsigned bucket;
	int64_t value;

	if (stats->count == 0)
		return 0;
	if (!(rank > 1)) /* also for NaN */
		return stats->min;
	for (bucket = 0; bucket < STATS_BUCKETS; bucket++) {
		seen += stats->buckets[bucket];
		if (seen >= rank)
			break;
	}
	if (q >= 1 || bucket == STATS_BUCKETS)
		return stats->max;
	value = bucket_value(bucket);
	if (value < stats->min)
		return stats->min;
	return value > stats->max ? stats->max : value;
}

double stats_mean(const struct stats *stats)
{
	return stats->count ? stats->sum / (double)stats->count : 0;
}

void stats_merge(struct stats *stats, const struct stats *from)
{
	if (from->count == 0)
		return;
	if (stats->count == 0 || from->min < stats->min)
		stats->min = from->min;
	if (stats->count == 0 || from->max > stats->max)
		stats->max = from->max;
	stats->count += from->count;
	stats->sum += from->sum;
	for (unsigned i = 0; i < STATS_BUCKETS; i++) {
		uint32_t room = UINT32_MAX - stats->buckets[i];

		stats->buckets[i] += from->buckets[i] < room ? from->buckets[i] : room;
	}
}

bool stats_walk(const struct stats *stats, unsigned *bucket, int64_t *sample, uint32_t *n)
{
	while (*bucket < STATS_BUCKETS && !stats->buckets[*bucket])
		++*bucket;
	if (*bucket == STATS_BUCKETS)
		return false;
	*n = stats->buckets[*bucket];
	*sample = bucket_value((*bucket)++);
	if (*sample < stats->min)
		*sample = stats->min;
	if (*sample > stats->max)
		*sample = stats->max;
	return true;
}
