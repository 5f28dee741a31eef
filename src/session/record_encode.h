/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Codec and converter nodes in the way of a recording: the device loop gives the first the camera's frames,
 * each of the others what comes out of the one before it, and passes what the last makes on to the file
 * thread. What becomes of each frame is told in the camera's order, also of those that never reach a node.
 */
#ifndef SESSION_RECORD_ENCODE_H
#define SESSION_RECORD_ENCODE_H

#include "session/record_loop.h"

struct record_encode;

/* Starts the queues of the nodes and the camera's. Returns 0 or a negative errno, logged; the recording has
 * ended then. */
int record_encode_start(struct record_loop *loop);
/* Takes over a frame of the camera, whose info and presentation time are loop->info's and pts_ns: it is
 * encoded when the first node has room. lost: as in struct record_frame. Returns 0 or a negative errno. */
int record_encode_add(struct record_loop *loop, struct buffer *buffer, int64_t pts_ns, uint64_t lost);
/* Waits until the camera or a node has something, at most until deadline_ns, and does all that the nodes
 * need. Returns 0, or the negative errno that ended the recording, logged. */
int record_encode_turn(struct record_loop *loop, int64_t deadline_ns);
/* The camera's stream is over, by err: encodes what is left, unless a node failed or the file has no room.
 * Returns err, or the first error of its own. */
int record_encode_finish(struct record_loop *loop, int err);
/* Stops all queues, before the file thread ends. */
void record_encode_stop(struct record_loop *loop);
/* Once the file has returned all coded frames. */
void record_encode_close(struct record_loop *loop);
/* Frames that are in a node or wait for one. */
uint64_t record_encode_pending(const struct record_loop *loop);

#endif
