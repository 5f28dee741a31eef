/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of v4l2q play, and their combinations. */
#include "cli/play_options.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <libavutil/pixdesc.h>
#include "base/array.h"
#include "base/codec_name.h"
#include "base/log.h"
#include "base/pixfmt.h"
#include "cli/file_uses.h"

static const char *const fit_choices[] = { "letterbox", "scale", "crop", "none", NULL };
static const char *const rotate_choices[] = { "auto", "none", "90", "180", "270", NULL };

#define OFFSET(field) offsetof(struct play_options, field)
static const struct option_row file_rows[] = {
	{ "format", 'f', OPT_TEXT, OFFSET(container), .argument = "NAME",
	  .help = "container; rawvideo: frames without a header, whose size, pixel format and rate -s, -p "
		  "and -r specify",
	  .preset_help = "what the file looks like" },
	{ "codec", 'c', OPT_TEXT, OFFSET(codec), .argument = "NAME",
	  .help = "libavcodec decoder; CODEC_v4l2 (h264_v4l2, mjpeg_v4l2 ...): a codec node; or copy: pass "
		  "compressed packets on to a device that takes them",
	  .preset_help = "libavcodec's choice" },
	{ "codec-device", 0, OPT_TEXT, OFFSET(codec_device), .argument = "DEV",
	  .help = "the codec node of --codec CODEC_v4l2", .preset_help = "the first that decodes it" },
	{ "convert-device", 0, OPT_TEXT, OFFSET(convert_device), .argument = "DEV",
	  .help = "convert and scale by this memory-to-memory node in place of libswscale" },
	{ "stream", 0, OPT_UINT, OFFSET(stream), .most = INT32_MAX, .given = OFFSET(has_stream),
	  .help = "play stream N of FILE, as ffprobe counts them", .preset_help = "the best video" },
	{ "start", 0, OPT_DURATION, OFFSET(start_ns), .help = "start at T: 10, 1.5, 500ms, 2m, 1:30" },
	{ "loop", 0, OPT_UINT, OFFSET(loops), .help = "play FILE N times; without N, until a signal",
	  .preset = "1", .bare = "0" },
	{ "rotate", 0, OPT_CHOICE, OFFSET(rotate), .argument = "HOW", .preset = "auto",
	  .help = "rotate the pictures clockwise; auto: as the file says", .choices = rotate_choices },
	{ "allow-playlists", 0, OPT_SET, OFFSET(allow_playlists), .value = 1,
	  .help = "allow files that make the program open other files or addresses" },
	{ 0 },
};

static const struct option_row run_rows[] = {
	{ "count", 'n', OPT_UINT, OFFSET(count), .help = "stop after N frames", .least = 1,
	  .preset_help = "all" },
	{ "stream-count", 0, OPT_UINT, OFFSET(count), .least = 1, .hidden = true },
	{ "duration", 't', OPT_DURATION, OFFSET(duration_ns), .help = "stop after T", .least = 1,
	  .preset_help = "until the end of FILE" },
	{ "stall-timeout", 0, OPT_DURATION, OFFSET(stall_ns), .preset = "10",
	  .help = "a device that takes or delivers no frame for T is an error; 0: wait for ever" },
	{ "speed", 0, OPT_FACTOR, OFFSET(speed), .preset = "1",
	  .help = "playback speed, such as 0.5 or 2; 0: as fast as the device takes frames", .most = 1000 },
	{ "fit", 0, OPT_CHOICE, OFFSET(fit), .argument = "HOW", .preset = "letterbox",
	  .help = "how to fit the file's size to the device's; none: a difference is an error",
	  .choices = fit_choices },
	{ "on-demand", 0, OPT_SET, OFFSET(on_demand), .value = 1,
	  .help = "show the first frame, then play while another program reads; needs v4l2loopback 0.13 or "
		  "later" },
	{ "hold", 0, OPT_SET, OFFSET(hold), .help = "keep showing the last frame until a signal",
	  .value = 1 },
	{ 0 },
};

static const struct option_group groups[] = {
	{ "Device", common_player_rows, OFFSET(common) },
	{ "File", file_rows, 0 },
	{ "Capture device in place of a file", relay_rows, OFFSET(from) },
	{ "Run", run_rows, 0 },
	{ "Buffers", common_queue_rows, OFFSET(common) },
	{ "Copies", common_zero_copy_rows, OFFSET(common) },
	{ "Rights", common_rights_rows, OFFSET(common) },
	{ "Watching", watch_rows, OFFSET(watch) },
	{ "Messages", common_output_rows, OFFSET(common) },
	{ "", common_basic_rows, OFFSET(common.basic) },
	{ 0 },
};

