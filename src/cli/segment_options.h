/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of capture for segments: when one begins, and what happens to finished ones. */
#ifndef CLI_SEGMENT_OPTIONS_H
#define CLI_SEGMENT_OPTIONS_H

#include "cli/options.h"
#include "session/rotation.h"
#include "session/segment_command.h"

struct segment_options {
	struct option_span segment;
	struct option_keep keep;
	struct option_share min_free;
	const char *partial_suffix, *on_segment, *fallback;
	int on_write_error;              /* 1: next */
	struct segment_command *command; /* of on_segment, after it was started */
};

extern const struct option_row segment_rows[];

/* Checks the options against the names of the files. Returns 0 or -EINVAL, logged. */
int segment_options_check(const struct segment_options *options, const char *output, const char *container,
			  const char *frame_log);
/* Checks that each file is a recording of its own, as the option requires. Returns likewise. */
int segment_options_check_recordings(const char *option, const char *output, const char *container);
/* Whether the recording continues in another file if one cannot be written. */
bool segment_options_go_on(const struct segment_options *options);
struct rotation_rules segment_options_rules(const struct segment_options *options);

#endif
