/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the progress line of capture and play says, and what those are told who watch the run. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "cli/watch.h"
#include "session/playback.h"
#include "session/record.h"
#include "session/relay.h"

struct progress {
	const struct recording *recording; /* of progress_record() */
	struct playback *playback;         /* of progress_playback(), */
	const struct setup *setup;         /* with its output device */
	struct relay *relay;               /* of progress_relay() */
	bool no_line;                      /* it is only for those who watch */
	struct watch *watch;               /* NULL: nobody does */
	struct fraction fps_requested;     /* for those */
	/* The rest begins as 0. */
	int64_t started_ns;
	int64_t rate_ns; /* when fps was measured last */
	uint64_t rate_frames;
	double fps;                /* of the last second */
	char text[WATCH_TEXT_MAX]; /* of the line */
};

/* For record_options.progress and the like; opaque is a struct progress. */
void progress_record(void *opaque);
void progress_playback(void *opaque);
void progress_relay(void *opaque);
/* Starts telling those who watch, if there are any. Returns 0 or a negative errno, logged. */
int progress_start(struct progress *progress);
/* Tells them that it has ended. */
void progress_end(struct progress *progress);

#endif
