/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entering what was dequeued into the books. */
#include "session/entry.h"

#include <linux/videodev2.h>

uint64_t entry_make(struct ledger *ledger, const struct frame_info *info)
{
	ledger->captured++;
	ledger->bytes_captured += info->bytes;
	if (info->new_sequence)
		ledger_restart(ledger);
	/* A buffer that only tells of an error carries no frame, and so no number: drivers leave it at 0. */
	if (info->bytes == 0 && info->flags & V4L2_BUF_FLAG_ERROR) {
		ledger->unnumbered++;
		return 0;
	}
	return ledger_sequence(ledger, info->sequence);
}
