/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Distributions of times, in fixed memory however long the run. */
#ifndef BASE_STATS_H
#define BASE_STATS_H

#include <stdbool.h>
#include <stdint.h>

/* A log-linear histogram: quantiles are within 1 % of the sample they name; min, max and count are exact. */
#define STATS_SUB_BITS 7
#define STATS_BUCKETS ((64 - STATS_SUB_BITS) << STATS_SUB_BITS)

struct stats {
	uint64_t count;
	int64_t min, max;
	double sum;
	uint32_t buckets[STATS_BUCKETS]; /* all zero: empty */
};

/* Negative samples count as 0. */
void stats_add(struct stats *stats, int64_t sample);
/* q from 0 to 1; 0 when there are no samples. */
int64_t stats_quantile(const struct stats *stats, double q);
double stats_mean(const struct stats *stats);
/* Adds all samples of `from`. */
void stats_merge(struct stats *stats, const struct stats *from);
/* Visits the buckets that hold samples, from the smallest on: *bucket starts as 0 and is the walk's own;
 * *sample is the middle of what the bucket holds, *n how many it has. false: no more. */
bool stats_walk(const struct stats *stats, unsigned *bucket, int64_t *sample, uint32_t *n);

#endif
