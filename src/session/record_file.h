/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file side of a recording: its segments, one writer after another, and the frame log. Opened before the
 * file thread starts; used only by that thread while it runs.
 */
#ifndef SESSION_RECORD_FILE_H
#define SESSION_RECORD_FILE_H

#include "session/frame_log.h"
#include "session/record.h"

/* The stage of a frame that nodes encode or convert. */
enum record_stage { RECORD_READY, RECORD_WAITING, RECORD_ENCODING };

/* A frame on its way from the device loop to the file thread. */
struct record_frame {
	struct record_frame *next; /* next one in the nodes, or among those whose lines are not written yet */
	struct frame frame;        /* memory NULL: the frame has only a line in the frame log */
	struct frame_info info;
	enum frame_result result; /* FRAME_WRITTEN: to be written */
	uint64_t n_muxed;         /* FRAME_MUXED: number of packets in the segment, up to its own */
	uint64_t lost;            /* frames that the driver lost before it */
	bool copied;              /* by the queue */
	bool kept;                /* a copy in the pre-roll */
	bool scarce;              /* the queue is short of buffers and needs this one back soon */

	/* While nodes encode or convert it, see record_encode.h. */
	enum record_stage stage;
	unsigned node;             /* the node that has it, or that it waits for */
	struct buffer *raw;        /* RECORD_WAITING: buffer of the camera, or of the node before */
	int64_t node_timestamp_ns; /* identifies its coded frame */
	unsigned n_overtaken;      /* number of later frames that came out before it */
};

struct record_file;

/* Opens the first segment and the frame log. Returns 0 or a negative errno, logged. */
int record_file_open(struct record_file **file, struct recording *recording);
/* Writes the frame and frees it, also on failure. Holds the first frames of a stream back where the file
 * needs their rate in advance. Returns 0 or a negative errno, logged. */
int record_file_write(struct record_file *file, struct record_frame *frame);
/* Counts the frame as lost by the writer, and frees it. */
void record_file_discard(struct record_file *file, struct record_frame *frame);
/* Frees its strings. */
void output_file_free(struct output_file *file);
/* May be called by any thread: sets *current to the file being written, whose path is NULL if there is none,
 * and whose strings the caller frees. Returns the number of files so far. */
unsigned record_file_current(struct record_file *file, struct output_file *current);
/* A number that grows while frames get into files; for any thread. opaque: the record_file. */
uint64_t record_file_progress(void *opaque);
/* Finalises the segment, if one is open; the next frame opens another. Returns the first error of the file,
 * or 0. */
int record_file_end_segment(struct record_file *file);
/* Finalises the segment and completes recording->ledger and recording->files. Returns the first error of the
 * file, or 0. Takes NULL. */
int record_file_close(struct record_file *file);

#endif
