/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame log: a JSON line for each frame, and one for each gap in the sequence. */
#ifndef SESSION_FRAME_LOG_H
#define SESSION_FRAME_LOG_H

#include <stdbool.h>
#include <stdio.h>
#include "queue/buffer.h"

/* What became of a frame; for lost frames see struct ledger. */
enum frame_result {
	FRAME_WRITTEN,
	FRAME_LOST_ERROR,
	FRAME_LOST_QUEUE,
	FRAME_LOST_WRITER,
	FRAME_LOST_CODEC,
	FRAME_SKIPPED,
	FRAME_NOT_TRIGGERED, /* has no line, as the log would grow without a recording */
	FRAME_PENDING,       /* not known yet: an encoder has the frame, */
	FRAME_MUXED,         /* or libavformat, in an incomplete fragment, */
	FRAME_AGAIN,         /* or it will be written to another file */
};

/* Zero-initialise: until frame_log_open() the functions do nothing. */
struct frame_log {
	FILE *file;
	int fd;                    /* of the file */
	char *path, *partial_path; /* partial: until it is complete; NULL: path from the start */
	bool sync_at_end;          /* frame_log_close() waits until it is on the disk */
	bool name_synced;          /* its name is on the disk */
};

/* path: a file, "-" for standard output, or NULL: none. partial_suffix: of the name of the file until it is
 * complete; NULL: none. Returns 0 or a negative errno, logged, as the others do. */
int frame_log_open(struct frame_log *log, const char *path, const char *partial_suffix);
/* lost: frames that the driver lost before this one. */
int frame_log_add(struct frame_log *log, const struct frame_info *info, enum frame_result result,
		  uint64_t lost);
/* Waits until the log is on the disk, as far as it was written. */
int frame_log_sync(struct frame_log *log);
/* Closes the log, which can then be opened again. whole: gives it its final name. */
int frame_log_close(struct frame_log *log, bool whole);

#endif
