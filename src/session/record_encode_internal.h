/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the files record_encode*.c. */
#ifndef SESSION_RECORD_ENCODE_INTERNAL_H
#define SESSION_RECORD_ENCODE_INTERNAL_H

#include "session/record_encode.h"

#define NO_KEY_ASKED (-1)

/* One of the nodes. Members about the coded stream are used by the last one only. */
struct record_encode {
	struct record_encode *next; /* the node for its output; NULL: the file */
	unsigned index;             /* position in the chain: see struct record_frame */
	struct record_loop *loop;
	struct encoding *encoding;
	struct m2m *m2m;
	struct parameter_sets parameter_sets; /* of the coded stream */
	bool has_key_frame;                   /* it has a frame at which decoding can start */
	uint64_t n_waiting, n_encoding;       /* number of frames waiting for the node; in it */
	int64_t last_timestamp_ns;            /* of the last frame queued */
	int64_t active_ns;   /* when the node gave its last frame, or got one after a pause */
	struct buffer empty; /* memory of the last frame queued: see m2m_drain() */
	int64_t segment_pts_ns,
		asked_pts_ns;   /* first frame of the segment; frame for which a key frame was requested */
	uint64_t segment_bytes; /* since then */
	bool has_gap;           /* a coded frame was lost: a key frame is needed to decode the next ones */
	bool said_reordered;
	bool restarting; /* the node is being drained, to start again with a key frame */
	bool ended;      /* it ended its stream on its own, and has given no frame since */
	bool failed;     /* it must not be used any more */
};

/* Takes over a frame and its buffer, to wait for the node. */
void record_encode_enter(struct record_encode *encode, struct record_frame *frame, struct buffer *buffer);
/* Passes waiting frames to the node, as far as it has room. Returns 0 or a negative errno, logged. */
int record_encode_feed(struct record_encode *encode);
/* Takes output of the node. Returns 1; 0: there is none; or a negative errno, logged except POOL_EOS: its
 * stream has ended as requested. */
int record_encode_take(struct record_encode *encode);
/* Sets the result of all frames at this stage of the node, which do not go to the file. */
void record_encode_leave_out(struct record_encode *encode, enum record_stage stage, enum frame_result result);

#endif
