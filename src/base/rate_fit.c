/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame interval that a stream shows, and how well it is known. */
#include "base/rate_fit.h"

#include <math.h>
#include "base/clock.h"

#define SIGMAS 1.96 /* 95 % of a normal distribution */

void rate_fit_begin(struct rate_fit *fit, struct fraction fps)
{
	*fit = (struct rate_fit){ .claimed_ns = fps.num ? (double)NS_PER_S * fps.den / fps.num : 0 };
}

void rate_fit_restart(struct rate_fit *fit)
{
	*fit = (struct rate_fit){ .claimed_ns = fit->claimed_ns };
}

/* Updates the means and deviations: plain sums of squares would lose precision over hours. */
void rate_fit_add(struct rate_fit *fit, uint64_t steps, int64_t time_ns)
{
	double x, y, from_x, from_y;

	if (fit->n++ == 0)
		fit->first_ns = time_ns;
	else
		fit->number += steps;
	x = (double)fit->number;
	y = (double)(time_ns - fit->first_ns) - x * fit->claimed_ns;
	from_x = x - fit->mean_x;
	from_y = y - fit->mean_y;
	fit->mean_x += from_x / (double)fit->n;
	fit->mean_y += from_y / (double)fit->n;
	fit->sum_xx += from_x * (x - fit->mean_x);
	fit->sum_xy += from_x * (y - fit->mean_y);
	fit->sum_yy += from_y * (y - fit->mean_y);
}

bool rate_fit_estimate(const struct rate_fit *fit, struct rate_estimate *estimate)
{
	double slope, rest;

	if (fit->n < 2 || fit->sum_xx <= 0)
		return false;
	slope = fit->sum_xy / fit->sum_xx;
	rest = fmax(0, fit->sum_yy - slope * fit->sum_xy);
	*estimate = (struct rate_estimate){ .interval_ns = fit->claimed_ns + slope };
	if (fit->n > 2)
		estimate->error_ns = SIGMAS * sqrt(rest / (double)(fit->n - 2) / fit->sum_xx);
	return true;
}
