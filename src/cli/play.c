/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q play: from a file to an output device. */
#include <errno.h>
#include <stdio.h>
#include <libavutil/pixdesc.h>
#include "base/array.h"
#include "base/codec_name.h"
#include "base/json.h"
#include "base/log.h"
#include "base/log_stream.h"
#include "base/status_line.h"
#include "base/text_file.h"
#include "cli/command.h"
#include "cli/play_options.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "device/reader_events.h"
#include "media/read/avio_input.h"
#include "report/play.h"
#include "session/play_format.h"
#include "session/playback.h"

struct play {
	const struct play_options *options;
	struct setup setup;
	struct setup_options setup_options;
	struct reader *reader;
	struct reader_info file; /* adapted for the setup of the device */
	struct playback playback;
	struct play_node node;
	FILE *json;
	struct watch *watch;
	int signal_fd, resume_fd;
};

static enum status open_reader(struct play *play)
{
	const struct play_options *options = play->options;
	struct reader_options reader = {
		.url = options->file,
		.container = options->container,
		.fps = options->common.fps.num ? options->common.fps : options->raw_fps,
		.width = options->raw_size.width,
		.height = options->raw_size.height,
		.av = options->raw,
		.decoder = codec_name_is_node(options->codec) ? "copy" : options->codec,
		.allow_playlists = options->allow_playlists,
		.has_stream = options->has_stream,
		.stream = (unsigned)options->stream,
		.start_ns = options->start_ns,
		.loops = options->loops,
		.rotate = (enum reader_rotate)options->rotate,
		.cancel_fd = play->signal_fd,
	};
	int err = reader_open(&play->reader, &reader);

	return err == -ECANCELED ? STATUS_DONE : status_of(STAGE_OPEN, err);
}

/* The frame rate for the device; 0/0 if it sets the pace. */
static struct fraction scale_rate(struct fraction rate, double speed)
{
	const uint32_t thousandths = (uint32_t)(speed * 1000);

	if (!rate.num || !thousandths)
		return (struct fraction){ 0, 0 };
	return fraction_reduce((uint64_t)rate.num * thousandths, (uint64_t)rate.den * 1000);
}

/* Copies are detected with the first frame. */
static int check_conversion(const struct play *play, const struct reader_info *file)
{
	const struct video_format *format = &play->setup.format;
	bool same = file->av == AV_PIX_FMT_NONE ||
		    (!file->turned && file->av == format->pix->av && file->format.width == format->width &&
		     file->format.height == format->height);
	char fourcc[FOURCC_TEXT_MAX];

	if (!play->options->common.require_zero_copy || same)
		return 0;
	log_error("--require-zero-copy: the file's %s %ux%u is %s to %s's %s %ux%u",
		  av_get_pix_fmt_name(file->av), file->format.width, file->format.height,
		  file->turned ? "rotated and converted" : "converted", play->setup.device.path,
		  fourcc_text(format->fourcc, fourcc), format->width, format->height);
	return -ERANGE;
}

/* Opens a node if the options ask for one. */
static int open_play_node(struct play *play, struct reader_info *file)
{
	const struct play_options *options = play->options;
	struct play_node *node = &play->node;

	if (codec_name_is_node(options->codec) || options->convert_device)
		play->playback.node = node;
	node->signal_fd = play->signal_fd;
	node->stall_ns = options->stall_ns;
	if (codec_name_is_node(options->codec))
		return play_node_open_decoder(node, options->codec_device, options->codec, play->reader,
					      file);
	return options->convert_device ? play_node_open_converter(node, options->convert_device, play->reader,
								  (enum scaling)options->fit, file)
				       : 0;
}

/* Format and queue of the output device, for the file or the node. */
static enum status set_up_output(struct play *play)
{
	const struct reader_info *file = &play->file;
	struct setup *setup = &play->setup;
	struct setup_options *options = &play->setup_options;
	struct play_node *node = play->playback.node;
	int err = play_format_negotiate(&setup->device, file, &setup->request,
					node ? &node->m2m.conversion.to : NULL, &setup->format);
	enum status status;

	if (err == 0 && !node)
		err = check_conversion(play, file);
	status = err < 0 ? status_of(STAGE_FORMAT, err) : setup_verify(setup, options);
	if (status)
		return status;
	err = node ? play_node_connect(node, setup, options) : setup_pool(setup, options);
	return status_of(node && err == -ERANGE ? STAGE_FORMAT : STAGE_QUEUE, err);
}

/* The device keeps its format until the file's is known. */
static enum status open_output_device(struct play *play)
{
	const struct play_options *options = play->options;
	struct setup_options *setup = &play->setup_options;
	enum status status;

	*setup = common_setup_options(&options->common, DEVICE_OUTPUT, common_memory_limit());
	setup->signal_fd = play->signal_fd;
	status = setup_device(&play->setup, setup);
	if (status == STATUS_DONE && options->on_demand)
		status = status_of(STAGE_DEVICE, reader_events_subscribe(&play->setup.device));
	return status;
}

/* Called before any of the file is parsed. */
static enum status confine_play(const struct play_options *options)
{
	const struct confine_path paths[] = {
		{ options->file, CONFINE_READ },
		{ options->watch.file, CONFINE_FILE },
		{ options->watch.socket, CONFINE_FILE },
	};

	return common_confine(&options->common, paths, ARRAY_SIZE(paths), options->allow_playlists);
}

/* Options take precedence over the file. */
static enum status connect_file(struct play *play)
{
	struct reader_info *file = &play->file;
	int err;

