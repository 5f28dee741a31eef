/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The device loop of a playback: takes frames from the file thread and queues each at its time. */
#ifndef SESSION_PLAY_LOOP_H
#define SESSION_PLAY_LOOP_H

#include <semaphore.h>
#include "base/stats.h"
#include "session/end.h"
#include "session/play_buffers.h"
#include "session/play_node.h"
#include "session/run_state.h"

struct play_loop_options {
	uint64_t count;      /* frames; 0: all */
	int64_t duration_ns; /* of presentation time; 0: all */
	int64_t stall_ns;    /* time after which the device is considered stalled; 0: none */
	double speed;        /* 1: as in the file; 0: as fast as the device takes frames */
	bool hold;           /* show the last frame until a signal comes */
	bool zero_copy;      /* a frame that was copied is an error */
	bool on_demand; /* after the first frame, play only while the device has a reader: reader_events.h */
	int signal_fd;  /* readable: end without error; -1: none */
	int resume_fd;  /* non-blocking signalfd or eventfd, read by the loop: the program was stopped and has
			   continued; -1: none */
	/* Sets the device up for the new output format of a node, in *pool. Returns 0 or a negative errno,
	 * logged. */
	int (*reconnect)(void *opaque, struct pool **pool);
	void *reconnect_opaque;
	/* Called a few times a second, and when the state changes; NULL: none. */
	void (*progress)(void *opaque);
	void *progress_opaque;
};

/* A frame is late if it was queued more than half its duration after its time. It is dropped if the next one
 * is available and due. While no frame came in time, the device showed the last one again: `repeated` counts
 * how many of its durations that took, until the time of the next one in the file. */
struct play_loop_stats {
	uint64_t read, played, late, dropped, repeated;
	uint64_t copied, zero_copy; /* of the frames played */
	uint64_t bytes_played, bytes_copied;
	struct stats pace_ns;     /* queue time minus due time, with a pace; early frames count as 0 */
	struct stats interval_ns; /* between queued frames */
	int64_t first_frame_ns;   /* from the start of the run */
	enum run_state state;     /* for options.progress */
};

/* Set options, stats, pool, buffers and start_ns before play_loop_open(), the rest zero. */
struct play_loop {
	const struct play_loop_options *options;
	struct play_loop_stats *stats;
	struct pool *pool;
	struct play_buffers *buffers; /* filled by the reader: the pool's, or the node's */
	struct play_node *node;       /* between reader and device; NULL: none */
	int64_t start_ns;

	struct fifo *frames; /* struct frame, from the file thread */
	struct frame *next;  /* already taken from the fifo; NULL: none */
	sem_t credits;       /* frames that the file thread may still put */
	uint64_t n_credited; /* of what the node was fed */
	bool is_open;
	int timer_fd;
	int64_t origin_ns; /* when presentation time 0 is due; 0: set by the next frame */
	/* Of the frame queued last; 0: none, or not known. */
	int64_t last_queue_ns, last_pts_ns, last_duration_ns;
	bool last_is_latest; /* no frame was taken after it */
	int64_t progress_ns;
	bool done; /* `end` is set */
	enum run_end end;
};

/* 0 or a negative errno, logged. */
int play_loop_open(struct play_loop *loop);
/* Plays until the end, and lets the device show the last frame. Returns 0 if `end` is a regular one, else the
 * negative errno. */
int play_loop_run(struct play_loop *loop);
/* Frees the frames that were not played; the file thread must have ended. Accepts a half-open one. */
void play_loop_close(struct play_loop *loop);
/* Frees a frame of the fifo and its reference to the buffer. */
void play_loop_free_frame(struct frame *frame);

#endif
