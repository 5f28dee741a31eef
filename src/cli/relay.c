/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q play of a capture device. */
#include "cli/relay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include "base/array.h"
#include "base/json.h"
#include "base/log.h"
#include "base/log_stream.h"
#include "base/status_line.h"
#include "base/text_file.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "queue/io.h"
#include "report/relay.h"

#define VIDEO_MAJOR 81

#define OFFSET(field) offsetof(struct relay_cli_options, field)
const struct option_row relay_rows[] = {
	{ "from-size", 0, OPT_SIZE, OFFSET(size), .help = "frame size of the capture device",
	  .preset_help = "the device's current one" },
	{ "from-pixelformat", 0, OPT_TEXT, OFFSET(pixelformat), .argument = "F", .help = "its pixel format",
	  .preset_help = "one that both devices have" },
	{ "from-fps", 0, OPT_RATE, OFFSET(fps), .help = "its frames per second",
	  .preset_help = "the device's current ones" },
	{ "from-io", 0, OPT_CHOICE, OFFSET(io), .argument = "MODE", .preset = "auto", .choices = io_choices,
	  .help = "how its frames are exchanged with the driver",
	  .preset_help = "auto: what both devices share without a copy" },
	{ "from-input", 0, OPT_TEXT, OFFSET(input), .argument = "N|NAME", .help = "select one of its inputs",
	  .preset_help = "the device's current one" },
	{ "from-set-ctrl", 0, OPT_LIST, OFFSET(controls), .argument = "NAME=VALUE[,...]",
	  .help = "set its controls" },
	{ 0 },
};
#undef OFFSET

bool relay_is_device(const char *file)
{
	struct stat st;

	if (!file)
		return false;
	if (stat(file, &st) == 0)
		return S_ISCHR(st.st_mode) && major(st.st_rdev) == VIDEO_MAJOR;
	return device_has_scheme(file);
}

const char *relay_option_given(const struct relay_cli_options *o)
{
	return o->size.width    ? "from-size"
	       : o->pixelformat ? "from-pixelformat"
	       : o->fps.num     ? "from-fps"
	       : o->io          ? "from-io"
	       : o->input       ? "from-input"
	       : o->controls    ? "from-set-ctrl"
				: NULL;
}

int relay_check_options(const struct relay_cli_options *options, const struct common_options *common)
{
	if (common_check_pixelformat(options->pixelformat) < 0)
		return -EINVAL;
	return common_check_import(common, !options->io || io_find(io_choices[options->io]) == &io_import);
}

struct setup_options relay_source_options(const char *source, const struct common_options *common,
					  const struct relay_cli_options *options)
{
	struct setup_options setup = {
		.device = source,
		.role = DEVICE_CAPTURE,
		.input = options->input,
		.controls = options->controls,
		.no_pipeline = common_setup_options(common, DEVICE_CAPTURE, 0).no_pipeline,
		.format = {
			.width = options->size.width,
			.height = options->size.height,
			.pixelformat = options->pixelformat,
			.fps = options->fps,
			.adjust = common->adjust,
		},
		.io = io_choices[options->io],
		.memory_limit = common_memory_limit(),
	};

	return setup;
}

/* After a failed start only JSON is written: the error was logged. */
static enum status write_relay_report(const struct relay *relay, const struct common_options *common,
				      FILE *json, int err)
{
	struct report report = report_of_relay(relay, common->fps);
	struct log_stream text;

	if (log_enabled(LOG_LEVEL_INFO) && (err == 0 || relay->played)) {
		report_relay_text(&report, relay, log_stream_open(&text));
		log_stream_close(&text);
	}
	if (json && json_file_write(json, common->basic.json, report_relay_json(&report, relay)) < 0)
		return STATUS_FILE;
	return STATUS_DONE;
}

static enum status run_and_report(struct relay *relay, const struct common_options *common,
				  struct watch *watch, FILE **json)
{
	struct progress progress = {
		.relay = relay,
		.no_line = !common_progress_wanted(common),
		.watch = watch,
		.fps_requested = common->fps,
	};
	enum status status, report_status;
	int err;

	if (progress_start(&progress) < 0)
		return STATUS_FILE;
	relay->options.progress = progress_relay;
	relay->options.progress_opaque = &progress;
	err = relay_run(relay);
	progress_end(&progress);
	status_line_end();
	report_status = write_relay_report(relay, common, *json, err);
	*json = NULL;
	status = end_status(relay->end, relay->played > 0, err);
	return status ? status : report_status;
}

static enum status open_and_relay(struct relay *relay, const struct common_options *common,
				  struct setup_options *source, struct setup_options *sink,
				  const struct watch_options *watch_options, struct watch **watch,
				  FILE **json)
{
	const struct confine_path paths[] = { { watch_options->file, CONFINE_FILE },
					      { watch_options->socket, CONFINE_FILE } };
	enum status status;

	if (common->basic.json && text_file_open(json, common->basic.json) < 0)
		return STATUS_FILE;
	if (watch_open(watch, watch_options) < 0)
		return STATUS_FILE;
	relay->options.signal_fd = signals_open();
	relay->options.resume_fd = relay->options.signal_fd < 0 ? -1 : signals_open_resume();
	if (relay->options.resume_fd < 0)
		return STATUS_FAILED;
	source->signal_fd = sink->signal_fd = relay->options.signal_fd;
	source->signal_timeout_ns = relay->options.stall_ns;
	status = relay_open(relay);
	if (status == STATUS_DONE)
		status = common_confine(common, paths, ARRAY_SIZE(paths), false);
	return status == STATUS_DONE ? run_and_report(relay, common, *watch, json) : status;
}

enum status relay_command(const char *source, const struct common_options *common,
			  const struct relay_cli_options *options, const struct watch_options *watch_options,
			  const struct relay_options *run)
{
	struct setup_options from = relay_source_options(source, common, options);
	struct setup_options to = common_setup_options(common, DEVICE_OUTPUT, common_memory_limit());
	struct relay *relay = calloc(1, sizeof *relay);
	struct watch *watch = NULL;
	FILE *json = NULL;
	enum status status;

	if (!relay) {
		log_no_memory();
		return STATUS_FAILED;
	}
	relay->options = *run;
	relay->source.options = &from;
	relay->sink.options = &to;
	status = open_and_relay(relay, common, &from, &to, watch_options, &watch, &json);
	relay_close(relay);
	watch_close(watch);
	signals_close();
	text_file_close(json);
	free(relay);
	return status;
}
