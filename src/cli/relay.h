/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q play of a capture device: its options, and the run. */
#ifndef CLI_RELAY_H
#define CLI_RELAY_H

#include "cli/common.h"
#include "cli/watch.h"
#include "session/relay.h"

/* Options of the source. */
struct relay_cli_options {
	struct option_size size;
	const char *pixelformat;
	struct fraction fps;
	int io;
	const char *input;
	char *controls;
};

/* For struct relay_cli_options. */
extern const struct option_row relay_rows[];

/* Whether FILE of play is a capture device: a node, or the simulated device. */
bool relay_is_device(const char *file);
/* The first option of relay_rows that was given; NULL: none. */
const char *relay_option_given(const struct relay_cli_options *options);
/* Whether their values can be right, and --import-from has something to do. Returns 0 or -EINVAL, logged. */
int relay_check_options(const struct relay_cli_options *options, const struct common_options *common);
/* The setup of the source; the caller sets the wait for its signal. */
struct setup_options relay_source_options(const char *source, const struct common_options *common,
					  const struct relay_cli_options *options);
/* Relays from the device to that of `common`, and reports. `run` has count, duration, stall and scaling. */
enum status relay_command(const char *source, const struct common_options *common,
			  const struct relay_cli_options *options, const struct watch_options *watch,
			  const struct relay_options *run);

#endif
