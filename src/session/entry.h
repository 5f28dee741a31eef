/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entering what was dequeued into the books. */
#ifndef SESSION_ENTRY_H
#define SESSION_ENTRY_H

#include "base/ledger.h"
#include "queue/pool.h"

/* The buffer dequeued last (pool->last), delivered or not. Returns how many frames the driver lost before it.
 * *n_restarts: of the pool's, as seen last; 0 to begin with. */
uint64_t entry_make(struct ledger *ledger, const struct pool *pool, uint32_t *n_restarts);

#endif
