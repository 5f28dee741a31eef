/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame log: a JSON line for each frame, and one for each gap in the sequence. */
#ifndef SESSION_FRAME_LOG_H
#define SESSION_FRAME_LOG_H

#include <stdbool.h>
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
	FRAME_NOT_TRIGGERED, /* which has no line, as the log would grow for nothing */
	FRAME_PENDING,       /* from here on it is not known yet: an encoder has it, */
	FRAME_MUXED,         /* or libavformat, which writes a fragment when it is whole, */
	FRAME_AGAIN,         /* or it is to go into another file */
};

/* Zero-initialise: the calls then do nothing but for frame_log_open(). */
struct frame_log {
	FILE *file;
	int fd;                    /* of the file */
	char *path, *partial_path; /* partial: until it is whole; NULL: path from the start */
	bool sync_at_end;          /* it is on the disk when frame_log_close() returns */
	bool name_synced;          /* after a power cut it is in its folder */
};

/* path: a file, "-" for standard output, or NULL: none. partial_suffix: of the name that a file has until it
 * is whole; NULL: none. Returns 0 or a negative errno, logged, as the others do. */
int frame_log_open(struct frame_log *log, const char *path, const char *partial_suffix);
/* lost: frames that the driver lost before this one. */
int frame_log_add(struct frame_log *log, const struct frame_info *info, enum frame_result result,
		  uint64_t lost);
/* Waits until what it has is on the disk. */
int frame_log_sync(struct frame_log *log);
/* Ends the log, which can then be opened again. whole: its final name is for it. */
int frame_log_close(struct frame_log *log, bool whole);

#endif
