/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Converts a file's timestamps to nanoseconds that start at 0 and increase, also over several rounds. */
#ifndef MEDIA_READ_TIMESTAMPS_H
#define MEDIA_READ_TIMESTAMPS_H

#include <stdbool.h>
#include <stdint.h>
#include <libavutil/rational.h>

/* Set the first three, the rest zero. */
struct timestamps {
	AVRational time_base;
	int64_t frame_interval_ns; /* 1 / frame rate; 0: not known */
	bool discont;              /* AVFMT_TS_DISCONT: timestamps of the container may jump */

	bool started, round_started;
	int64_t offset_ns;                 /* added to the file's timestamps in this round */
	int64_t last_ns, last_duration_ns; /* as returned last */
};

/* The interval to assume between frames where the file has none. */
int64_t timestamps_interval(const struct timestamps *timestamps);
/* A frame's duration in time_base, 0 where the file has none, in nanoseconds; 0 where nothing is known. */
int64_t timestamps_duration(const struct timestamps *timestamps, int64_t duration);
/* From a frame's pts and duration in time_base, AV_NOPTS_VALUE and 0 where the file has none. *duration_ns is
 * 0 where nothing is known. */
void timestamps_next(struct timestamps *timestamps, int64_t pts, int64_t duration, int64_t *pts_ns,
		     int64_t *duration_ns);
/* To be called when the file begins again with its first frame. */
void timestamps_restart(struct timestamps *timestamps);

#endif
