/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q doctor: why no picture comes from a device, and what to do. */
#include <stdio.h>
#include <stdlib.h>
#include "base/json.h"
#include "base/log.h"
#include "base/text_file.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/signals.h"
#include "report/doctor.h"

struct doctor_arguments {
	struct common_options common;
	int fix;
	uint64_t count;
	int64_t stall_ns;
};

#define OFFSET(field) offsetof(struct doctor_arguments, field)
static const struct option_row doctor_rows[] = {
	{ "fix", 0, OPT_SET, OFFSET(fix), .value = 1,
	  .help = "correct what can safely be changed, and keep it: the timings of its source, its media "
		  "pipeline" },
	{ "count", 'n', OPT_UINT, OFFSET(count), .help = "examine N frames", .least = 1, .preset = "60" },
	{ "stall-timeout", 0, OPT_DURATION, OFFSET(stall_ns),
	  .help = "how long to wait for a usable frame; 0: forever", .preset = "5s", .preset_help = "5 s" },
	{ 0 },
};

static const struct option_group groups[] = {
	{ "Device", common_device_rows, OFFSET(common) },
	{ "Walk", doctor_rows, 0 },
	{ "Buffers", common_queue_rows, OFFSET(common) },
	{ "", common_basic_rows, OFFSET(common.basic) },
	{ 0 },
};
#undef OFFSET

static const struct option_spec spec = {
	.command = "doctor",
	.synopsis = "[options]",
	.summary = "Take a device through the steps of a recording, up to its first complete frames, and say "
		   "what fails and what to do.",
	.groups = groups,
};

static enum status print_findings(const struct doctor *doctor, const char *name, FILE *json)
{
	if (!json) {
		report_doctor_text(doctor, stdout);
		return common_flush_stdout();
	}
	return json_file_write(json, name, report_doctor_json(doctor)) < 0 ? STATUS_FILE : STATUS_DONE;
}

/* struct doctor is too large for the stack. */
static enum status walk_and_print(const struct doctor_arguments *arguments, const struct setup_options *setup,
				  int signal_fd, FILE *json)
{
	struct doctor *doctor = calloc(1, sizeof *doctor);
	enum status status, printed;

	if (!doctor) {
		text_file_close(json);
		log_no_memory();
		return STATUS_FAILED;
	}
	doctor->options = (struct doctor_options){ .setup = setup,
						   .fix = arguments->fix,
						   .count = arguments->count,
						   .stall_ns = arguments->stall_ns,
						   .signal_fd = signal_fd };
	doctor_run(doctor);
	status = doctor->status;
	printed = print_findings(doctor, arguments->common.basic.json, json);
	doctor_close(doctor);
	free(doctor);
	return printed ? printed : status;
}

static enum status doctor_with(struct doctor_arguments *arguments)
{
	enum status status = common_check_import(&arguments->common, false) < 0
				     ? STATUS_USAGE
				     : common_prepare(&arguments->common);
	struct setup_options setup;
	FILE *json = NULL;
	int signal_fd;

	if (status != STATUS_DONE)
		return status;
	setup = common_setup_options(&arguments->common, DEVICE_CAPTURE, common_memory_limit());

	if (arguments->common.basic.json && text_file_open(&json, arguments->common.basic.json) < 0)
		return STATUS_FILE;
	signal_fd = setup.signal_fd = signals_open();
	setup.signal_timeout_ns = arguments->stall_ns;
	status = STATUS_FAILED;
	if (signal_fd < 0)
		text_file_close(json);
	else
		status = walk_and_print(arguments, &setup, signal_fd, json);
	signals_close();
	return status;
}

static int doctor_command_run(int argc, char **argv)
{
	struct doctor_arguments arguments = { 0 };
	int operand = options_parse(&spec, argc, argv, &arguments);
	int status = common_start(&spec, &arguments.common.basic, operand);

	if (status < 0)
		status = (int)doctor_with(&arguments);
	common_close(&arguments.common);
	options_free(&spec, &arguments);
	return status;
}

const struct command command_doctor = { "doctor", "say why no picture comes from a device, and what to do",
					doctor_command_run };
