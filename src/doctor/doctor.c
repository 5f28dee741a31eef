/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs the checks in their order, and collects their results. */
#include "doctor/doctor.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/array.h"
#include "base/log.h"
#include "base/log_capture.h"
#include "doctor/doctor_internal.h"

/* The progress that a check requires, and the one that it makes. */
enum { NOTHING, OPENED, IDLE, SET_UP, NEGOTIATED, ALLOCATED, FRAMES };

static const struct check {
	const char *name;
	doctor_check *run;
	unsigned needs, reaches; /* reaches: progress after STATUS_DONE; NOTHING: none */
} checks[] = {
	{ "node", doctor_check_node, NOTHING, OPENED },
	{ "usb", doctor_check_usb, OPENED, NOTHING },
	{ "idle", doctor_check_idle, OPENED, IDLE },
	{ "setup", doctor_check_setup, IDLE, SET_UP },
	{ "pipeline", doctor_check_pipeline, SET_UP, NOTHING },
	{ "signal", doctor_check_signal, OPENED, NOTHING },
	{ "timings", doctor_check_timings, SET_UP, NOTHING },
	{ "format", doctor_check_format, SET_UP, NEGOTIATED },
	{ "buffers", doctor_check_buffers, NEGOTIATED, ALLOCATED },
	{ "frames", doctor_check_frames, ALLOCATED, FRAMES },
	{ "power", doctor_check_power, OPENED, NOTHING },
	{ "picture", doctor_check_picture, FRAMES, NOTHING },
	{ "rate", doctor_check_rate, FRAMES, NOTHING },
	{ "times", doctor_check_timestamps, FRAMES, NOTHING },
	{ "kernel", doctor_check_kernel, OPENED, NOTHING },
};

static struct finding *add_finding(struct doctor *doctor)
{
	struct finding *finding;

	if (doctor->n_findings == DOCTOR_FINDINGS_MAX)
		doctor->n_findings--;
	finding = &doctor->findings[doctor->n_findings++];
	*finding = (struct finding){ .check = doctor->check };
	return finding;
}

/* The obstacle_sink. */
static void take_obstacle(void *opaque, const struct obstacle *obstacle)
{
	struct finding *finding = add_finding(opaque);

	((struct doctor *)opaque)->has_obstacle = true;
	finding->result = FINDING_OBSTACLE;
	finding->obstacle = *obstacle;
}

/* A failure that is not in the table of obstacles is reported by the message that was logged. */
static void take_message(struct doctor *doctor)
{
	struct obstacle obstacle = { .kind = N_OBSTACLES };

	snprintf(obstacle.cause, sizeof obstacle.cause, "%s",
		 *doctor->message ? doctor->message : "it failed without a message");
	take_obstacle(doctor, &obstacle);
}

static void run_check(struct doctor *doctor, const struct check *check)
{
	char found[FINDING_TEXT_MAX] = "";
	struct log_capture messages;
	enum status status;

	doctor->has_obstacle = false;
	log_capture_begin(&messages);
	obstacle_set_sink(take_obstacle, doctor);
	status = check->run(doctor, found);
	obstacle_set_sink(NULL, NULL);
	log_capture_end(&messages, LOG_LEVEL_VERBOSE);
	if (*messages.first_error)
		snprintf(doctor->message, sizeof doctor->message, "%s", messages.first_error);
	if (!doctor->has_obstacle && status != STATUS_DONE)
		take_message(doctor);
	if (!doctor->has_obstacle) {
		struct finding *finding = add_finding(doctor);

		finding->result = *found ? FINDING_OK : FINDING_SKIPPED;
		memcpy(finding->text, found, sizeof finding->text);
	}
	if (doctor->status == STATUS_DONE)
		doctor->status = status;
	if (status == STATUS_DONE && check->reaches > doctor->reached)
		doctor->reached = check->reaches;
}

void doctor_run(struct doctor *doctor)
{
	doctor->kmsg_fd = doctor_kernel_open();
	doctor->brightness = -1;
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		doctor->check = checks[i].name;
		if (doctor->reached >= checks[i].needs)
			run_check(doctor, &checks[i]);
		else
			add_finding(doctor)->result = FINDING_SKIPPED;
	}
	if (doctor->setup.pool)
		doctor->pool_info = pool_info(doctor->setup.pool);
	doctor->setup.under_way = doctor->options.fix;
}

void doctor_close(struct doctor *doctor)
{
	compressed_brightness_close(&doctor->compressed);
	setup_close(&doctor->setup);
	if (doctor->kmsg_fd >= 0)
		close(doctor->kmsg_fd);
	doctor->kmsg_fd = -1;
}

const struct finding *doctor_first(const struct doctor *doctor)
{
	for (unsigned i = 0; i < doctor->n_findings; i++)
		if (doctor->findings[i].result == FINDING_OBSTACLE)
			return &doctor->findings[i];
	return NULL;
}