const struct option_spec play_options_spec = {
	.command = "play",
	.synopsis = "[options] [FILE]",
	.summary = "Play a file to a V4L2 output device, each frame at its time. FILE is a path, a "
		   "libavformat URL, or - for standard input, which is the default; for a capture device, "
		   "such as /dev/video0, the frames are passed on as they come.",
	.groups = groups,
	.n_operands = 1,
};

/* With -f rawvideo, -s, -p and -r describe the file; they are requested of the device as well. */
static int take_raw_options(struct play_options *options)
{
	struct common_options *common = &options->common;
	const struct pixfmt *pix;
	uint32_t fourcc;

	if (!options->container || strcmp(options->container, "rawvideo") != 0)
		return 0;
	options->raw = common->pixelformat ? av_get_pix_fmt(common->pixelformat) : AV_PIX_FMT_NONE;
	if (common->pixelformat && options->raw == AV_PIX_FMT_NONE) {
		pix = pixfmt_parse(common->pixelformat, &fourcc, 1) ? pixfmt_by_fourcc(fourcc) : NULL;
		if (!pix || pix->av == AV_PIX_FMT_NONE || pix->swap_chroma || !pixfmt_is_in_place(pix)) {
			log_error("--pixelformat %s: libavformat cannot read raw frames in this format",
				  common->pixelformat);
			return -EINVAL;
		}
		options->raw = pix->av;
	}
	options->raw_size = common->size;
	options->raw_fps = common->fps;
	common->size = (struct option_size){ 0 };
	common->fps = (struct fraction){ 0 };
	common->pixelformat = NULL;
	return 0;
}

/* Checks combinations of options. */
int play_options_check_file(struct play_options *options)
{
	struct file_use uses[] = {
		{ .option = "the input", .name = options->file, .is_input = true },
		{ .option = "--json", .name = options->common.basic.json },
		{ .option = "--status", .name = options->watch.file },
		{ .option = "--status-socket", .name = options->watch.socket },
	};
	uint32_t fourccs[CODEC_FOURCCS_MAX];
	bool terminal = isatty(STDIN_FILENO);

	if (!options->file && terminal) {
		log_error("play: a FILE is required, as in 'v4l2q play clip.mp4', because standard input is "
			  "a terminal");
		return -EINVAL;
	}
	if (!options->file)
		options->file = uses[0].name = "-";
	if (strcmp(options->file, "-") == 0 && terminal) {
		log_error("standard input is a terminal: pipe the video in, or name a FILE");
		return -EINVAL;
	}
	if (options->convert_device && codec_name_is_node(options->codec)) {
		log_error(
			"--convert-device cannot be combined with a decoder node: leave out one of the two");
		return -EINVAL;
	}
	if (codec_name_is_node(options->codec) && !codec_name_parse(options->codec, fourccs))
		return -EINVAL;
	if (options->codec_device && !codec_name_is_node(options->codec)) {
		log_error("--codec-device needs --codec CODEC_v4l2, such as h264_v4l2");
		return -EINVAL;
	}
	if (relay_option_given(&options->from)) {
		log_error("--%s is for a capture device, and %s is a file",
			  relay_option_given(&options->from), options->file);
		return -EINVAL;
	}
	if (take_raw_options(options) < 0 ||
	    common_check_import(&options->common,
				options->convert_device || codec_name_is_node(options->codec)) < 0)
		return -EINVAL;
	return file_uses_check(uses, ARRAY_SIZE(uses));
}

/* Refuses options that have no meaning for a capture device. */
int play_options_check_device(const struct play_options *options)
{
	const struct {
		const char *name;
		bool given;
	} others[] = {
		{ "format", options->container },          { "codec", options->codec },
		{ "stream", options->has_stream },         { "start", options->start_ns },
		{ "loop", options->loops != 1 },           { "rotate", options->rotate },
		{ "speed", options->speed != 1 },          { "hold", options->hold },
		{ "on-demand", options->on_demand },       { "allow-playlists", options->allow_playlists },
		{ "codec-device", options->codec_device },
	};
	const struct file_use uses[] = {
		{ .option = "--json", .name = options->common.basic.json },
		{ .option = "--status", .name = options->watch.file },
		{ .option = "--status-socket", .name = options->watch.socket },
	};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (!others[i].given)
			continue;
		log_error(
			"--%s is for files, and %s is a capture device, whose frames are shown as they come",
			others[i].name, options->file);
		return -EINVAL;
	}
	if (relay_check_options(&options->from, &options->common) < 0)
		return -EINVAL;
	return file_uses_check(uses, ARRAY_SIZE(uses));
}
