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
void record_loop_release_frame(struct frame *frame);
int record_loop_lose_damaged(struct record_loop *loop);
int record_loop_lose_without_buffer(struct record_loop *loop);
/* Of a frame that is counted already. */
int record_loop_lose_for_want_of_memory(struct record_loop *loop);
/* A frame after the end. */
void record_loop_leave_out(struct record_loop *loop);

#endif
