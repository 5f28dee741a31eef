/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of capture for triggers and pre-roll. */
#ifndef CLI_EVENT_OPTIONS_H
#define CLI_EVENT_OPTIONS_H

#include "cli/options.h"
#include "session/trigger.h"

struct event_options {
	int64_t pre_roll_ns, post_roll_ns;
	bool has_pre_roll;
	const char *fifo, *file;
	struct trigger trigger; /* once it is opened */
};

extern const struct option_row event_rows[];

/* Checks the options against each other and the output. Returns 0 or -EINVAL, logged. */
int event_options_check(const struct event_options *options, const char *output, const char *container,
			bool zero_copy);
/* Opens the trigger, if one was requested. Returns as trigger_open(). */
int event_options_open(struct event_options *options);

#endif
