/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A playback: from a file into the queue of an output device. The device loop (play_loop.c, in the
 * caller's thread) owns the pool and keeps the time; a file thread has the reader fill the pool's
 * buffers (play_buffers.c).
 */
#ifndef SESSION_PLAYBACK_H
#define SESSION_PLAYBACK_H

#include "media/read/reader.h"
#include "session/play_loop.h"
#include "session/rate_truth.h"

struct playback {
	/* Set by the caller. */
	struct play_loop_options options;
	enum scaling scaling;
	struct pool *pool;        /* configured, for output */
	struct reader *reader;    /* open; started only if there is a node */
	struct reader_info input; /* read before the run, for the status */
	struct play_node *node;   /* connected to the pool; NULL: none */

	int64_t start_ns;

	/* The result. stats, and what playback_update_result() sets, are valid during the run, for
	 * options.progress. */
	enum run_end end;
	struct play_loop_stats stats;
	int64_t wall_ns;
	double measured_fps;    /* 0: fewer than two frames */
	struct rate_truth rate; /* of the device */
};

/* Plays until the end, drains the device and stops it. Returns 0 if `end` is a regular one, else the negative
 * errno, logged. */
int playback_run(struct playback *playback);
/* Sets wall_ns and measured_fps. */
void playback_update_result(struct playback *playback);

#endif
