/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of capture about recording what triggers tell, and what was before. */
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

/* Whether they fit together, and the output. Returns 0 or -EINVAL, logged. */
int event_options_check(const struct event_options *options, const char *output, const char *container,
			bool zero_copy);
/* Opens the trigger, where there is one. Returns as trigger_open(). */
int event_options_open(struct event_options *options);

#endif
