/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Wraps a pool buffer in an AVBufferRef, so that a frame can be passed between threads without a copy. */
#ifndef SESSION_BUFFER_REF_H
#define SESSION_BUFFER_REF_H

#include <libavutil/buffer.h>
#include "base/fifo.h"
#include "queue/pool.h"

/* A reference to the whole buffer; struct frame has the addresses of the planes' payloads. The last unref, in
 * any thread, puts the buffer into `returned`, in which fifo_reserve() must have reserved space for it.
 * Returns NULL without memory, logged; the buffer is then still the caller's. */
AVBufferRef *buffer_ref_create(struct buffer *buffer, struct fifo *returned);
struct buffer *buffer_ref_buffer(const AVBufferRef *ref);
/* Releases the buffers in `returned` to their pools, whose thread must be the caller's, and returns their
 * number. arm: arms the descriptor of `returned` for the next buffer. */
unsigned buffer_ref_return(struct fifo *returned, bool arm);

#endif
