/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q capture: record from a device into files. */
#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/array.h"
#include "base/codec_name.h"
#include "base/log.h"
#include "base/log_stream.h"
#include "base/status_line.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/event_options.h"
#include "cli/file_uses.h"
#include "base/json.h"
#include "base/text_file.h"
#include "cli/progress.h"
#include "cli/segment_options.h"
#include "report/record.h"
#include "cli/signals.h"
#include "media/write/muxer.h"
#include "session/record.h"
#include "session/segment_name.h"

struct capture_options {
	struct common_options common;
	struct watch_options watch;
	const char *output, *container, *codec, *codec_device;
	const char *convert_device, *convert_pixelformat;
	struct option_size convert_size;
	char *codec_options, *format_options;
	int overwrite;
	uint64_t count, skip, max_bytes, memory_bytes, max_drops;
	bool has_memory, has_max_drops;
	int64_t duration_ns, stall_ns;
	struct segment_options segments;
	struct event_options events;
	const atomic_uint *segment_requests; /* number of SIGHUPs; NULL: they end the recording */
	int64_t sync_ns;
	int faststart;
	int direct;     /* enum direct_io_mode, same order */
	int bad_frames; /* enum bad_frames, same order */
	const char *frame_log, *on_disconnect;
	bool reopen;               /* wait for a device that is unplugged */
	int64_t reopen_timeout_ns; /* 0: no limit */
};

static const char *const direct_choices[] = { "auto", "on", "off", NULL };
static const char *const bad_frames_choices[] = { "drop", "keep", "fail", NULL };

#define OFFSET(field) offsetof(struct capture_options, field)
static const struct option_row file_rows[] = {
	{ "output", 'o', OPT_FILE, OFFSET(output), .argument = "FILE",
	  .help = "file, - for standard output, or libavformat URL; %d is replaced by a number, %H and the "
		  "like by the time; required" },
	{ "overwrite", 'y', OPT_SET, OFFSET(overwrite), .help = "overwrite FILE if it exists", .value = 1 },
	{ "format", 'f', OPT_TEXT, OFFSET(container), .argument = "NAME", .help = "container",
	  .preset_help = "from the name of FILE; matroska for -" },
	{ "codec", 'c', OPT_TEXT, OFFSET(codec), .argument = "NAME",
	  .help = "auto, copy, a libavcodec encoder, or CODEC_v4l2 (h264_v4l2): a codec node, fed without a "
		  "copy",
	  .preset = "auto",
	  .preset_help = "auto: copy if the container supports the device's format, else its usual encoder" },
	{ "codec-device", 0, OPT_TEXT, OFFSET(codec_device), .argument = "DEV", .help = "the codec node",
	  .preset_help = "the first that encodes the device's frames as CODEC" },
	{ "codec-opt", 0, OPT_LIST, OFFSET(codec_options), .argument = "K=V[,...]",
	  .help = "encoder options; for a codec node bitrate, gop, profile, level, qp, quality and its "
		  "controls" },
	{ "convert-device", 0, OPT_TEXT, OFFSET(convert_device), .argument = "DEV",
	  .help = "convert and scale by this memory-to-memory node, before the encoder or file" },
	{ "convert-pixelformat", 0, OPT_TEXT, OFFSET(convert_pixelformat), .argument = "F",
	  .help = "its output format: a FourCC (NV12) or libav name",
	  .preset_help = "the first of NV12, YU12, YUYV that it supports, and the codec node takes" },
	{ "convert-size", 0, OPT_SIZE, OFFSET(convert_size), .help = "its output size",
	  .preset_help = "the device's" },
	{ "format-opt", 0, OPT_LIST, OFFSET(format_options), .argument = "K=V[,...]",
	  .help = "container options" },
	{ "direct", 0, OPT_CHOICE, OFFSET(direct), .argument = "WHEN",
	  .help = "bypass the page cache; auto: for frames of 1 MiB or more on ext4, XFS and F2FS",
	  .preset = "auto", .choices = direct_choices },
	{ "sync", 0, OPT_DURATION, OFFSET(sync_ns), .least = 1,
	  .help = "make sure every T, and at each file's end, that what is written is on the disk",
	  .preset_help = "at the end" },
	{ "faststart", 0, OPT_SET, OFFSET(faststart), .value = 1,
	  .help = "mp4 and mov with their index in front, in place of fragments that survive a power cut" },
	{ "frame-log", 0, OPT_FILE, OFFSET(frame_log), .argument = "FILE",
	  .help = "write a JSON line for each frame and each gap" },
	{ 0 },
};

