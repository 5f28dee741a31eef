/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Life cycle of the buffers during playback. All buffers of the pool are acquired at the start. They go to
 * the reader empty, come back in its frames, are queued in the driver, and are empty again when no
 * reference is left: the driver has returned the buffer and the decoder no longer predicts from it.
 */
#ifndef SESSION_PLAY_BUFFERS_H
#define SESSION_PLAY_BUFFERS_H

#include "base/fifo.h"
#include "media/frame.h"
#include "queue/pool.h"

struct play_buffers {
	struct pool *pool;
	struct fifo *empty;    /* struct buffer, for play_buffers_acquire() */
	struct fifo *returned; /* struct buffer without references, from any thread; see buffer_ref.h */
	unsigned n_buffers;
	unsigned n_ahead;  /* frames that may wait for their time */
	unsigned n_direct; /* buffers that the decoder may hold */
};

/* Acquires buffers from the pool, which has been started. decoded: the file is not raw video. paced: frames
 * wait for their time. 0 or a negative errno, logged. play_buffers_close() takes a half-open one. */
int play_buffers_open(struct play_buffers *buffers, struct pool *pool, bool decoded, bool paced);
/* Releases all to the pool; nobody may hold a frame any more. */
void play_buffers_close(struct play_buffers *buffers);

/* In the file thread and the decoder's: reader_target.acquire, opaque is the struct play_buffers. */
int play_buffers_acquire(void *opaque, bool wait, struct frame *frame);
/* play_buffers_acquire() returns -ECANCELED from now on. */
void play_buffers_cancel(struct play_buffers *buffers);
/* In the device loop: makes returned buffers empty ones, and arms the descriptor of `returned`. */
void play_buffers_recycle(struct play_buffers *buffers);

/* The buffer that the frame is in, for pool_queue(). Takes over the frame's reference: the buffer is returned
 * when the driver is done with it. */
struct buffer *play_buffers_prepare(struct frame *frame);

#endif
