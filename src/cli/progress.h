/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the progress line of capture and play says. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "session/playback.h"
#include "session/record.h"
#include "session/relay.h"

struct progress {
	const struct recording *recording; /* of progress_record() */
	const struct playback *playback;   /* of progress_playback() */
	const struct relay *relay;         /* of progress_relay() */
	/* The rest begins as 0. */
	int64_t started_ns;
	int64_t rate_ns; /* when fps was measured last */
	uint64_t rate_frames;
	double fps; /* of the last second */
};

/* For record_options.progress and the like; opaque is a struct progress. */
void progress_record(void *opaque);
void progress_playback(void *opaque);
void progress_relay(void *opaque);

#endif
