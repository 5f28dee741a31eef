/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A memory-to-memory node between a file and the output device of a playback: a decoder, which takes the
 * file's packets, or a converter, which takes its frames. The reader fills the buffers of the node's OUTPUT
 * queue; those of its CAPTURE queue go to the output device by a pool_link. All calls are made in the device
 * loop's thread. Rules: kernel documentation, "Memory-to-Memory Stateful Video Decoder Interface".
 */
#ifndef SESSION_PLAY_NODE_H
#define SESSION_PLAY_NODE_H

#include "m2m/m2m.h"
#include "media/read/reader.h"
#include "queue/pool_link.h"
#include "session/play_buffers.h"
#include "session/setup.h"

#define PLAY_NODE_TIMES 64u

struct play_node {
	struct m2m m2m;
	struct video_format taken, given; /* of OUTPUT; of CAPTURE, the visible part */
	struct play_buffers buffers;      /* of OUTPUT, for the reader */
	struct pool_link link;            /* from CAPTURE to the output device */
	enum scaling scaling;             /* converter */
	int signal_fd;                    /* readable: end without error */
	int64_t stall_ns;                 /* the node may answer nothing for so long; 0: no limit */

	struct fifo *frames; /* of struct frame from the reader: set before play_node_next() */
	bool is_fed;         /* the reader gives no more */
	int read_error;      /* why, or 0 */
	bool is_changing;    /* the resolution changes after the frames that are on their way */
	uint64_t n_fed, n_given;
	uint64_t n_empty, n_damaged; /* without a picture; all that it marked as damaged, these too */
	uint64_t n_before;           /* of n_given: before the format that it gives now */
	int64_t progress_ns;         /* when the node last gave or took something */

	/* Of what is on its way through the node. */
	struct play_node_time {
		bool used;
		uint64_t number; /* of what was fed, from 1: its timestamp in microseconds */
		int64_t pts_ns, duration_ns;
		uint64_t copied_bytes;
	} times[PLAY_NODE_TIMES];
};

/* The node of the name as a decoder of `codec` ("h264_v4l2"); NULL: the first of the machine that is one. The
 * file, opened with "copy", is read until its node knows the size of the pictures. Sets file->av and its
 * format to what the decoder gives. Returns 0 or a negative errno, logged. */
int play_node_open_decoder(struct play_node *node, const char *name, const char *codec, struct reader *reader,
			   struct reader_info *file);
/* The node of the name as a converter of the file's frames. */
int play_node_open_converter(struct play_node *node, const char *name, struct reader *reader,
			     enum scaling scaling, const struct reader_info *file);
/* Has CAPTURE give what the output device is set to, and joins the two: opens the device's pool and starts
 * all. */
int play_node_connect(struct play_node *node, struct setup *setup, const struct setup_options *options);
/* After POOL_RES_CHANGE: takes the two apart, and sets *file to what the node gives now. */
int play_node_disconnect(struct play_node *node, struct setup *setup, struct reader_info *file);
void play_node_close(struct play_node *node);

/* The next frame, in a buffer of CAPTURE: 1; 0 at the end; -EAGAIN: wait for node and reader;
 * POOL_RES_CHANGE: play_node_connect() is to be called again, with the device set to node->given; or a
 * negative errno, logged but for the pool's results. */
int play_node_next(struct play_node *node, struct frame **frame);
/* Waits for node, output device or one of the fds; the node answers nothing for long: POOL_TIMEOUT. Else
 * returns 0 or as pool_wait(). */
int play_node_wait(struct play_node *node, struct pollfd *fds, unsigned n_fds, int timeout_ms);
/* As pool_queue(), of a frame of play_node_next(). */
int play_node_queue(struct play_node *node, struct frame *frame, int64_t due_ns, int64_t deadline_ns);

#endif
