/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Accounts for every captured frame. */
#include "session/ledger.h"

#include <linux/videodev2.h>

/* The furthest that a driver's numbers go back which repeats some or completes buffers out of order. */
#define MAX_REPEATED 8

/* The fields of a frame have one number (kernel documentation, struct v4l2_buffer). */
static bool is_second_field(const struct ledger *ledger, const struct frame_info *info)
{
	return ledger->has_sequence && info->sequence == ledger->last_sequence &&
	       video_fields_are_opposite(ledger->last_field, info->field);
}

static uint64_t add_sequence(struct ledger *ledger, const struct frame_info *info)
{
	uint32_t sequence = info->sequence;
	uint32_t forward = sequence - ledger->last_sequence, back = ledger->last_sequence - sequence;
	bool is_second = is_second_field(ledger, info);

	ledger->last_field = info->field;
	if (is_second) {
		ledger->second_fields++;
		return 0;
	}
	if (ledger->has_sequence && back <= MAX_REPEATED) {
		/* last_sequence stays unchanged, or later frames would be counted twice. */
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

uint64_t ledger_add(struct ledger *ledger, const struct frame_info *info)
{
	ledger->captured++;
	ledger->bytes_captured += info->bytes;
	if (info->new_sequence)
		ledger->has_sequence = false;
	/* Drivers leave the number at 0 in an empty buffer that is returned after an error. */
	if (info->bytes == 0 && info->flags & V4L2_BUF_FLAG_ERROR) {
		ledger->unnumbered++;
		return 0;
	}
	return add_sequence(ledger, info);
}

void ledger_restart(struct ledger *ledger)
{
	*ledger = (struct ledger){
		.has_sequence = ledger->has_sequence,
		.last_sequence = ledger->last_sequence,
		.last_field = ledger->last_field,
	};
}

uint64_t ledger_lost(const struct ledger *ledger)
{
	return ledger->lost_driver + ledger->lost_error + ledger->lost_queue + ledger->lost_writer +
	       ledger->lost_codec;
}
