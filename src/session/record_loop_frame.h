/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What becomes of a frame that the device loop of a recording has dequeued: it is counted, and sent to the
 * file thread or left out. loop->info is the frame's. Functions return 0 or a negative errno, logged, which
 * ends the recording.
 */
#ifndef SESSION_RECORD_LOOP_FRAME_H
#define SESSION_RECORD_LOOP_FRAME_H

#include "session/record_loop.h"

/* Sends the frame, or leaves it out. What it refers to is moved where it is sent. */
int record_loop_sort_frame(struct record_loop *loop, struct frame *frame);
/* The first half of it: counts the frame and sets its pts_ns. Returns 1; 0: it is left out. */
int record_loop_admit(struct record_loop *loop, struct frame *frame, uint64_t *lost);
/* Whether a frame of so many bytes would exceed max_bytes. */
bool record_loop_is_full(const struct record_loop *loop, uint64_t bytes);

/* What the driver says of the frame, without a reference to its memory. */
struct frame record_loop_describe(const struct buffer *buffer);
/* Adds the reference. 0 or -ENOMEM, logged. */
int record_loop_reference(struct record_loop *loop, struct frame *frame, struct buffer *buffer);

/* For the frame dequeued last. NULL: no memory, logged. */
struct record_frame *record_loop_new_frame(const struct record_loop *loop, enum frame_result result,
					   uint64_t lost);
/* Frames go to the file thread, which frees them, in the order in which they are appended: flushing sends
 * those that are RECORD_READY, up to the first that is not. Where the file thread has ended by an error,
 * loop->refused is the frame that it did not take, and the recording ends. */
void record_loop_append(struct record_loop *loop, struct record_frame *frame);
int record_loop_flush(struct record_loop *loop);
int record_loop_lose_damaged(struct record_loop *loop);
int record_loop_lose_without_buffer(struct record_loop *loop);
/* Of a frame that is counted already. */
int record_loop_lose_for_want_of_memory(struct record_loop *loop);
/* A frame after the end. */
void record_loop_leave_out(struct record_loop *loop);

#endif
