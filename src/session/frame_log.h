/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame log: a JSON line for each frame, and one for each gap in the sequence. */
#ifndef SESSION_FRAME_LOG_H
#define SESSION_FRAME_LOG_H

#include <stdio.h>
#include "queue/buffer.h"

/* What became of a frame; the lost ones as in struct ledger. */
enum frame_result {
	FRAME_WRITTEN,
	FRAME_LOST_ERROR,
	FRAME_LOST_QUEUE,
	FRAME_LOST_WRITER,
	FRAME_LOST_CODEC,
	FRAME_SKIPPED,
	FRAME_PENDING, /* not known yet: an encoder has it */
};

/* path: a file, "-" for standard output, or NULL: *log stays NULL, and the other calls do nothing. Returns 0
 * or a negative errno, logged, as the others do. */
int frame_log_open(FILE **log, const char *path);
/* lost: frames that the driver lost before this one. */
int frame_log_add(FILE *log, const struct frame_info *info, enum frame_result result, uint64_t lost);
int frame_log_close(FILE *log);

#endif