static const struct option_row run_rows[] = {
	{ "count", 'n', OPT_UINT, OFFSET(count), .help = "stop after N frames", .least = 1,
	  .preset_help = "until a signal" },
	{ "stream-count", 0, OPT_UINT, OFFSET(count), .least = 1, .hidden = true },
	{ "duration", 't', OPT_DURATION, OFFSET(duration_ns),
	  .help = "stop after T: 10, 1.5, 500ms, 2m, 1:30", .least = 1 },
	{ "max-size", 0, OPT_BYTES, OFFSET(max_bytes), .argument = "BYTES",
	  .help = "stop before the files exceed this size: 4096, 64k, 16M, 2G", .least = 1 },
	{ "skip", 0, OPT_UINT, OFFSET(skip), .help = "skip the first N frames", .preset = "0" },
	{ "stream-skip", 0, OPT_UINT, OFFSET(skip), .hidden = true },
	{ "memory", 0, OPT_BYTES, OFFSET(memory_bytes), .help = "memory for frames that wait for the file",
	  .least = 1, .given = OFFSET(has_memory),
	  .preset_help = "a quarter of available memory, at most 1G" },
	{ "bad-frames", 0, OPT_CHOICE, OFFSET(bad_frames), .argument = "WHAT",
	  .help = "what to do with frames that the driver marks as damaged", .preset = "drop",
	  .choices = bad_frames_choices },
	{ "max-drops", 0, OPT_UINT, OFFSET(max_drops), .given = OFFSET(has_max_drops),
	  .preset_help = "no limit",
	  .help = "exit status 7 if more than N frames were lost, whatever the cause" },
	{ "stall-timeout", 0, OPT_DURATION, OFFSET(stall_ns),
	  .help = "exit status 5 if no usable frame arrives for T; 0: wait forever", .preset = "10s",
	  .preset_help = "10 s" },
	{ "on-disconnect", 0, OPT_TEXT, OFFSET(on_disconnect), .argument = "exit|wait[=T]", .preset = "exit",
	  .help = "if the device is unplugged, finalise the file and exit with status 5, or wait for it to "
		  "return" },
	{ 0 },
};

static const struct option_group groups[] = {
	{ "Device", common_device_rows, OFFSET(common) },
	{ "File", file_rows, 0 },
	{ "Segments", segment_rows, OFFSET(segments) },
	{ "Triggers", event_rows, OFFSET(events) },
	{ "Run", run_rows, 0 },
	{ "Buffers", common_queue_rows, OFFSET(common) },
	{ "Copies", common_zero_copy_rows, OFFSET(common) },
	{ "Rights", common_rights_rows, OFFSET(common) },
	{ "Watching", watch_rows, OFFSET(watch) },
	{ "Messages", common_output_rows, OFFSET(common) },
	{ "", common_basic_rows, OFFSET(common.basic) },
	{ 0 },
};

static const struct option_spec spec = {
	.command = "capture",
	.synopsis = "[options] -o FILE",
	.summary = "Record from a V4L2 device into a file, and account for every frame.",
	.groups = groups,
};

/* For a recording in several files checks the first name: later ones that are taken get a suffix. */
static int check_files(const struct capture_options *options)
{
	struct file_use uses[] = {
		{ .option = "--output" },
		{ .option = "--json", .name = options->common.basic.json },
		{ .option = "--frame-log", .name = options->frame_log },
		{ .option = "--trigger", .name = options->events.fifo },
		{ .option = "--trigger-file", .name = options->events.file },
		{ .option = "--status", .name = options->watch.file },
		{ .option = "--status-socket", .name = options->watch.socket },
	};
	char *first = NULL;
	int err = 0;

	if (!muxer_is_url(options->output))
		err = segment_name_expand(options->output,
					  segment_name_is_picture(options->output, options->container)
						  ? MUXER_FIRST_PICTURE
						  : 0,
					  &first);
	uses[0].name = first;
	if (err == 0)
		err = file_uses_check(uses, ARRAY_SIZE(uses));
	free(first);
	return err;
}

