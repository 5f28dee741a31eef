/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lending the queue's buffers to the file thread. */
#ifndef SESSION_BUFFER_REF_H
#define SESSION_BUFFER_REF_H

#include "queue/pool.h"
#include "session/record_file.h"

/* Makes item->frame of the buffer's memory, without a copy. When the last reference goes, from whatever
 * thread, the buffer is put into `home`, from which lend_return() gives it back to the pool. -ENOMEM: the
 * buffer is still the caller's. */
int lend_frame(struct item *item, struct buffer *buffer, struct fifo *home);
/* Gives all that came home back to the pool, in the pool's own thread. wait: arms home's descriptor for what
 * is still out. */
void lend_return(struct pool *pool, struct fifo *home, bool wait);

#endif
