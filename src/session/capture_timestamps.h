/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the driver's timestamps to presentation times. */
#ifndef SESSION_CAPTURE_TIMESTAMPS_H
#define SESSION_CAPTURE_TIMESTAMPS_H

#include "base/stats.h"
#include "queue/buffer.h"

/* All zero to begin with. */
struct capture_timestamps {
	bool started;
	int64_t last_pts_ns, last_dequeue_ns, last_timestamp_ns;
	int64_t first_dequeue_ns;
	struct stats latency_ns, interval_ns; /* driver's timestamp to dequeue; between timestamps */
};

/* Returns the frame's presentation time in ns, 0 for the first. It never goes back: where the driver's
 * timestamp is missing, goes back or leaps, the time between dequeues counts instead. */
int64_t capture_timestamps_add(struct capture_timestamps *timestamps, const struct frame_info *info);

#endif
