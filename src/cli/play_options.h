/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of v4l2q play, and their combinations. */
#ifndef CLI_PLAY_OPTIONS_H
#define CLI_PLAY_OPTIONS_H

#include <libavutil/pixfmt.h>
#include "cli/common.h"
#include "cli/relay.h"
#include "cli/watch.h"

struct play_options {
	struct common_options common;
	struct relay_cli_options from;
	struct watch_options watch;
	const char *file, *container, *codec;
	const char *codec_device, *convert_device;
	enum AVPixelFormat raw; /* raw frames without a header; AV_PIX_FMT_NONE: other files */
	struct option_size raw_size;
	struct fraction raw_fps;
	uint64_t stream, loops, count;
	bool has_stream;
	int64_t start_ns, duration_ns, stall_ns;
	double speed;
	int rotate; /* enum reader_rotate, the same */
	int fit;    /* enum scaling, same order */
	int hold, on_demand, allow_playlists;
};

extern const struct option_spec play_options_spec;

/* Check the options for a file, or for a capture device in its place. Return 0 or a negative errno, logged.
 */
int play_options_check_file(struct play_options *options);
int play_options_check_device(const struct play_options *options);

#endif
