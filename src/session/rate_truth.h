/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rate at which frames came, or were shown, against the one that was negotiated. */
#ifndef SESSION_RATE_TRUTH_H
#define SESSION_RATE_TRUTH_H

#include "base/rate_fit.h"
#include "device/device.h"
#include "device/obstacles.h"

struct rate_truth {
	double fps; /* by the numbers of the frames: without those that were lost; 0: not known */
	/* The device's clock is so much faster than CLOCK_MONOTONIC, and how well that is known, where the
	 * frames come, or are shown, at the negotiated rate. */
	bool has_drift;
	double drift_ppm, error_ppm;
	bool is_other;            /* than the negotiated one, by more than the error and 1 %, because of: */
	struct obstacle obstacle; /* where is_other */
};

/* The device's controls are asked for a cause, if it is still open. */
void rate_truth_judge(struct rate_truth *truth, struct device *device, struct fraction negotiated,
		      const struct rate_fit *fit);
/* "its clock is 52 ± 3 ppm fast" into text, which is returned; "": not known, or too badly to tell. */
#define RATE_DRIFT_TEXT_MAX 80
char *rate_truth_drift_text(const struct rate_truth *truth, char text[RATE_DRIFT_TEXT_MAX]);

#endif
