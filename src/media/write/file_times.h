/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The timestamps of frames in a file, and their error. */
#ifndef MEDIA_WRITE_FILE_TIMES_H
#define MEDIA_WRITE_FILE_TIMES_H

#include <stdbool.h>
#include <stdint.h>
#include <libavutil/rational.h>
#include "base/units.h"

/* How a container represents time. */
enum file_clock {
	FILE_CLOCK_NONE,  /* none */
	FILE_CLOCK_TIMES, /* each frame has a timestamp */
	FILE_CLOCK_SLOTS, /* numbered slots, 1/rate apart, which can be empty (avi, ogg) */
	FILE_CLOCK_RATE,  /* frames are 1/rate apart (y4m, bare bitstreams) */
};

/* The caller sets the first three. */
struct file_times {
	enum file_clock clock;
	AVRational time_base; /* resolution of the timestamps; with a rate: 1/rate */
	bool may_be_equal;    /* two frames may have the same time */

	bool started;
	int64_t n_frames, last, last_pts_ns;
	int64_t intervals_ns[2]; /* the last intervals; 0: none */
	int64_t worst_ns;        /* the largest distance of a frame from its capture time */
};

/* The frame rate, or `otherwise` where it is unknown. */
AVRational file_times_rational(struct fraction fps, AVRational otherwise);
/* The frame rate, or 0/1 where it is unknown and the clock needs none. With slots, a rate that is too high
 * leaves some empty; one that is too low moves frames. */
AVRational file_times_rate(enum file_clock clock, struct fraction fps);
/* The next frame's time in time_base: the tick nearest to pts_ns, or the next free one if an earlier frame
 * has it. */
int64_t file_times_next(struct file_times *times, int64_t pts_ns);
/* The duration of the last frame: that of the one before it, which a gap does not lengthen. 0: not known. */
int64_t file_times_duration_ns(const struct file_times *times);
/* Logs a warning if the error is larger than rounding explains. */
void file_times_check(const struct file_times *times, const char *name, const char *container);

#endif
