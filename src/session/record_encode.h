/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Codec and converter nodes in a recording. The device loop passes the camera's frames to the first node, the
 * output of each node to the next one, and that of the last to the file thread. The result for each frame is
 * recorded in the camera's order, also for frames that never reach a node.
 */
#ifndef SESSION_RECORD_ENCODE_H
#define SESSION_RECORD_ENCODE_H

#include "session/record_loop.h"

struct record_encode;

/* Starts the queues of the nodes and the camera's. Returns 0 or a negative errno, logged; the recording has
 * ended then. */
int record_encode_start(struct record_loop *loop);
/* Takes over a frame of the camera, described by loop->info and pts_ns, which is encoded when the first node
 * has room. lost: see struct record_frame. Returns 0 or a negative errno. */
int record_encode_add(struct record_loop *loop, struct buffer *buffer, int64_t pts_ns, uint64_t lost);
/* Waits until the camera or a node is ready, at most until deadline_ns, and does the nodes' work. Returns 0,
 * or the negative errno that ended the recording, logged. */
int record_encode_turn(struct record_loop *loop, int64_t deadline_ns);
/* Called at the end of the camera's stream, with its result err: encodes the remaining frames, unless a node
 * has failed or the file has no room. Returns err, or its own first error. */
int record_encode_finish(struct record_loop *loop, int err);
/* Stops all queues, before the file thread ends. */
void record_encode_stop(struct record_loop *loop);
/* Called once the file has returned all coded frames. */
void record_encode_close(struct record_loop *loop);
/* Number of frames that are in a node or wait for one. */
uint64_t record_encode_pending(const struct record_loop *loop);

#endif
