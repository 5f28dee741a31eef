/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A memory-to-memory node between a file and the output device: a decoder, which takes the file's packets, or
 * a converter, which takes its frames. The reader fills the buffers of the node's OUTPUT queue; a pool_link
 * passes those of its CAPTURE queue to the output device. All functions are called in the device loop's
 * thread. Rules: kernel documentation, "Memory-to-Memory Stateful Video Decoder Interface".
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
	struct video_format taken, given; /* formats of OUTPUT and of CAPTURE (visible part) */
	struct play_buffers buffers;      /* of OUTPUT, for the reader */
	struct pool_link link;            /* from CAPTURE to the output device */
	enum scaling scaling;             /* converter */
	int signal_fd;                    /* readable: end without error */
	int64_t stall_ns;                 /* time after which the node is considered stalled; 0: none */

	struct fifo *frames; /* struct frame of the reader; set before play_node_next() */
	bool is_fed;         /* the reader delivers no more */
	int read_error;      /* its error, or 0 */
	bool is_changing;    /* the resolution changes after the frames in transit */
	uint64_t n_fed, n_given;
	uint64_t n_empty, n_damaged; /* without a picture; marked as damaged, including these */
	uint64_t n_before;           /* of n_given: before its current format */
	int64_t progress_ns;         /* when the node last took or gave a frame */

	/* Times of the frames in the node. */
	struct play_node_time {
		bool used;
		uint64_t number; /* of the frame fed, from 1; also its timestamp in us */
		int64_t pts_ns, duration_ns;
		uint64_t copied_bytes;
	} times[PLAY_NODE_TIMES];
};

/* Opens the node of that name as a decoder of `codec` ("h264_v4l2"); NULL: the first such node of the
 * machine. Reads the file, opened with "copy", until the node knows the size of the pictures. Sets file->av
 * and its format to the decoder's output. Returns 0 or a negative errno, logged. */
int play_node_open_decoder(struct play_node *node, const char *name, const char *codec, struct reader *reader,
			   struct reader_info *file);
/* Opens the node of that name as a converter of the file's frames. */
int play_node_open_converter(struct play_node *node, const char *name, struct reader *reader,
			     enum scaling scaling, const struct reader_info *file);
/* Sets CAPTURE to the format of the output device, opens the device's pool, connects both and starts them. */
int play_node_connect(struct play_node *node, struct setup *setup, const struct setup_options *options);
/* After POOL_RES_CHANGE: disconnects the two, and sets *file to the node's new output format. */
int play_node_disconnect(struct play_node *node, struct setup *setup, struct reader_info *file);
void play_node_close(struct play_node *node);

/* Returns the next frame, in a buffer of CAPTURE: 1; 0 at the end; -EAGAIN: wait for node and reader;
 * POOL_RES_CHANGE: call play_node_connect() again, with the device set to node->given; or a negative errno,
 * logged except for results of the pool. */
int play_node_next(struct play_node *node, struct frame **frame);
/* Waits for the node, the output device or one of the fds. POOL_TIMEOUT: the node has stalled. Else returns 0
 * or as pool_wait(). */
int play_node_wait(struct play_node *node, struct pollfd *fds, unsigned n_fds, int timeout_ms);
/* As pool_queue(), for a frame of play_node_next(). */
int play_node_queue(struct play_node *node, struct frame *frame, int64_t due_ns, int64_t deadline_ns);

#endif
