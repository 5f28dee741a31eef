/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the driver's timestamps to presentation times. */
#include "session/capture_timestamps.h"

#include "base/clock.h"
#include "base/log.h"
#include "device/device.h"

#define MAX_INTERVAL_NS (3600 * NS_PER_S) /* a longer one is a discontinuity */

/* Wraps instead of overflowing: the driver may report any timestamp. */
static int64_t difference(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

static void add_stats(struct capture_timestamps *timestamps, const struct frame_info *info,
		      int64_t interval_ns)
{
	bool monotonic = device_clock_is_monotonic(info->flags);
	int64_t latency_ns = difference(info->dequeue_ns, info->timestamp_ns);

	if (timestamps->started)
		stats_add(&timestamps->interval_ns, interval_ns);
	if (monotonic && info->timestamp_ns > 0 && latency_ns >= 0 && latency_ns < MAX_INTERVAL_NS)
		stats_add(&timestamps->latency_ns, latency_ns);
}

int64_t capture_timestamps_add(struct capture_timestamps *timestamps, const struct frame_info *info)
{
	int64_t interval_ns = difference(info->timestamp_ns, timestamps->last_timestamp_ns);
	bool usable = info->timestamp_ns > 0 && interval_ns >= 0 && interval_ns < MAX_INTERVAL_NS;
	int64_t pts_ns = 0;

	if (timestamps->started && !usable) {
		interval_ns = info->dequeue_ns - timestamps->last_dequeue_ns;
		if (info->timestamp_ns > 0)
			log_warn("frame %u: timestamp discontinuity: using the dequeue time", info->sequence);
	}
	if (timestamps->started)
		pts_ns = timestamps->last_pts_ns + interval_ns;
	else
		timestamps->first_dequeue_ns = info->dequeue_ns;
	add_stats(timestamps, info, interval_ns);
	timestamps->started = true;
	timestamps->last_pts_ns = pts_ns;
	timestamps->last_dequeue_ns = info->dequeue_ns;
	timestamps->last_timestamp_ns = info->timestamp_ns;
	return pts_ns;
}
