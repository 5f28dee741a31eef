/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The books: what became of every frame. */
#include "base/ledger.h"

/* Drivers that stutter, or finish buffers out of turn, go back by no more than this. */
#define MAX_STUTTER 8

uint64_t ledger_sequence(struct ledger *ledger, uint32_t sequence)
{
	uint32_t forward = sequence - ledger->last_sequence, back = ledger->last_sequence - sequence;

	if (ledger->has_sequence && back <= MAX_STUTTER) {
		/* last_sequence stays, or what follows would be counted twice */
		ledger->repeated++;
		return 0;
	}
	if (!ledger->has_sequence || forward > INT32_MAX)
		forward = 1;
	ledger->has_sequence = true;
	ledger->last_sequence = sequence;
	ledger->sequence_span += forward;
	ledger->lost_driver += forward - 1;
	return forward - 1;
}

void ledger_restart(struct ledger *ledger)
{
	ledger->has_sequence = false;
}

uint64_t ledger_lost(const struct ledger *ledger)
{
	return ledger->lost_driver + ledger->lost_error + ledger->lost_queue + ledger->lost_writer;
}

bool ledger_balanced(const struct ledger *ledger)
{
	uint64_t fates = ledger->written + ledger->lost_error + ledger->lost_queue + ledger->lost_writer +
			 ledger->skipped;
	uint64_t numbers = ledger->sequence_span + ledger->repeated + ledger->unnumbered;

	return ledger->captured == fates && ledger->captured + ledger->lost_driver == numbers;
}
