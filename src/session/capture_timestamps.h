/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Derives presentation times from the driver's timestamps. A timestamp is accepted where the time passed by
 * it agrees with the time of arrival or with the frame rate; otherwise the time of arrival replaces it, until
 * the driver's timestamps are consistent again.
 */
#ifndef SESSION_CAPTURE_TIMESTAMPS_H
#define SESSION_CAPTURE_TIMESTAMPS_H

#include "base/rate_fit.h"
#include "base/stats.h"
#include "queue/buffer.h"

/* The faults of a timestamp. */
enum timestamp_fault {
	TIMESTAMP_MISSING,  /* 0 */
	TIMESTAMP_REPEATED, /* an earlier frame's */
	TIMESTAMP_BACKWARD, /* before an earlier frame's */
	TIMESTAMP_LEAP,     /* agrees neither with the time of arrival nor with the rate */
	N_TIMESTAMP_FAULTS,
	TIMESTAMP_GOOD = -1,
};

struct capture_time {
	int64_t timestamp_ns; /* the driver's; 0: none */
	int64_t dequeue_ns, pts_ns;
	uint32_t sequence, field;
};

/* All zero to begin with. */
struct capture_timestamps {
	int64_t frame_ns; /* nominal interval of the device; 0: unknown */
	bool has_none;    /* read() delivers no timestamps */
	bool started;     /* there is a last frame */
	int64_t first_dequeue_ns;
	struct capture_time last,
		believed; /* the last frame, and the last one whose timestamp was accepted */
	bool last_is_believed;
	int64_t interval_ns;      /* between the last two that were accepted; 0: not known */
	int64_t least_latency_ns; /* from timestamp to dequeue, for accepted timestamps */
	int64_t away_ns, back_ns; /* the longest recent time in which the program dequeued no frame */
	unsigned n_since_away;
	uint64_t n_replaced;
	bool had[N_TIMESTAMP_FAULTS];               /* and logged */
	struct rate_fit rate;                       /* of the last stream */
	struct stats latency_stats, interval_stats; /* timestamp to dequeue; between frames; ns */
};

/* Before the stream starts, at start_ns. fps 0/0: unknown; streams: frames have timestamps. */
void capture_timestamps_begin(struct capture_timestamps *timestamps, struct fraction fps, bool streams,
			      int64_t start_ns);
/* Returns the frame's presentation time in ns, 0 for the first. It never decreases. */
int64_t capture_timestamps_add(struct capture_timestamps *timestamps, const struct frame_info *info);
/* "leap, missing": the faults of the timestamps that were replaced. Returns text. */
#define TIMESTAMP_FAULTS_MAX 64
char *capture_timestamps_faults(const struct capture_timestamps *timestamps, char text[TIMESTAMP_FAULTS_MAX]);

#endif
