/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame interval that a stream shows, and how well it is known: the line through the numbers of its
 * frames and their times. */
#ifndef BASE_RATE_FIT_H
#define BASE_RATE_FIT_H

#include <stdbool.h>
#include <stdint.h>
#include "base/units.h"

/* Sums for a linear regression of how far each frame is from its time at the claimed rate. */
struct rate_fit {
	double claimed_ns; /* the interval at the claimed rate; 0: none is claimed */
	uint64_t n;
	int64_t first_ns;
	uint64_t number; /* of the last frame since the first */
	double mean_x, mean_y, sum_xx, sum_xy, sum_yy;
};

/* fps 0/0: none is claimed. */
void rate_fit_begin(struct rate_fit *fit, struct fraction fps);
/* Forgets the frames. */
void rate_fit_restart(struct rate_fit *fit);
/* A frame `steps` frame intervals after the last one, by its number. time_ns: CLOCK_MONOTONIC. */
void rate_fit_add(struct rate_fit *fit, uint64_t steps, int64_t time_ns);

struct rate_estimate {
	double interval_ns, error_ns; /* of 95 % of such estimates; 0 with two frames */
};
/* Returns false where fewer than two frames have come. */
bool rate_fit_estimate(const struct rate_fit *fit, struct rate_estimate *estimate);

#endif
