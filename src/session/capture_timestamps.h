/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the driver's timestamps to presentation times. */
#ifndef SESSION_CAPTURE_TIMESTAMPS_H
#define SESSION_CAPTURE_TIMESTAMPS_H

#include "base/stats.h"
#include "queue/buffer.h"

struct capture_timestamps {
	bool started;
	int64_t last_pts_ns, last_dequeue_ns, last_timestamp_ns;
	int64_t first_dequeue_ns;
	struct stats latency_ns, interval_ns;
};

/* The frame's presentation time: 0 for the first. Timestamps that are missing, go back or leap are replaced
 * by the time between dequeues, so that the file's time never does. Keeps the distributions. */
int64_t capture_timestamps_add(struct capture_timestamps *timestamps, const struct frame_info *info);

#endif
