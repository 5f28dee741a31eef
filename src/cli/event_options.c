/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of capture for triggers and pre-roll. */
#include "cli/event_options.h"

#include <errno.h>
#include "base/array.h"
#include "base/log.h"
#include "cli/segment_options.h"
#include "cli/signals.h"

#define OFFSET(field) offsetof(struct event_options, field)
const struct option_row event_rows[] = {
	{ "pre-roll", 0, OPT_DURATION, OFFSET(pre_roll_ns), .given = OFFSET(has_pre_roll),
	  .help = "keep the last T in memory; when triggered, by SIGUSR1 or as below, write them and what "
		  "follows to a file; FILE must contain %d or strftime fields" },
	{ "post-roll", 0, OPT_DURATION, OFFSET(post_roll_ns), .least = 1,
	  .help = "record for T after the last trigger", .preset_help = "until stop" },
	{ "trigger", 0, OPT_FILE, OFFSET(fifo), .argument = "FIFO",
	  .help = "a FIFO whose lines trigger: start, start NAME, stop; created if it does not exist" },
	{ "trigger-file", 0, OPT_FILE, OFFSET(file), .argument = "PATH",
	  .help = "triggers when it appears, and is removed then" },
	{ 0 },
};

static int check_alone(const struct event_options *options)
{
	const struct {
		const char *option;
		bool given;
	} parts[] = { { "--post-roll", options->post_roll_ns },
		      { "--trigger", options->fifo },
		      { "--trigger-file", options->file } };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!parts[i].given)
			continue;
		log_error("%s needs --pre-roll, such as --pre-roll 10s", parts[i].option);
		return -EINVAL;
	}
	return 0;
}

int event_options_check(const struct event_options *options, const char *output, const char *container,
			bool zero_copy)
{
	if (!options->has_pre_roll)
		return check_alone(options);
	if (segment_options_check_recordings("--pre-roll", output, container) < 0)
		return -EINVAL;
	if (zero_copy) {
		log_error("--pre-roll keeps a copy of each frame: leave --require-zero-copy out");
		return -EINVAL;
	}
	return 0;
}

int event_options_open(struct event_options *options)
{
	struct trigger_options triggers = { .fifo = options->fifo, .file = options->file };
	int err = options->has_pre_roll ? trigger_open(&options->trigger, &triggers) : 0;

	if (err == 0 && options->has_pre_roll)
		signals_send_triggers(options->trigger.events[1]);
	return err;
}
