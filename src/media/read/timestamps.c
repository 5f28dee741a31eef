/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Converts a file's timestamps to nanoseconds that start at 0 and increase. */
#include "media/read/timestamps.h"

#include <libavutil/avutil.h>
#include <libavutil/mathematics.h>
#include "base/clock.h"

/* Assumed for a frame of unknown duration: 25 frames a second. */
#define DEFAULT_DURATION_NS (40 * NS_PER_MS)
/* A longer gap between two frames is a discontinuity, in containers that may have them. */
#define MAX_GAP_NS (10 * NS_PER_S)
/* 73 years and 13 days: larger values are taken for errors, and must not overflow when added. */
#define MAX_TIME_NS (INT64_C(1) << 61)
#define MAX_DURATION_NS (INT64_C(1) << 50)

static const AVRational nanosecond = { 1, NS_PER_S };

static bool to_ns(const struct timestamps *t, int64_t time, int64_t *ns)
{
	if (time == AV_NOPTS_VALUE)
		return false;
	*ns = av_rescale_q(time, t->time_base, nanosecond);
	return *ns > -MAX_TIME_NS && *ns < MAX_TIME_NS;
}

int64_t timestamps_interval(const struct timestamps *t)
{
	return t->frame_interval_ns > 0 ? t->frame_interval_ns : DEFAULT_DURATION_NS;
}

/* A container's duration is rounded to its time base. Where it equals the frame interval apart from that, the
 * interval is used, as the error would add up over the rounds. */
int64_t timestamps_duration(const struct timestamps *t, int64_t duration)
{
	int64_t interval_ns = t->frame_interval_ns, tick_ns = av_rescale_q(1, t->time_base, nanosecond);
	int64_t ns;

	if (duration <= 0 || !to_ns(t, duration, &ns) || ns <= 0 || ns > MAX_DURATION_NS)
		return interval_ns;
	return interval_ns > 0 && ns > interval_ns - tick_ns && ns < interval_ns + tick_ns ? interval_ns : ns;
}

static int64_t end_of_last(const struct timestamps *t)
{
	int64_t duration = t->last_duration_ns > 0 ? t->last_duration_ns : DEFAULT_DURATION_NS;

	if (!t->started)
		return 0;
	return t->last_ns + (t->last_ns < MAX_TIME_NS - duration ? duration : 1);
}

/* The file's timestamp plus the offset of this round; the end of the previous frame where the timestamp is
 * missing, goes back or jumps. */
static int64_t find_time(struct timestamps *t, int64_t pts)
{
	int64_t expected = end_of_last(t), ns, time;

	if (!to_ns(t, pts, &ns))
		return expected;
	if (!t->round_started)
		t->offset_ns = expected - ns;
	t->round_started = true;
	time = ns + t->offset_ns;
	if (t->started &&
	    (time <= t->last_ns || time > MAX_TIME_NS || (t->discont && time > expected + MAX_GAP_NS))) {
		t->offset_ns = expected - ns;
		return expected;
	}
	return time;
}

void timestamps_next(struct timestamps *t, int64_t pts, int64_t duration, int64_t *pts_ns,
		     int64_t *duration_ns)
{
	int64_t time = find_time(t, pts), length = timestamps_duration(t, duration);

	if (length == 0 && t->started && t->round_started)
		length = time - t->last_ns; /* that of the previous frame */
	t->started = true;
	t->last_ns = *pts_ns = time;
	t->last_duration_ns = *duration_ns = length;
}

void timestamps_restart(struct timestamps *t)
{
	t->round_started = false;
}
