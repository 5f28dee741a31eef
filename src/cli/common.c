/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options that capture, play and bench have in common. */
#include "cli/common.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/meminfo.h"
#include "base/pixfmt.h"
#include "queue/io.h"
#include "cli/options_help.h"
#include "cli/profile.h"

/* In the order of enum log_format. */
static const char *const log_format_choices[] = { "plain", "iso", "journal", NULL };

static void set_log_format(int choice)
{
	log_set_format((enum log_format)choice);
}

#define OFFSET(field) offsetof(struct basic_options, field)
const struct option_row common_basic_rows[] = {
	{ "json", 0, OPT_FILE, OFFSET(json), .argument = "FILE",
	  .help = "the report as one JSON object, to standard output or FILE", .bare = "-" },
	{ "verbose", 'v', OPT_MORE, OFFSET(verbosity),
	  .help = "more messages; twice: every ioctl with its result" },
	{ "quiet", 'q', OPT_SET, OFFSET(verbosity), .help = "errors only", .value = -1 },
	{ "log-format", 0, OPT_CHOICE, OFFSET(log_format), .argument = "plain|iso|journal", .preset = "plain",
	  .help = "messages as they are, with time and level, or with levels for systemd's journal",
	  .choices = log_format_choices, .ahead = set_log_format },
	{ "help", 'h', OPT_SET, OFFSET(help), .help = "print this and exit", .value = 1 },
	{ 0 },
};
#undef OFFSET

enum { PIPELINE_AUTO, PIPELINE_NONE };
static const char *const pipeline_choices[] = { "auto", "none", NULL };

#define OFFSET(field) offsetof(struct common_options, field)
/* The defaults differ: a recording uses the device's format, a playback the file's. */
/* clang-format off */
#define DEVICE_ROWS(present, ...) { \
	{ "device", 'd', OPT_FILE, OFFSET(basic.device), .argument = "DEV", \
	  .help = "/dev/video0, 0, a link as in /dev/v4l/by-id, or the built-in simulated device, " \
		  "sim[:key=value,...]", \
	  .preset_help = "the first node that has the capability" }, \
	{ "size", 's', OPT_SIZE, OFFSET(size), .help = "frame size", .preset_help = present }, \
	{ "video-size", 0, OPT_SIZE, OFFSET(size), .hidden = true }, \
	{ "pixelformat", 'p', OPT_TEXT, OFFSET(pixelformat), .argument = "F", \
	  .help = "FourCC (YUYV) or libav name (yuyv422)", .preset_help = present }, \
	{ "input-format", 0, OPT_TEXT, OFFSET(pixelformat), .hidden = true }, \
	{ "fps", 'r', OPT_RATE, OFFSET(fps), .help = "frames per second: 30, 29.97 or 30000/1001", \
	  .preset_help = present }, \
	{ "framerate", 0, OPT_RATE, OFFSET(fps), .hidden = true }, \
	{ "adjust", 0, OPT_SET, OFFSET(adjust), .value = 1, \
	  .help = "accept the size, format, rate and controls that the driver sets instead; without it, a " \
		  "difference is an error" }, \
	__VA_ARGS__, \
	{ "standard", 0, OPT_TEXT, OFFSET(standard), .argument = "auto|NAME", \
	  .help = "analogue standard: PAL, NTSC-M, SECAM; auto: the signal's" }, \
	{ "dv-timings", 0, OPT_TEXT, OFFSET(dv_timings), .argument = "auto|N|WxH[p|i]R", \
	  .help = "digital timings: 1920x1080p60, a number of the device's list; auto: the signal's, once " \
		  "it is stable" }, \
	{ "edid", 0, OPT_FILE, OFFSET(edid_name), .argument = "FILE|NAME", \
	  .help = "the EDID that a receiver presents: a file, binary or hex, or a built-in one, as " \
		  "hdmi-1080p60" }, \
	{ "crop", 0, OPT_CROP, OFFSET(crop), .help = "use only this part of the source" }, \
	{ "profile", 0, OPT_FILE, OFFSET(profile), .argument = "FILE", \
	  .help = "set what 'v4l2q list --save FILE' saved, except what other options set" }, \
	{ "set-ctrl", 0, OPT_LIST, OFFSET(controls), .argument = "NAME=VALUE[,...]", \
	  .help = "set controls, by the names that v4l2-ctl prints, or ids: a number, 50%, a menu entry, a " \
		  "quoted string; name[3] of an array; ENTITY/NAME of a media pipeline" }, \
	{ "pipeline", 0, OPT_CHOICE, OFFSET(pipeline), .argument = "auto|none", .preset = "auto", \
	  .choices = pipeline_choices, \
	  .help = "set the formats along the media pipeline in front of the node; none: leave it as it is" }, \
	{ 0 }, \
}
/* clang-format on */

