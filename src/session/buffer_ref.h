/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pool buffer as memory that libav counts the references to, so that a frame changes threads without a
 * copy. */
#ifndef SESSION_BUFFER_REF_H
#define SESSION_BUFFER_REF_H

#include <libavutil/buffer.h>
#include "base/fifo.h"
#include "queue/pool.h"

/* A reference to the buffer as a whole; its struct frame says where the planes' payloads are. When the last
 * reference goes, in whatever thread, the buffer is put into `returned`, in which fifo_reserve() must have
 * made room for it. Returns NULL without memory, logged; the buffer is then still the caller's. */
AVBufferRef *buffer_ref_create(struct buffer *buffer, struct fifo *returned);
struct buffer *buffer_ref_buffer(const AVBufferRef *ref);
/* Releases the buffers in `returned` to their pools, in whose thread it is called, and returns their number.
 * arm: arms the descriptor of `returned` for the next buffer. */
unsigned buffer_ref_return(struct fifo *returned, bool arm);

#endif