	*file = reader_info(play->reader);
	err = open_play_node(play, file);
	if (err == POOL_FLUSHING)
		return STATUS_DONE;
	if (err < 0)
		return status_of(err == -EBADMSG  ? STAGE_OPEN
				 : err == -ERANGE ? STAGE_FORMAT
						  : STAGE_DEVICE,
				 err);
	if (play->options->fit == SCALING_NONE)
		file->sample_aspect = (struct fraction){ 0, 0 };
	file->format.fps = scale_rate(file->format.fps, play->options->speed);
	return set_up_output(play);
}

/* play_loop_options.reconnect: the size of the pictures in the file has changed. */
static int reconnect_output(void *opaque, struct pool **pool)
{
	struct play *play = opaque;
	int err = play_node_disconnect(&play->node, &play->setup, &play->file);

	if (err == 0)
		err = set_up_output(play) ? -ERANGE : 0;
	*pool = play->setup.pool;
	return err;
}

/* After a failed start only JSON is written: the error has been logged. */
static enum status write_play_report(struct play *play, int err)
{
	const struct common_options *common = &play->options->common;
	struct report report = report_of_playback(&play->setup, common->fps);
	struct log_stream text;
	FILE *json = play->json;

	if (log_enabled(LOG_LEVEL_INFO) && (err == 0 || play->playback.stats.played)) {
		report_play_text(&report, &play->playback, log_stream_open(&text));
		log_stream_close(&text);
	}
	play->json = NULL;
	if (json && json_file_write(json, common->basic.json, report_play_json(&report, &play->playback)) < 0)
		return STATUS_FILE;
	return STATUS_DONE;
}

static enum status play_and_report(struct play *play)
{
	const struct play_options *options = play->options;
	struct playback *playback = &play->playback;
	struct progress progress = {
		.playback = playback,
		.setup = &play->setup,
		.no_line = !common_progress_wanted(&options->common),
		.watch = play->watch,
		.fps_requested = options->common.fps,
	};
	enum status status, report_status;
	int err;

	playback->pool = play->setup.pool;
	playback->reader = play->reader;
	playback->input = reader_info(play->reader);
	playback->scaling = (enum scaling)options->fit;
	playback->options = (struct play_loop_options){
		.count = options->count,
		.duration_ns = options->duration_ns,
		.stall_ns = options->stall_ns,
		/* A live input is shown as it arrives. */
		.speed = reader_info(play->reader).live ? 0 : options->speed,
		.hold = options->hold,
		.zero_copy = options->common.require_zero_copy,
		.on_demand = options->on_demand,
		.signal_fd = play->signal_fd,
		.resume_fd = play->resume_fd,
		.reconnect = reconnect_output,
		.reconnect_opaque = play,
		.progress = progress_playback,
		.progress_opaque = &progress,
	};
	if (progress_start(&progress) < 0)
		return STATUS_FILE;
	err = playback_run(playback);
	progress_end(&progress);
	play->setup.under_way = err == 0 || playback->stats.played;
	status_line_end();
	report_status = write_play_report(play, err);
	status = end_status(playback->end, playback->stats.played > 0, err);
	return status ? status : report_status;
}

static enum status open_and_play(struct play *play)
{
	const struct play_options *options = play->options;
	const char *json = options->common.basic.json;
	enum status status;

	if (json && text_file_open(&play->json, json) < 0)
		return STATUS_FILE;
	if (watch_open(&play->watch, &options->watch) < 0)
		return STATUS_FILE;
	play->signal_fd = signals_open();
	play->resume_fd = play->signal_fd < 0 ? -1 : signals_open_resume();
	if (play->resume_fd < 0)
		return STATUS_FAILED;
	status = status_of(STAGE_OPEN, avio_input_check(options->file));
	if (status == STATUS_DONE)
		status = open_output_device(play);
	if (status == STATUS_DONE)
		status = confine_play(options);
	if (status == STATUS_DONE)
		status = open_reader(play);
	if (status || !play->reader)
		return status;
	status = connect_file(play);
	return status ? status : play_and_report(play);
}

static enum status play_device(struct play_options *options)
{
	struct relay_options run = {
		.count = options->count,
		.duration_ns = options->duration_ns,
		.stall_ns = options->stall_ns,
		.require_zero_copy = options->common.require_zero_copy,
		.scaling = (enum scaling)options->fit,
		.convert_device = options->convert_device,
	};
	enum status status =
		play_options_check_device(options) < 0 ? STATUS_USAGE : common_prepare(&options->common);

	if (status != STATUS_DONE)
		return status;
	return relay_command(options->file, &options->common, &options->from, &options->watch, &run);
}

static enum status play_file(struct play *play, struct play_options *options)
{
	enum status status =
		play_options_check_file(options) < 0 ? STATUS_USAGE : common_prepare(&options->common);

	if (status == STATUS_DONE)
		status = open_and_play(play);
	play_node_close(&play->node);
	setup_close(&play->setup);
	reader_close(play->reader);
	watch_close(play->watch);
	signals_close();
	text_file_close(play->json);
	return status;
}

static int play_run(int argc, char **argv)
{
	struct play_options options = { 0 };
	struct play play = { .options = &options };
	int operand = options_parse(&play_options_spec, argc, argv, &options);
	int status = common_start(&play_options_spec, &options.common.basic, operand);

	if (status < 0) {
		options.file = operand < argc ? argv[operand] : NULL;
		status = (int)(relay_is_device(options.file) ? play_device(&options)
							     : play_file(&play, &options));
	}
	common_close(&options.common);
	options_free(&play_options_spec, &options);
	return status;
}

const struct command command_play = { "play", "play a file, or a capture device, to an output device",
				      play_run };
