/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What became of every captured frame. At the end of a run:
 *
 *     captured = written + lost_error + lost_queue + lost_writer + lost_codec + skipped + not_triggered
 *     captured + lost_driver = sequence_span + second_fields + repeated + unnumbered
 *
 * Fields that come in buffers of their own, and are woven, count as the frame that they make.
 *
 * The file thread writes `written`, `lost_writer`, `lost_codec`, `bytes_written` and `bytes_taken`, the
 * device loop the others; both `copied` and `bytes_copied`, and `lost_writer` too, for a frame that the fifo
 * no longer takes. The progress line reads them while both threads run.
 */
#ifndef SESSION_LEDGER_H
#define SESSION_LEDGER_H

#include <stdatomic.h>
#include "queue/buffer.h"

struct ledger {
	uint64_t captured;        /* buffers dequeued; where two fields are woven: frames */
	uint64_t skipped;         /* by --skip, before the first key frame, or past the end */
	uint64_t before_key;      /* of these: before the first key frame */
	_Atomic uint64_t copied;  /* written from a copy */
	uint64_t zero_copy;       /* from the buffer that the driver filled */
	uint64_t lost_driver;     /* gaps in the sequence */
	uint64_t lost_error;      /* damaged and not kept, or empty */
	uint64_t lost_queue;      /* no buffer and no memory for it */
	_Atomic uint64_t written; /* in the file; an encoder may hold some back */
	_Atomic uint64_t lost_writer;
	_Atomic uint64_t not_triggered; /* dropped from the pre-roll without a trigger; by the file thread */
	_Atomic uint64_t lost_codec;    /* could not be decoded, or did not come out of the codec */
	uint64_t second_fields;  /* separate buffers that are not woven: the number is that of the first field
				  */
	uint64_t missing_fields; /* fields doubled because the other one was missing */
	uint64_t repeated;       /* a sequence number seen before: a driver's fault */
	uint64_t unnumbered;     /* empty buffers, without a number */
	uint64_t bytes_captured;
	_Atomic uint64_t bytes_copied;
	_Atomic uint64_t bytes_written; /* of the files */
	_Atomic uint64_t bytes_taken;   /* payload of the frames that the file thread has processed */

	bool has_sequence;
	uint32_t last_sequence; /* the driver's */
	uint32_t last_field;
	uint64_t sequence_span; /* from the first number to the last, inclusive, resets excluded */
};

/* Counts a dequeued buffer, whether its frame is delivered or not. Returns the number of frames that the
 * driver lost before it. Sequence numbers wrap at 2^32; one that goes back by 1 to 8 is a repetition, one
 * that goes back further a reset, which loses nothing. */
uint64_t ledger_add(struct ledger *ledger, const struct frame_info *info);
/* Resets the counters; the next frame still continues the sequence. */
void ledger_restart(struct ledger *ledger);
uint64_t ledger_lost(const struct ledger *ledger); /* the sum of all losses */

#endif