/* clang-format off */
#define CAPTURE_ROWS \
	{ "want", 0, OPT_TEXT, OFFSET(want), .argument = "fps|size|quality[,MIN]", \
	  .help = "choose format, size and rate from what the device lists: the highest rate, the largest " \
		  "size, or the least compressed; MIN: at least 1280x720, 30fps" }, \
	{ "input", 0, OPT_TEXT, OFFSET(input), .argument = "N|NAME", .help = "select an input of the device", \
	  .preset_help = "the device's current one" }
/* The "input" of other commands is here an output. */
#define OUTPUT_ROWS \
	{ "output-number", 0, OPT_TEXT, OFFSET(input), .argument = "N|NAME", \
	  .help = "select an output of the device", .preset_help = "the device's current one" }, \
	{ "input", 0, OPT_TEXT, OFFSET(input), .argument = "N|NAME", .help = "the same" }
/* clang-format on */

const struct option_row common_device_rows[] = DEVICE_ROWS("the device's current one", CAPTURE_ROWS);
const struct option_row common_player_rows[] =
	DEVICE_ROWS("the file's, or the device's current one", OUTPUT_ROWS);

const struct option_row common_queue_rows[] = {
	{ "io", 0, OPT_CHOICE, OFFSET(io), .argument = "MODE",
	  .help = "how frames are exchanged with the driver", .preset = "auto", .choices = io_choices,
	  .preset_help = "auto: mmap, or what the device has instead" },
	{ "import-from", 0, OPT_FILE, OFFSET(import_from), .argument = "SRC",
	  .help = "memory for dmabuf-import: udmabuf, heap[:NAME], or another video device",
	  .preset_help = "the first that works" },
	{ "min-buffers", 0, OPT_UINT, OFFSET(min_buffers), .argument = "N|auto", .help = "buffers to request",
	  .preset = "auto", .most = UINT32_MAX - 1, .word = "auto",
	  .preset_help = "auto: for 150 ms, 4 to 16, plus those that the driver keeps" },
	{ "max-buffers", 0, OPT_UINT, OFFSET(max_buffers), .help = "at most N buffers; 0: up to 32",
	  .preset = "0", .most = UINT32_MAX - 1 },
	{ 0 },
};

const struct option_row common_zero_copy_rows[] = {
	{ "require-zero-copy", 0, OPT_SET, OFFSET(require_zero_copy), .value = 1,
	  .help = "frames that would be copied or converted are an error, before the first one" },
	{ 0 },
};

const struct option_row common_rights_rows[] = {
	{ "no-confine", 0, OPT_SET, OFFSET(no_confine), .value = 1,
	  .help = "keep all rights; without it, the program can open only the output's folder and devices, "
		  "and execute nothing" },
	{ "user", 0, OPT_TEXT, OFFSET(user), .argument = "NAME",
	  .help = "started by root: become this user once the device is open" },
	{ 0 },
};

const struct option_row common_output_rows[] = {
	{ "progress", 0, OPT_SET, OFFSET(progress), .help = "a progress line on standard error",
	  .value = PROGRESS_ON, .preset_help = "where that is a terminal" },
	{ "no-progress", 0, OPT_SET, OFFSET(progress), .help = "no progress line", .value = PROGRESS_OFF },
	{ 0 },
};
#undef OFFSET

void common_set_log_format(int argc, char **argv)
{
	static const struct option_group groups[] = { { "", common_basic_rows, 0 }, { 0 } };
	static const struct option_spec spec = { .groups = groups };

	options_take_ahead(&spec, argc, argv);
}

int common_start(const struct option_spec *spec, const struct basic_options *options, int operand)
{
	if (operand < 0)
		return operand == -EINVAL ? STATUS_USAGE : STATUS_FAILED;
	if (options->help) {
		options_help(spec, stdout);
		return (int)common_flush_stdout();
	}
	setenv("SVT_LOG", "1", 0); /* libsvtav1 prints to standard error by itself: only errors */
	log_set_level(options->verbosity < 0    ? LOG_LEVEL_ERROR
		      : options->verbosity == 0 ? LOG_LEVEL_INFO
		      : options->verbosity == 1 ? LOG_LEVEL_VERBOSE
						: LOG_LEVEL_TRACE);
	return -1;
}

