/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The books: what became of every frame. captured = written + lost.error + lost.queue + lost.writer +
 * skipped + (not yet decided) span of driver sequence numbers = captured - repeated - unnumbered +
 * lost.driver
 *
 * The device loop writes all but `written` and `lost_writer`, which the file thread owns; they are
 * read together only when both threads are done, or loosely for the progress line.
 */
#ifndef BASE_LEDGER_H
#define BASE_LEDGER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct ledger {
	uint64_t captured;          /* buffers dequeued */
	uint64_t skipped;           /* left out because the user asked (--skip) */
	uint64_t copied, zero_copy; /* handed on as a copy / in the device's own memory */
	uint64_t lost_driver;       /* gaps in the sequence */
	uint64_t lost_error;        /* damaged or empty, and not kept */
	uint64_t lost_queue;        /* no buffer and no memory left for it */
	_Atomic uint64_t written, lost_writer;
	uint64_t repeated;   /* the same sequence number again (fields; drivers that stutter) */
	uint64_t unnumbered; /* buffers that carried no frame and so no number of their own */
	uint64_t bytes_captured, bytes_copied;
	_Atomic uint64_t bytes_written; /* of files */
	_Atomic uint64_t bytes_taken;   /* payload of the frames that are in those files, or could not be */

	bool has_sequence;
	uint32_t last_sequence; /* as the driver said it */
	uint64_t sequence_span; /* from the first number to the last, both counted, resets left out */
};

/* Enters a dequeued buffer's number and returns how many frames the driver lost before it. Lives with
 * wrapping at 2^32; a number that goes back by 1..8 is a repetition, further back a reset, which counts
 * nothing. */
uint64_t ledger_sequence(struct ledger *ledger, uint32_t sequence);
/* The driver starts counting anew (after STREAMOFF): the next number continues the last. */
void ledger_restart(struct ledger *ledger);
uint64_t ledger_lost(const struct ledger *ledger); /* all causes */
/* Whether both equations hold; only meaningful when the run is over. */
bool ledger_balanced(const struct ledger *ledger);

#endif
