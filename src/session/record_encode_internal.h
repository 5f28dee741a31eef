/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Nodes in the way of a recording, for the files of it. */
#ifndef SESSION_RECORD_ENCODE_INTERNAL_H
#define SESSION_RECORD_ENCODE_INTERNAL_H

#include "session/record_encode.h"

#define NO_KEY_ASKED (-1)

/* One of the nodes. What is of the coded stream concerns the last alone. */
struct record_encode {
	struct record_encode *next; /* the node that its frames go to; NULL: they go to the file */
	unsigned index;             /* in the order of the way: see struct record_frame */
	struct record_loop *loop;
	struct encoding *encoding;
	struct m2m *m2m;
	struct parameter_sets parameter_sets; /* of the coded stream */
	bool has_key_frame;                   /* that decoding can start with */
	uint64_t n_waiting, n_encoding;       /* frames: for the node; in it */
	int64_t last_timestamp_ns;            /* of the frame queued last */
	int64_t active_ns;   /* when the node gave its last frame, or there was one for it after a pause */
	struct buffer empty; /* the memory of the frame queued last: see m2m_drain() */
	int64_t segment_pts_ns,
		asked_pts_ns;   /* the segment's first; of the frame for which a key frame was asked */
	uint64_t segment_bytes; /* since then */
	bool said_reordered;
	bool restarting; /* the node is drained, to begin again with a key frame */
	bool ended;      /* it ended its stream unasked, and gave no frame since */
	bool failed;     /* it is not to be used any more */
};

/* Takes over a frame, with the buffer that it is in, which waits for the node. */
void record_encode_enter(struct record_encode *encode, struct record_frame *frame, struct buffer *buffer);
/* Gives the node the frames that wait, as far as it has room. Returns 0 or a negative errno, logged. */
int record_encode_feed(struct record_encode *encode);
/* Takes what the node has. Returns 1; 0: there is nothing; or a negative errno, logged but for POOL_EOS: its
 * stream has ended as it was told. */
int record_encode_take(struct record_encode *encode);
/* Decides on all frames of a stage at the node, which are not in the file. */
void record_encode_leave_out(struct record_encode *encode, enum record_stage stage, enum frame_result result);

#endif
