/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When each picture is to be shown. */
#include "media/read/timestamps.h"

#include <libavutil/avutil.h>
#include <libavutil/mathematics.h>
#include "base/clock.h"

/* What a picture of unknown duration is given. */
#define USUAL_FRAME_NS (40 * NS_PER_MS)
/* A clock that may jump has jumped when there is more than this between two pictures. */
#define JUMP_NS (10 * NS_PER_S)
/* Times beyond are nonsense, and would not add up: some 73 years. */
#define MAX_TIME_NS (INT64_C(1) << 61)
#define MAX_DURATION_NS (INT64_C(1) << 50)

static bool to_ns(const struct timestamps *p, int64_t time, int64_t *ns)
{
	if (time == AV_NOPTS_VALUE)
		return false;
	*ns = av_rescale_q(time, p->time_base, (AVRational){ 1, NS_PER_S });
	return *ns > -MAX_TIME_NS && *ns < MAX_TIME_NS;
}

/* Containers round durations to their clock's ticks: where the frame rate says the same more exactly, it is
 * to be believed, lest the rounds of a loop drift apart. */
static int64_t find_duration(const struct timestamps *p, int64_t duration)
{
	int64_t tick_ns = av_rescale_q(1, p->time_base, (AVRational){ 1, NS_PER_S });
	int64_t ns;

	if (duration <= 0 || !to_ns(p, duration, &ns) || ns <= 0 || ns > MAX_DURATION_NS)
		return p->frame_ns;
	return p->frame_ns > 0 && ns > p->frame_ns - tick_ns && ns < p->frame_ns + tick_ns ? p->frame_ns : ns;
}

/* Absurd durations do not add up for ever: from there on time no more than rises. */
static int64_t after_last(const struct timestamps *p)
{
	int64_t duration = p->last_duration_ns > 0 ? p->last_duration_ns : USUAL_FRAME_NS;

	if (!p->begun)
		return 0;
	return p->last_ns + (p->last_ns < MAX_TIME_NS - duration ? duration : 1);
}

/* Where the file's time lies once its own is taken away; the picture comes right behind the last one when
 * that makes no sense. */
static int64_t find_time(struct timestamps *p, int64_t pts)
{
	int64_t due = after_last(p), ns, at;

	if (!to_ns(p, pts, &ns))
		return due;
	if (!p->round_begun)
		p->offset_ns = due - ns;
	p->round_begun = true;
	at = ns + p->offset_ns;
	if (p->begun && (at <= p->last_ns || at > MAX_TIME_NS || (p->broken && at > due + JUMP_NS))) {
		p->offset_ns = due - ns;
		return due;
	}
	return at;
}

void timestamps_next(struct timestamps *p, int64_t pts, int64_t duration, int64_t *pts_ns,
		     int64_t *duration_ns)
{
	int64_t at = find_time(p, pts), length = find_duration(p, duration);

	if (length == 0 && p->begun && p->round_begun)
		length = at - p->last_ns; /* as long as the one before */
	p->begun = true;
	p->last_ns = *pts_ns = at;
	p->last_duration_ns = *duration_ns = length;
}

void timestamps_restart(struct timestamps *p)
{
	p->round_begun = false;
}
