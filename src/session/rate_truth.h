/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares the rate at which frames came, or were shown, with the negotiated one. */
#ifndef SESSION_RATE_TRUTH_H
#define SESSION_RATE_TRUTH_H

#include "base/rate_fit.h"
#include "device/device.h"
#include "device/obstacles.h"

struct rate_truth {
	double fps; /* by frame numbers, so without lost frames; 0: not known */
	/* How much faster the device's clock is than CLOCK_MONOTONIC, and the error of this, if frames come,
	 * or are shown, at the negotiated rate. */
	bool has_drift;
	double drift_ppm, error_ppm;
	bool is_other;            /* differs from the negotiated rate by more than the error and 1 % */
	struct obstacle obstacle; /* the cause; valid with is_other */
};

/* Asks the device's controls for the cause, while it is open. */
void rate_truth_judge(struct rate_truth *truth, struct device *device, struct fraction negotiated,
		      const struct rate_fit *fit);
/* "its clock is 52 ± 3 ppm fast", in text, which is returned; "": not known, or not precisely enough. */
#define RATE_DRIFT_TEXT_MAX 80
char *rate_truth_drift_text(const struct rate_truth *truth, char text[RATE_DRIFT_TEXT_MAX]);
/* What the difference between the clocks of two devices with one rate causes, "frames come 52 ± 3 ppm faster
 * than they are shown: 1 in 19231 is dropped", into text, which is returned; "": unknown, or less than the
 * error. */
#define RATE_RELAY_TEXT_MAX 120
char *rate_truth_relay_text(const struct rate_truth *source, const struct rate_truth *output,
			    char text[RATE_RELAY_TEXT_MAX]);

#endif
