/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The timestamps of frames in a file, and their error. */
#include "media/write/file_times.h"

#include <stdlib.h>
#include <libavutil/mathematics.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"

static const AVRational ns = { 1, (int)NS_PER_S };

AVRational file_times_rational(struct fraction fps, AVRational otherwise)
{
	if (fps.num == 0 || fps.den == 0 || fps.num > INT32_MAX || fps.den > INT32_MAX)
		return otherwise;
	return (AVRational){ (int)fps.num, (int)fps.den };
}

AVRational file_times_rate(enum file_clock clock, struct fraction fps)
{
	static const AVRational defaults[] = {
		[FILE_CLOCK_NONE] = { 0, 1 },
		[FILE_CLOCK_TIMES] = { 0, 1 },
		[FILE_CLOCK_SLOTS] = { 120, 1 },
		[FILE_CLOCK_RATE] = { 30, 1 },
	};

	return file_times_rational(fps, defaults[clock]);
}

int64_t file_times_next(struct file_times *times, int64_t pts_ns)
{
	int64_t time = av_rescale_q_rnd(pts_ns, ns, times->time_base, AV_ROUND_NEAR_INF);
	int64_t earliest = times->last + !times->may_be_equal, error_ns;

	if (times->started && time < earliest)
		time = earliest;
	error_ns = llabs(
		av_rescale_q(times->clock == FILE_CLOCK_RATE ? times->n_frames : time, times->time_base, ns) -
		pts_ns);
	if (error_ns > times->worst_ns)
		times->worst_ns = error_ns;
	if (times->started) {
		times->intervals_ns[1] = times->intervals_ns[0];
		times->intervals_ns[0] = pts_ns - times->last_pts_ns;
	}
	times->started = true;
	times->n_frames++;
	times->last = time;
	times->last_pts_ns = pts_ns;
	return time;
}

int64_t file_times_duration_ns(const struct file_times *times)
{
	int64_t last = times->intervals_ns[0], before = times->intervals_ns[1];

	return before > 0 && before < last ? before : last;
}

void file_times_check(const struct file_times *times, const char *name, const char *container)
{
	int64_t tick_ns = av_rescale_q(1, times->time_base, ns);
	int64_t expected_ns = times->clock == FILE_CLOCK_RATE ? tick_ns : tick_ns / 2;

	if (times->clock == FILE_CLOCK_NONE || times->worst_ns <= expected_ns + NS_PER_US)
		return;
	if (times->clock == FILE_CLOCK_TIMES)
		log_warn("%s: timestamps are off by up to %s s: %s stores them in steps of %s ms", name,
			 PLAIN_NUMBER((double)times->worst_ns / NS_PER_S, 3), container,
			 PLAIN_NUMBER((double)tick_ns / NS_PER_MS, 3));
	else
		log_warn("%s: frames are up to %s s from their time: %s stores a rate, here %.6g frames a "
			 "second, instead of timestamps; mkv, nut, mov and mp4 store timestamps",
			 name, PLAIN_NUMBER((double)times->worst_ns / NS_PER_S, 3), container,
			 av_q2d(av_inv_q(times->time_base)));
}
