/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When each picture is to be shown. */
#ifndef MEDIA_READ_TIMESTAMPS_H
#define MEDIA_READ_TIMESTAMPS_H

#include <stdbool.h>
#include <stdint.h>
#include <libavutil/rational.h>

/* From a file's times, which may be missing, go back or jump, to times that begin at 0 and rise, over all
 * rounds. Set time_base, frame_ns and broken, the rest zero, before the first picture. */
struct timestamps {
	AVRational time_base;
	int64_t frame_ns; /* one over the frame rate; 0: not known */
	bool broken;      /* the container's clock may jump (transport streams) */

	bool begun, round_begun;
	int64_t offset_ns;                 /* what is added to the file's time in this round */
	int64_t last_ns, last_duration_ns; /* of the picture before, as it was handed on */
};

/* From the file's pts and duration (AV_NOPTS_VALUE and 0 where it says nothing) to those of presentation. */
void timestamps_next(struct timestamps *presentation, int64_t pts, int64_t duration, int64_t *pts_ns,
		     int64_t *duration_ns);
/* The next picture is the first of the file again. */
void timestamps_restart(struct timestamps *presentation);

#endif
