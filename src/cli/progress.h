/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The progress line of capture and play, and the news for status file, status socket and service manager. */
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
	bool no_line;                      /* draw no line: only the status is wanted */
	struct watch *watch;               /* NULL: no status is wanted */
	struct fraction fps_requested;     /* for the status */
	/* The rest is zero at the start. */
	int64_t started_ns;
	int64_t rate_ns; /* when fps was last measured */
	uint64_t rate_frames;
	double fps;                /* over the last second */
	char text[WATCH_TEXT_MAX]; /* summary for the service manager */
};

/* For record_options.progress and the like; opaque is a struct progress. They report ignored signals as well.
 */
void progress_record(void *opaque);
void progress_playback(void *opaque);
void progress_relay(void *opaque);
/* Starts the watch, if there is one. Returns 0 or a negative errno, logged. */
int progress_start(struct progress *progress);
/* Reports the end to the watch. */
void progress_end(struct progress *progress);

#endif
