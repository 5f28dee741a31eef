/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The live line. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "session/playback.h"
#include "session/record.h"

struct progress {
	const struct record *record;     /* of progress_record() */
	const struct playback *playback; /* of progress_playback() */
	int64_t started_ns, shown_ns;    /* 0: not yet */
	uint64_t shown_frames;
	double fps; /* of the last second */
};

/* For record_options.progress and playback_options.progress; opaque is a struct progress. */
void progress_record(void *opaque);
void progress_playback(void *opaque);
/* Takes the line away. */
void progress_end(void);

#endif