int common_check_import(const struct common_options *options, bool has_links)
{
	if (!options->import_from || io_find(io_choices[options->io]) == &io_import ||
	    (has_links && !options->io))
		return 0;
	log_error("--import-from is for --io %s: give that as well, or leave it out", io_import.name);
	return -EINVAL;
}

int common_check_pixelformat(const char *text)
{
	uint32_t fourcc;

	return !text || pixfmt_parse_option(text, &fourcc, 1) ? 0 : -EINVAL;
}

enum status common_prepare(struct common_options *options)
{
	enum status status =
		confine_check_user(options->user) < 0 || common_check_pixelformat(options->pixelformat) < 0
			? STATUS_USAGE
			: STATUS_DONE;

	if (status == STATUS_DONE && options->profile)
		status = profile_load(options, common_device_rows);
	if (status == STATUS_DONE && options->edid_name) {
		edid_free(&options->edid);
		status = status_of(STAGE_OPEN, edid_load(&options->edid, options->edid_name));
	}
	return status;
}

void common_close(struct common_options *options)
{
	edid_free(&options->edid);
	free(options->profile_text);
	free(options->profile_controls);
	options->profile_text = options->profile_controls = NULL;
}

bool common_progress_wanted(const struct common_options *options)
{
	if (options->progress == PROGRESS_AUTO)
		return options->basic.verbosity >= 0 && isatty(STDERR_FILENO);
	return options->progress == PROGRESS_ON;
}

#define SIGNAL_TIMEOUT_NS (10 * NS_PER_S)
#define MAX_MEMORY (UINT64_C(1) << 30)

uint64_t common_memory_limit(void)
{
	uint64_t available = meminfo_bytes("MemAvailable");

	if (!available)
		available = (uint64_t)sysconf(_SC_AVPHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	return available / 4 < MAX_MEMORY ? available / 4 : MAX_MEMORY;
}

enum status common_become_user(const struct common_options *options)
{
	return options->user && confine_become_user(options->user) < 0 ? STATUS_FAILED : STATUS_DONE;
}

enum status common_restrict(const struct common_options *options, const struct confine_path *paths,
			    size_t n_paths, bool has_playlists)
{
	return !options->no_confine && confine(paths, n_paths, has_playlists) < 0 ? STATUS_FAILED
										  : STATUS_DONE;
}

enum status common_confine(const struct common_options *options, const struct confine_path *paths,
			   size_t n_paths, bool has_playlists)
{
	enum status status = common_become_user(options);

	return status ? status : common_restrict(options, paths, n_paths, has_playlists);
}

bool common_is_stdout(const char *name)
{
	return name && strcmp(name, "-") == 0;
}

enum status common_flush_stdout(void)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return STATUS_DONE;
	log_error("standard output: %s", err_str(errno ? -errno : -EIO));
	return STATUS_FILE;
}

struct setup_options common_setup_options(const struct common_options *options, enum device_role role,
					  uint64_t memory_limit)
{
	return (struct setup_options){
		.device = options->basic.device,
		.role = role,
		.input = options->input,
		.standard = options->standard,
		.dv_timings = options->dv_timings,
		.want = options->want,
		.frequency_hz = options->frequency,
		.edid = options->edid.n_blocks ? &options->edid : NULL,
		.profile_controls = options->profile_controls,
		.signal_fd = -1,
		.signal_timeout_ns = SIGNAL_TIMEOUT_NS,
		.controls = options->controls,
		.no_pipeline = options->pipeline == PIPELINE_NONE,
		.format = {
			.width = options->size.width,
			.height = options->size.height,
			.pixelformat = options->pixelformat,
			.fps = options->fps,
			.crop = { options->crop.left, options->crop.top, options->crop.width,
				  options->crop.height },
			.compose = { options->compose.left, options->compose.top, options->compose.width,
				     options->compose.height },
			.adjust = options->adjust,
		},
		.io = io_choices[options->io],
		.import_from = options->import_from,
		.memory_limit = memory_limit,
		.has_min_buffers = options->min_buffers != OPTION_WORD,
		.min_buffers = (uint32_t)options->min_buffers,
		.max_buffers = (uint32_t)options->max_buffers,
	};
}
