/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The times that frames have in a file, and how far those are from when they were filmed. */
#ifndef MEDIA_WRITE_FILE_TIMES_H
#define MEDIA_WRITE_FILE_TIMES_H

#include <stdbool.h>
#include <stdint.h>
#include <libavutil/rational.h>
#include "base/units.h"

/* How a file holds time. */
enum file_clock {
	FILE_CLOCK_NONE,  /* not at all */
	FILE_CLOCK_TIMES, /* each frame has a time */
	FILE_CLOCK_SLOTS, /* frames have a place each, 1/rate apart; places can be empty (avi, ogg) */
	FILE_CLOCK_RATE,  /* one frame after the other, 1/rate apart (y4m, bare streams) */
};

/* The caller sets the first three. */
struct file_times {
	enum file_clock clock;
	AVRational time_base; /* what times are rounded to; clocks of a rate: 1/rate */
	bool may_be_equal;    /* of two frames */

	bool started;
	int64_t n_frames, last, last_pts_ns;
	int64_t intervals_ns[2]; /* the last ones; 0: none */
	int64_t worst_ns;        /* the farthest that a frame is from when it was filmed */
};

/* The frame rate, or `otherwise` where it is unknown. */
AVRational file_times_rational(struct fraction fps, AVRational otherwise);
/* The frame rate, or 0/1 where it is unknown and the clock has none. In slots, a rate that is too high leaves
 * some empty; one that is too low moves frames. */
AVRational file_times_rate(enum file_clock clock, struct fraction fps);
/* The next frame's time in time_base: the tick nearest to pts_ns, unless an earlier frame has that. */
int64_t file_times_next(struct file_times *times, int64_t pts_ns);
/* How long the last frame is shown: as the one before it, which a gap does not lengthen. 0: not known. */
int64_t file_times_duration_ns(const struct file_times *times);
/* Warns of the error if there is one that rounding does not explain. */
void file_times_check(const struct file_times *times, const char *name, const char *container);

#endif