static bool splits(const struct capture_options *options)
{
	return options->segments.segment.ns || options->segments.segment.bytes;
}

/* Several files need different names. */
static int check_output_name(const struct capture_options *options)
{
	const char *option = options->reopen                ? "--on-disconnect=wait"
			     : splits(options)              ? "--segment"
			     : options->events.has_pre_roll ? "--pre-roll"
							    : NULL;

	if (options->count != 1 && !segment_name_is_numbered(options->output) &&
	    segment_name_is_picture(options->output, options->container)) {
		log_error("'%s' holds a single image: put %%03d into the name, or record one frame with -n 1",
			  options->output);
		return -EINVAL;
	}
	if (option && !segment_name_is_changing(options->output)) {
		log_error("%s writes several files: put %%d or strftime fields into the name '%s'", option,
			  options->output);
		return -EINVAL;
	}
	return 0;
}

static int check_converter(const struct capture_options *options)
{
	if (!options->convert_device && (options->convert_pixelformat || options->convert_size.width)) {
		log_error("--convert-%s needs a converter: name one with --convert-device",
			  options->convert_pixelformat ? "pixelformat" : "size");
		return -EINVAL;
	}
	return common_check_pixelformat(options->convert_pixelformat);
}

/* Checks the combination of options. */
static int check_options(const struct capture_options *options)
{
	if (!options->output) {
		log_error("--output is required, as in 'v4l2q capture -o out.mkv'");
		return -EINVAL;
	}
	if (event_options_check(&options->events, options->output, options->container,
				options->common.require_zero_copy) < 0)
		return -EINVAL;
	if (check_files(options) < 0 || check_output_name(options) < 0)
		return -EINVAL;
	if (segment_options_check(&options->segments, options->output, options->container,
				  options->frame_log) < 0)
		return -EINVAL;
	if (options->codec_device && !codec_name_is_node(options->codec)) {
		log_error("--codec-device needs --codec CODEC_v4l2, such as h264_v4l2");
		return -EINVAL;
	}
	if (check_converter(options) < 0 ||
	    common_check_import(&options->common,
				options->convert_device || codec_name_is_node(options->codec)) < 0)
		return -EINVAL;
	if (common_is_stdout(options->output) && isatty(STDOUT_FILENO)) {
		log_error("standard output is a terminal: pipe the video into a program, or give --output a "
			  "file");
		return -EINVAL;
	}
	return 0;
}

static int parse_on_disconnect(struct capture_options *options)
{
	const char *text = options->on_disconnect;

	options->reopen = strncmp(text, "wait", 4) == 0;
	if (strcmp(text, "exit") == 0 || strcmp(text, "wait") == 0)
		return 0;
	if (strncmp(text, "wait=", 5) == 0 && parse_duration(text + 5, &options->reopen_timeout_ns) == 0)
		return 0;
	log_error("invalid value '%s' for --on-disconnect: expected exit, wait, or wait=T, such as wait=30s",
		  text);
	return -EINVAL;
}

/* After a change of the video source another file is possible if the name has a number, unless the muxer
 * names its files. strftime fields are not enough: users give single files such names too. */
static bool has_numbered_files(const struct capture_options *options)
{
	if (splits(options) || options->reopen || options->events.has_pre_roll)
		return true;
	return segment_name_is_numbered(options->output) &&
	       !muxer_caps_names_files(options->output, options->container);
}

/* The output of a codec node is written without another encoder. */
static struct record_options record_options(struct capture_options *options, int signal_fd, int resume_fd)
{
	bool by_node = codec_name_is_node(options->codec);

