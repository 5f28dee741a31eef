/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When a recording ends, and why. */
#include "base/units.h"
#include "session/record_loop.h"

#include <stdio.h>
#include "base/clock.h"
#include "device/node_errors.h"
#include "device/obstacles.h"

int record_loop_finish(struct record_loop *loop, enum run_end end, int err)
{
	loop->recording->end = end;
	loop->done = true;
	return err;
}

/* When the duration has passed even if timestamps do not say so; 0: not known yet. */
static int64_t duration_end(const struct record_loop *loop)
{
	int64_t duration_ns = loop->recording->options.duration_ns;

	return duration_ns && loop->timestamps.first_dequeue_ns
		       ? loop->timestamps.first_dequeue_ns + duration_ns + NS_PER_S
		       : 0;
}

int64_t record_loop_deadline(const struct record_loop *loop)
{
	const struct record_options *options = &loop->recording->options;
	int64_t stall_ns = options->stall_ns ? loop->last_frame_ns + options->stall_ns : 0;
	int64_t end_ns = duration_end(loop);

	return !stall_ns || (end_ns && end_ns < stall_ns) ? end_ns : stall_ns;
}

static void report_stall(const struct record_loop *loop)
{
	const char *path = record_loop_device(loop);
	double seconds = (double)loop->recording->options.stall_ns / NS_PER_S;
	char text[64];

	if (!loop->n_unusable) {
		node_error_no_frames(&loop->recording->setup->device, loop->recording->options.stall_ns);
		return;
	}
	snprintf(text, sizeof text, "%llu frames of %s s", (unsigned long long)loop->n_unusable,
		 PLAIN_NUMBER(seconds, 3));
	obstacle_report(path, OBSTACLE_UNUSABLE_FRAMES, text,
			loop->has_key_frame ? "damaged or empty"
					    : "damaged, empty, or before the first key frame");
}

int record_loop_time_out(struct record_loop *loop)
{
	const struct record_options *options = &loop->recording->options;

	if (!options->stall_ns || now_ns() < loop->last_frame_ns + options->stall_ns)
		return record_loop_finish(loop, END_DURATION, 0);
	report_stall(loop);
	return record_loop_finish(loop, END_STALL, POOL_TIMEOUT);
}

int record_loop_end_if_past(struct record_loop *loop, int64_t time_ns)
{
	int64_t deadline_ns = record_loop_deadline(loop);

	return deadline_ns && time_ns >= deadline_ns ? record_loop_time_out(loop) : 0;
}
