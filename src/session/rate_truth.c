/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares the rate at which frames came, or were shown, with the negotiated one. */
#include "session/rate_truth.h"

#include <math.h>
#include <stdio.h>
#include "base/clock.h"
#include "base/text.h"
#include "base/units.h"
#include "device/format/exposure.h"

#define SAME_RATE 0.01   /* see fraction_close() */
#define MULTIPLE 0.03    /* tolerance for multiples of the interval */
#define LEAST_FRAMES 8   /* with fewer frames neither rate nor drift is meaningful */
#define MOST_ERROR 300.0 /* ppm: the largest error with which a drift is reported */

/* "15 fps came in place of the 30 negotiated, one frame in 2 intervals" */
static char *other_rate_text(const char *verb, double fps, double negotiated, double ratio, char *text,
			     size_t size)
{
	snprintf(text, size, "%s fps %s in place of the %s negotiated", PLAIN_NUMBER(fps, 4), verb,
		 PLAIN_NUMBER(negotiated, 4));
	if (ratio > 1.5 && fabs(ratio - round(ratio)) < MULTIPLE * ratio)
		text_add(text, size, ", a frame in %.0f intervals", round(ratio));
	return text;
}

void rate_truth_judge(struct rate_truth *truth, struct device *device, struct fraction negotiated,
		      const struct rate_fit *fit)
{
	double claimed_ns = negotiated.num ? (double)NS_PER_S / fraction_value(negotiated) : 0, ratio;
	struct rate_estimate estimate;
	char what[120];

	*truth = (struct rate_truth){ 0 };
	if (!rate_fit_estimate(fit, &estimate) || estimate.interval_ns <= 0)
		return;
	truth->fps = (double)NS_PER_S / estimate.interval_ns;
	if (!claimed_ns || fit->n < LEAST_FRAMES)
		return;
	ratio = estimate.interval_ns / claimed_ns;
	truth->drift_ppm = (1 / ratio - 1) * 1e6;
	truth->error_ppm = estimate.error_ns / claimed_ns * 1e6;
	truth->has_drift = fabs(ratio - 1) <= SAME_RATE && truth->error_ppm <= MOST_ERROR;
	truth->is_other = fabs(ratio - 1) > SAME_RATE + truth->error_ppm / 1e6;
	if (!truth->is_other)
		return;
	other_rate_text(device_is_output(device) ? "were shown" : "came", truth->fps,
			fraction_value(negotiated), ratio, what, sizeof what);
	if (ratio < 1 || device->fd < 0 || !exposure_explains(device, claimed_ns, what, &truth->obstacle))
		obstacle_set(&truth->obstacle, OBSTACLE_RATE, what, NULL);
}

char *rate_truth_drift_text(const struct rate_truth *truth, char text[RATE_DRIFT_TEXT_MAX])
{
	int decimals = truth->error_ppm >= 2 ? 0 : truth->error_ppm >= 0.2 ? 1 : 2;

	*text = '\0';
	if (truth->has_drift && fabs(truth->drift_ppm) > truth->error_ppm)
		snprintf(text, RATE_DRIFT_TEXT_MAX, "its clock is %.*f ± %.*f ppm %s", decimals,
			 fabs(truth->drift_ppm), decimals, truth->error_ppm,
			 truth->drift_ppm > 0 ? "fast" : "slow");
	else if (truth->has_drift)
		snprintf(text, RATE_DRIFT_TEXT_MAX, "its clock is right within %s ppm",
			 PLAIN_NUMBER(fabs(truth->drift_ppm) + truth->error_ppm, 2));
	return text;
}

char *rate_truth_relay_text(const struct rate_truth *source, const struct rate_truth *output,
			    char text[RATE_RELAY_TEXT_MAX])
{
	bool both = source->has_drift && output->has_drift;
	double ppm = both ? (source->fps / output->fps - 1) * 1e6 : 0;
	double error_ppm = hypot(source->error_ppm, output->error_ppm);
	int decimals = error_ppm >= 2 ? 0 : error_ppm >= 0.2 ? 1 : 2;

	*text = '\0';
	if (both && fabs(ppm) <= 2 * SAME_RATE * 1e6 && fabs(ppm) > error_ppm)
		snprintf(text, RATE_RELAY_TEXT_MAX,
			 "frames come %.*f ± %.*f ppm %s than they are shown: 1 in %.0f is %s", decimals,
			 fabs(ppm), decimals, error_ppm, ppm > 0 ? "faster" : "slower", 1e6 / fabs(ppm),
			 ppm > 0 ? "dropped" : "shown twice");
	return text;
}
