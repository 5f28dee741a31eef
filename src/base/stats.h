/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Distributions of times, in memory of fixed size. */
#ifndef BASE_STATS_H
#define BASE_STATS_H

#include <stdbool.h>
#include <stdint.h>

/* A log-linear histogram, in which quantiles are accurate to 1 %. min, max and count are exact. */
#define STATS_SUB_BITS 7
#define STATS_BUCKETS ((64 - STATS_SUB_BITS) << STATS_SUB_BITS)

/* All zero: empty. */
struct stats {
	uint64_t count;
	int64_t min, max;
	double sum;
	uint32_t buckets[STATS_BUCKETS]; /* saturate at UINT32_MAX */
};

/* Negative samples count as 0. */
void stats_add(struct stats *stats, int64_t sample);
/* q: 0 to 1. Returns 0 without samples, as stats_mean() does. */
int64_t stats_quantile(const struct stats *stats, double q);
double stats_mean(const struct stats *stats);
/* Adds the samples of `from` to `stats`. */
void stats_merge(struct stats *stats, const struct stats *from);
/* Iterates over the buckets that are not empty, in ascending order. *bucket is the iterator, 0 to begin with;
 * *sample is set to the middle of the bucket's values, *n to their number. Returns false at the end. */
bool stats_walk(const struct stats *stats, unsigned *bucket, int64_t *sample, uint32_t *n);

#endif
