/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes a device through the steps of a recording up to its first frames, and collects what prevents it. */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include "media/read/compressed_brightness.h"
#include "session/capture_timestamps.h"
#include "session/ledger.h"
#include "session/rate_truth.h"
#include "session/setup.h"

struct doctor_options {
	const struct setup_options *setup;
	bool fix; /* correct what can safely be changed, and leave the device like that */
	uint64_t count;
	int64_t stall_ns; /* time without a frame; 0: no limit */
	int signal_fd;    /* readable: end; -1: none */
};

#define FINDING_TEXT_MAX 400

/* The result of a check: success, or one obstacle. */
struct finding {
	const char *check;
	enum { FINDING_OK, FINDING_OBSTACLE, FINDING_SKIPPED } result;
	char text[FINDING_TEXT_MAX]; /* FINDING_OK: the result */
	bool is_fixed;
	struct obstacle obstacle; /* kind N_OBSTACLES: an error outside the table, without a cure */
};

#define DOCTOR_FINDINGS_MAX 40

struct doctor {
	struct doctor_options options; /* set by the caller */

	/* The result. */
	struct setup setup;
	struct finding findings[DOCTOR_FINDINGS_MAX];
	unsigned n_findings;
	enum status status; /* that of a recording, or STATUS_REFUSED if the requested rate is not reached */
	struct ledger ledger;
	struct capture_timestamps timestamps;
	struct rate_truth rate;
	struct pool_info pool_info;

	/* Internal state. */
	enum status setup_status;
	unsigned reached; /* see struct check */
	const char *check;
	struct obstacle setup_obstacle; /* behind setup_status, until its check reports it; kind N_OBSTACLES:
					   not in the table */
	char message[512];              /* first error of the last check that logged one */
	bool has_obstacle;              /* of the current check */
	double brightness;              /* of the last frame examined, 0 to 1; negative: not known */
	struct compressed_brightness compressed;
	int kmsg_fd; /* at the end of the kernel's log of the time before; -1: none */
};

/* Opens and closes the device; device->path, name and info are kept for the report. doctor_close() frees the
 * rest. */
void doctor_run(struct doctor *doctor);
void doctor_close(struct doctor *doctor);
/* The first obstacle; NULL: none. */
const struct finding *doctor_first(const struct doctor *doctor);

#endif
