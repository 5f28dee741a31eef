/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A playback while it runs. */
#ifndef SESSION_PLAY_LOOP_H
#define SESSION_PLAY_LOOP_H

#include <pthread.h>
#include <semaphore.h>
#include "base/fifo.h"
#include "session/playback.h"

struct player {
	struct playback *playback;
	struct pool *pool;
	struct fifo *blanks;   /* struct buffer, to the file thread, to be filled */
	struct fifo *pictures; /* struct frame, from it, whose memory's data is such a buffer */
	struct fifo *home;     /* struct buffer, to which no reference is left */
	sem_t ahead;           /* how many pictures more the file thread may read */
	pthread_t file_thread;
	bool has_ahead, threaded;
	unsigned n_blanks; /* in circulation */
	unsigned n_ahead;  /* pictures that may wait for their time */
	int timer_fd;
	int64_t origin_ns;                       /* when presentation time 0 is due; 0: not decided */
	int64_t last_queue_ns, last_duration_ns; /* of the frame shown last; 0: none, or not known */
	int64_t start_ns, progress_ns;
	bool done; /* playback->end is decided */
};

/* The memory's way: buffers to the file thread, pictures back, and what happens when the driver lets go. */

int blanks_open(struct player *player);
/* Hands out what came home. */
void blanks_feed(struct player *player);
/* Gives all back to the pool; the file thread and the reader must hold none any more. */
void blanks_close(struct player *player);
/* The buffer to give to pool_queue() for the picture, which frees itself when the driver is done with it.
 */
struct buffer *picture_buffer(struct frame *picture);
void picture_free(struct frame *picture);

/* The clock's way. */

/* Takes pictures and plays them until player->done. Returns 0 when the end is a good one. */
int player_loop(struct player *player);
/* Decides why the playback ended; returns err, so that one line both decides and passes it on. */
int player_finish(struct player *player, enum run_end end, int err);

enum wait_for { WAIT_PICTURE, WAIT_TIME, WAIT_SIGNAL };
/* Waits for a picture to come, or for due_ns; buffers that come home meanwhile go out again. Returns 0; 1
 * when a pause moved all times; or POOL_FLUSHING. */
int player_wait(struct player *player, enum wait_for what, int64_t due_ns);

#endif