	return (struct record_options){
		.output = {
			.url = options->output,
			.partial_suffix = options->segments.partial_suffix,
			.container = options->container,
			.codec = by_node ? "copy" : options->codec,
			.codec_options = by_node ? NULL : options->codec_options,
			.format_options = options->format_options,
			.overwrite = options->overwrite,
			.sync_ns = options->sync_ns,
			.faststart = options->faststart,
			.zero_copy = options->common.require_zero_copy,
			.direct_io = (enum direct_io_mode)options->direct,
		},
		.count = options->count,
		.skip = options->skip,
		.duration_ns = options->duration_ns,
		.max_bytes = options->max_bytes,
		.stall_ns = options->stall_ns,
		.segment_ns = options->segments.segment.ns,
		.segment_bytes = options->segments.segment.bytes,
		.has_pre_roll = options->events.has_pre_roll,
		.pre_roll_ns = options->events.pre_roll_ns,
		.post_roll_ns = options->events.post_roll_ns,
		.trigger = &options->events.trigger,
		.bad_frames = (enum bad_frames)options->bad_frames,
		.frame_log = options->frame_log,
		.next_on_error = segment_options_go_on(&options->segments),
		.fallback = options->segments.fallback,
		.rotation = segment_options_rules(&options->segments),
		.on_segment = options->segments.command,
		.segment_requests = options->segment_requests,
		.reopen = options->reopen,
		.reopen_timeout_ns = options->reopen_timeout_ns,
		.renegotiate = has_numbered_files(options),
		.signal_fd = signal_fd,
		.resume_fd = resume_fd,
	};
}

static bool has_recorded(const struct recording *recording)
{
	for (size_t i = 0; i < recording->n_files; i++)
		if (recording->files[i].frames)
			return true;
	return false;
}

static enum status run_status(const struct recording *recording, const struct capture_options *options,
			      int err)
{
	uint64_t lost = ledger_lost(&recording->ledger);
	char fates[REPORT_FATES_MAX];

	if (err < 0)
		return end_status(recording->end, recording->ledger.captured > 0, err);
	if (!has_recorded(recording))
		log_error("no frame was recorded: %s", report_record_fates(recording, fates));
	if (options->has_max_drops && lost > options->max_drops) {
		log_error("%" PRIu64 " frames were lost, more than --max-drops %" PRIu64 " allows", lost,
			  options->max_drops);
		return STATUS_DROPS;
	}
	return has_recorded(recording) ? STATUS_DONE : STATUS_FAILED;
}

/* A run that failed before its first frame gets no text report, but the JSON that was requested. */
static enum status print_report(const struct recording *recording, const struct capture_options *options,
				FILE *json, int err)
{
	struct report report = report_of_recording(recording, options->common.fps);
	struct log_stream text;

	if (log_enabled(LOG_LEVEL_INFO) && (err == 0 || recording->ledger.captured)) {
		report_record_text(&report, recording, log_stream_open(&text));
		log_stream_close(&text);
	}
	if (json &&
	    json_file_write(json, options->common.basic.json, report_record_json(&report, recording)) < 0)
		return STATUS_FILE;
	return STATUS_DONE;
}

static enum status record_and_report(struct capture_options *options,
				     const struct setup_options *setup_options, struct setup *setup,
				     struct watch *watch, FILE *json, int signal_fd, int resume_fd)
{
	struct recording recording = {
		.options = record_options(options, signal_fd, resume_fd),
		.setup = setup,
		.setup_options = setup_options,
		.disk_left_ns = -1,
	};
	struct progress progress = {
		.recording = &recording,
		.no_line = !common_progress_wanted(&options->common),
		.watch = watch,
		.fps_requested = options->common.fps,
	};
	enum status status, report_status;
	int err;

	if (progress_start(&progress) < 0) {
		text_file_close(json);
		return STATUS_FILE;
	}
	recording.options.progress = progress_record;
	recording.options.progress_opaque = &progress;
	err = record_run(&recording);
	progress_end(&progress);
	setup->under_way = err == 0 || recording.ledger.captured;
	status_line_end();
	report_status = print_report(&recording, options, json, err);
	status = run_status(&recording, options, err);
	record_close(&recording);
	return status ? status : report_status;
}

