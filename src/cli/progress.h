/* The live line. SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "session/record.h"

struct progress {
	const struct record *record;
	int64_t started_ns, shown_ns; /* 0: not yet */
	uint64_t shown_frames;
	double fps; /* of the last second */
};

/* For record_options.progress; opaque is a struct progress. */
void progress_record(void *opaque);
/* Takes the line away. */
void progress_end(void);

#endif
