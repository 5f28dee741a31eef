/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decides what happens to a frame that the device loop of a recording has dequeued: counts it, and sends it
 * to the file thread or drops it. loop->info describes the frame. Functions return 0 or a negative errno,
 * logged, which ends the recording.
 */
#ifndef SESSION_RECORD_LOOP_FRAME_H
#define SESSION_RECORD_LOOP_FRAME_H

#include "session/record_loop.h"

/* Sends the frame, or drops it. Its references are moved if it is sent. */
int record_loop_sort_frame(struct record_loop *loop, struct frame *frame);
/* The first half of record_loop_sort_frame(): counts the frame and sets its pts_ns. Returns 1; 0: it is
 * dropped. */
int record_loop_admit(struct record_loop *loop, struct frame *frame, uint64_t *lost);
/* Whether a frame of so many bytes would exceed max_bytes. */
bool record_loop_is_full(const struct record_loop *loop, uint64_t bytes);

/* The frame according to the driver, without a reference to its memory. */
struct frame record_loop_describe(const struct buffer *buffer);
/* Adds the reference. 0 or -ENOMEM, logged. */
int record_loop_reference(struct record_loop *loop, struct frame *frame, struct buffer *buffer);

/* For the last frame dequeued. NULL: no memory, logged. */
struct record_frame *record_loop_new_frame(const struct record_loop *loop, enum frame_result result,
					   uint64_t lost);
/* Frames go to the file thread, which frees them, in the order in which they are appended. Flushing sends
 * those that are RECORD_READY, up to the first that is not. If the file thread has ended with an error,
 * loop->refused is set to the frame that it did not take, and the recording ends. */
void record_loop_append(struct record_loop *loop, struct record_frame *frame);
int record_loop_flush(struct record_loop *loop);
int record_loop_lose_damaged(struct record_loop *loop);
int record_loop_lose_without_buffer(struct record_loop *loop);
/* For a frame that was counted already. */
int record_loop_lose_for_want_of_memory(struct record_loop *loop);
/* Drops a frame after the end. */
void record_loop_leave_out(struct record_loop *loop);

#endif
