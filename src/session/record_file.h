/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file side of a recording: its segments, one writer after another, and the frame log. Opened before the
 * file thread starts; used by that thread, and by others only before and after it.
 */
#ifndef SESSION_RECORD_FILE_H
#define SESSION_RECORD_FILE_H

#include "session/frame_log.h"
#include "session/record.h"

/* Where a frame is that nodes encode or convert. */
enum record_stage { RECORD_READY, RECORD_WAITING, RECORD_ENCODING };

/* A frame on its way from the device loop to the file thread. */
struct record_frame {
	struct record_frame *next; /* of those that are encoded, or whose lines are still to be written */
	struct frame frame;        /* memory NULL: only a line of the frame log */
	struct frame_info info;
	enum frame_result result; /* FRAME_WRITTEN: to be written */
	uint64_t n_muxed;         /* FRAME_MUXED: the segment's packets up to its own */
	uint64_t lost;            /* frames that the driver lost before it */
	bool copied;              /* by the queue */
	bool kept;                /* in the pre-roll, by a copy */
	bool scarce;              /* the queue is short of buffers, and needs this one back soon */

	/* While nodes encode or convert it, see record_encode.h. */
	enum record_stage stage;
	unsigned node;             /* which of them has it, or is to get it */
	struct buffer *raw;        /* RECORD_WAITING: the camera's, or that of the node before */
	int64_t node_timestamp_ns; /* by which its coded frame is known */
	unsigned n_overtaken;      /* by so many later ones it was in coming out */
};

struct record_file;

/* Opens the first segment and the frame log. Returns 0 or a negative errno, logged. */
int record_file_open(struct record_file **file, struct recording *recording);
/* Writes the frame and frees it, also on failure; the first few of a stream together, where the file needs
 * their rate in advance. Returns 0 or a negative errno, logged. */
int record_file_write(struct record_file *file, struct record_frame *frame);
/* Counts the frame as lost by the writer, and frees it. */
void record_file_discard(struct record_file *file, struct record_frame *frame);
/* Frees what is in it. */
void output_file_free(struct output_file *file);
/* For any thread: the file that is being written, whose path is NULL where none is. Its strings are the
 * caller's to free. Returns how many there were so far. */
unsigned record_file_current(struct record_file *file, struct output_file *current);
/* Finalises the segment, if one is open; the next frame opens another. Returns the file's first error, or 0.
 */
int record_file_end_segment(struct record_file *file);
/* Finalises the segment and fills in what recording->ledger and recording->files still lack. Returns the
 * file's first error, or 0. Takes NULL. */
int record_file_close(struct record_file *file);

#endif
