/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of capture for segments. */
#include "cli/segment_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"
#include "cli/common.h"
#include "media/write/muxer.h"
#include "session/segment_match.h"
#include "session/segment_name.h"

static const char *const write_error_choices[] = { "exit", "next", NULL };

#define OFFSET(field) offsetof(struct segment_options, field)
const struct option_row segment_rows[] = {
	{ "segment", 0, OPT_SPAN, OFFSET(segment), .least = 1,
	  .help = "start a new file every T (10s, 5m) or SIZE (64M, 2G), and at SIGHUP; FILE must contain %d "
		  "or strftime fields" },
	{ "keep", 0, OPT_KEEP, OFFSET(keep), .least = 1,
	  .help = "remove the oldest files named by FILE, of this and earlier runs, beyond N, SIZE or age "
		  "T" },
	{ "min-free", 0, OPT_SHARE, OFFSET(min_free), .least = 1,
	  .help = "remove them when the disk has less than that free" },
	{ "partial-suffix", 0, OPT_TEXT, OFFSET(partial_suffix), .argument = "S",
	  .help = "suffix of the names of incomplete files and frame logs: .part" },
	{ "on-segment", 0, OPT_TEXT, OFFSET(on_segment), .argument = "CMD",
	  .help = "run CMD, its words split at spaces, with the name of each finished file" },
	{ "on-write-error", 0, OPT_CHOICE, OFFSET(on_write_error), .argument = "exit|next",
	  .help = "if a file cannot be written, exit with status 6, or continue in another", .preset = "exit",
	  .choices = write_error_choices },
	{ "fallback", 0, OPT_FILE, OFFSET(fallback), .argument = "DIR",
	  .help = "continue in this folder, and back when that fails" },
	{ 0 },
};

int segment_options_check_recordings(const char *option, const char *output, const char *container)
{
	if (!common_is_stdout(output) && !muxer_is_url(output) &&
	    !muxer_caps_names_files(output, container) && !segment_name_is_picture(output, container))
		return 0;
	log_error("%s needs files that each are a recording, which '%s' is not: give --output a name such as "
		  "cam-%%d.mkv",
		  option, output);
	return -EINVAL;
}

/* Files to be removed are found by their names, so these must be unique to the recording. */
static int check_rotation(const struct segment_options *options, const char *output, const char *container)
{
	struct rotation_rules rules = segment_options_rules(options);
	const char *option = rules.free_bytes || rules.free_share > 0 ? "--min-free" : "--keep";

	if (!rotation_has_rules(&rules))
		return 0;
	if (segment_options_check_recordings(option, output, container) < 0)
		return -EINVAL;
	if (segment_name_is_changing(output))
		return 0;
	log_error("%s removes earlier files of the same name: put %%d or strftime fields into the name '%s'",
		  option, output);
	return -EINVAL;
}

/* Whether the names of one pattern determine those of the other: both have the same fields. */
static bool names_each_other(const char *output, const char *log)
{
	struct segment_match match;
	char *first = NULL, *first_log = NULL, *back = NULL;
	bool same = segment_name_expand(output, 0, &first) == 0 && segment_match(output, first, &match) &&
		    segment_match_name(&match, log, &first_log) == 0 &&
		    segment_match(log, first_log, &match) && segment_match_name(&match, output, &back) == 0 &&
		    strcmp(back, first) == 0;

	free(first);
	free(first_log);
	free(back);
	return same;
}

static int check_log(const char *output, const char *frame_log)
{
	if (!frame_log || !segment_name_is_changing(frame_log) || !segment_name_is_changing(output) ||
	    names_each_other(output, frame_log))
		return 0;
	log_error("--frame-log '%s' has fields, so each file gets a log: they must be the fields of '%s'",
		  frame_log, output);
	return -EINVAL;
}

static int check_suffix(const char *suffix)
{
	if (!suffix || (*suffix && !strchr(suffix, '/')))
		return 0;
	log_error("invalid value '%s' for --partial-suffix: expected a suffix for file names, such as .part",
		  suffix);
	return -EINVAL;
}

static int check_fallback(const char *folder, const char *output, const char *container)
{
	struct stat status;

	if (!folder)
		return 0;
	if (stat(folder, &status) == 0 && !S_ISDIR(status.st_mode)) {
		log_error("--fallback %s: not a folder; name one on another disk", folder);
		return -EINVAL;
	}
	if (access(folder, W_OK | X_OK) < 0) {
		log_error("--fallback %s: %s", folder, err_str(-errno));
		return -EINVAL;
	}
	return segment_options_check_recordings("--fallback", output, container);
}

bool segment_options_go_on(const struct segment_options *options)
{
	return options->on_write_error || options->fallback;
}

int segment_options_check(const struct segment_options *options, const char *output, const char *container,
			  const char *frame_log)
{
	int err = check_rotation(options, output, container);

	if (err == 0)
		err = check_log(output, frame_log);
	if (err == 0)
		err = check_fallback(options->fallback, output, container);
	return err < 0 ? err : check_suffix(options->partial_suffix);
}

struct rotation_rules segment_options_rules(const struct segment_options *options)
{
	return (struct rotation_rules){
		.count = options->keep.count,
		.bytes = options->keep.bytes,
		.age_ns = options->keep.ns,
		.free_bytes = options->min_free.bytes,
		.free_share = options->min_free.part,
	};
}
