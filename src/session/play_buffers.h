/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The buffers of a playback, from empty to displayed and back. All buffers of the pool are acquired at the
 * start. The reader takes empty ones and returns them with frames; they are queued in the driver, and are
 * empty again when no reference is left: the driver has returned the buffer and the decoder no longer uses it
 * as a reference frame.
 */
#ifndef SESSION_PLAY_BUFFERS_H
#define SESSION_PLAY_BUFFERS_H

#include "base/fifo.h"
#include "media/frame.h"
#include "queue/pool.h"

struct play_buffers {
	struct pool *pool;
	struct fifo *empty;    /* struct buffer, for play_buffers_acquire() */
	struct fifo *returned; /* struct buffer without references, put by any thread; see buffer_ref.h */
	unsigned n_buffers;
	unsigned n_ahead;  /* the most frames that wait for their time */
	unsigned n_direct; /* the most buffers that the decoder holds */
};

/* Acquires buffers from the pool, which has been started. decoded: the file is not raw video. paced: frames
 * wait for their time. 0 or a negative errno, logged. play_buffers_close() takes a half-open one. */
int play_buffers_open(struct play_buffers *buffers, struct pool *pool, bool decoded, bool paced);
/* Releases all buffers to the pool; no frame may be left. */
void play_buffers_close(struct play_buffers *buffers);

/* Called by the file thread and decoder threads: reader_target.acquire; opaque is the struct play_buffers. */
int play_buffers_acquire(void *opaque, bool wait, struct frame *frame);
/* Makes play_buffers_acquire() return -ECANCELED from now on. */
void play_buffers_cancel(struct play_buffers *buffers);
/* Called by the device loop: turns returned buffers into empty ones, and arms the descriptor of `returned`.
 */
void play_buffers_recycle(struct play_buffers *buffers);

/* The buffer of the frame, for pool_queue(). Takes over the frame's reference: the buffer is returned when
 * the driver is done with it. */
struct buffer *play_buffers_prepare(struct frame *frame);

#endif