/* The process for --on-segment is started before the program is confined. */
static enum status confine_capture(struct capture_options *options)
{
	const struct confine_path paths[] = {
		{ options->output, CONFINE_FILE },
		{ options->frame_log, CONFINE_FILE },
		{ options->watch.file, CONFINE_FILE },
		{ options->watch.socket, CONFINE_FILE },
		{ options->events.fifo, CONFINE_FILE },
		{ options->events.file, CONFINE_FILE },
		{ options->segments.fallback, CONFINE_FOLDER },
	};
	enum status status = common_become_user(&options->common);
	int err = 0;

	if (status == STATUS_DONE)
		err = segment_command_open(&options->segments.command, options->segments.on_segment);
	if (err < 0)
		return err == -EINVAL ? STATUS_USAGE : STATUS_FAILED;
	return status ? status : common_restrict(&options->common, paths, ARRAY_SIZE(paths), false);
}

/* The nodes in the order in which frames pass them. */
static void set_nodes(struct setup_options *setup, const struct capture_options *options)
{
	if (options->convert_device)
		setup->nodes[setup->n_nodes++] =
			(struct m2m_encoder_options){ .device = options->convert_device,
						      .pixelformat = options->convert_pixelformat,
						      .width = options->convert_size.width,
						      .height = options->convert_size.height };
	if (codec_name_is_node(options->codec))
		setup->nodes[setup->n_nodes++] =
			(struct m2m_encoder_options){ .codec = options->codec,
						      .device = options->codec_device,
						      .controls = options->codec_options };
}

static enum status capture_with(struct capture_options *options)
{
	struct setup_options setup_options;
	struct setup setup = { 0 };
	struct watch *watch = NULL;
	enum status status;
	FILE *json = NULL;
	int signal_fd, resume_fd;

	if (parse_on_disconnect(options) < 0 || check_options(options) < 0)
		return STATUS_USAGE;
	status = common_prepare(&options->common);
	if (status != STATUS_DONE)
		return status;
	setup_options =
		common_setup_options(&options->common, DEVICE_CAPTURE,
				     options->has_memory ? options->memory_bytes : common_memory_limit());
	set_nodes(&setup_options, options);
	if (options->common.basic.json && text_file_open(&json, options->common.basic.json) < 0)
		return STATUS_FILE;
	if (watch_open(&watch, &options->watch) < 0) {
		text_file_close(json);
		return STATUS_FILE;
	}
	if (has_numbered_files(options))
		options->segment_requests = signals_count_hangups();
	signal_fd = signals_open();
	resume_fd = signal_fd < 0 ? -1 : signals_open_resume();
	setup_options.has_pre_roll = options->events.has_pre_roll;
	setup_options.pre_roll_ns = options->events.pre_roll_ns;
	setup_options.signal_fd = signal_fd;
	setup_options.signal_timeout_ns = options->stall_ns;
	status = resume_fd < 0 ? STATUS_FAILED : status_of(STAGE_OPEN, event_options_open(&options->events));
	if (status == STATUS_DONE)
		status = setup_open(&setup, &setup_options);
	if (status == STATUS_DONE)
		status = confine_capture(options);
	if (status == STATUS_DONE) {
		status =
			record_and_report(options, &setup_options, &setup, watch, json, signal_fd, resume_fd);
		json = NULL;
	}
	setup_close(&setup);
	segment_command_close(options->segments.command);
	watch_close(watch);
	signals_close();
	trigger_close(&options->events.trigger);
	text_file_close(json);
	return status;
}

static int capture_run(int argc, char **argv)
{
	struct capture_options options = { 0 };
	int operand = options_parse(&spec, argc, argv, &options);
	int status = common_start(&spec, &options.common.basic, operand);

	if (status < 0)
		status = (int)capture_with(&options);
	common_close(&options.common);
	options_free(&spec, &options);
	return status;
}

const struct command command_capture = { "capture", "record from a device into a file", capture_run };
