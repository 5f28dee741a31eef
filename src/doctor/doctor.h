/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Walks the way from a device's name to its first whole frames as a recording would, and keeps what stands in
 * the way. */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include "media/read/compressed_brightness.h"
#include "session/capture_timestamps.h"
#include "session/ledger.h"
#include "session/rate_truth.h"
#include "session/setup.h"

struct doctor_options {
	const struct setup_options *setup;
	bool fix; /* set what is safe to set, and leave the device so */
	uint64_t count;
	int64_t stall_ns; /* without a frame for so long; 0: no limit */
	int signal_fd;    /* readable: end; -1: none */
};

#define FINDING_TEXT_MAX 400

/* Of a check: that it went well, or one obstacle. */
struct finding {
	const char *check;
	enum { FINDING_OK, FINDING_OBSTACLE, FINDING_SKIPPED } result;
	char text[FINDING_TEXT_MAX]; /* FINDING_OK: what was found */
	bool is_fixed;
	struct obstacle obstacle; /* kind N_OBSTACLES: one that is not in the table, without a cure */
};

#define DOCTOR_FINDINGS_MAX 40

struct doctor {
	struct doctor_options options; /* set by the caller */

	/* The result. */
	struct setup setup;
	struct finding findings[DOCTOR_FINDINGS_MAX];
	unsigned n_findings;
	enum status status; /* that a recording would end with, or STATUS_REFUSED where the rate that was
			       asked for does not come */
	struct ledger ledger;
	struct capture_timestamps timestamps;
	struct rate_truth rate;
	struct pool_info pool_info;

	/* State. */
	enum status setup_status;
	unsigned reached; /* see struct check */
	const char *check;
	struct obstacle setup_obstacle; /* that setup_status stands for, until its check tells it; kind
					   N_OBSTACLES: none of the table */
	char message[512];              /* the first error of the last check that logged one */
	bool has_obstacle;              /* of this check */
	double brightness;              /* of the last frame looked at, 0 to 1; negative: not known */
	struct compressed_brightness compressed;
	int kmsg_fd; /* at the end of the kernel's log when the walk began; -1: none */
};

/* Opens the device and closes it again; device->path, name and info stay for the report. doctor_close() frees
 * what is left. */
void doctor_run(struct doctor *doctor);
void doctor_close(struct doctor *doctor);
/* The first obstacle; NULL: none. */
const struct finding *doctor_first(const struct doctor *doctor);

#endif
