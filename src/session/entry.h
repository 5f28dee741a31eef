/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entering what was dequeued into the books. */
#ifndef SESSION_ENTRY_H
#define SESSION_ENTRY_H

#include "base/ledger.h"
#include "queue/buffer.h"

/* A buffer that was dequeued, delivered or not. Returns how many frames the driver lost before it. */
uint64_t entry_make(struct ledger *ledger, const struct frame_info *info);

#endif
