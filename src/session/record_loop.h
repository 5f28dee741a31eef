/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A recording while it runs. */
#ifndef SESSION_RECORD_LOOP_H
#define SESSION_RECORD_LOOP_H

#include <pthread.h>
#include "device/dv_timings.h"
#include "session/record_file.h"
#include "session/capture_timestamps.h"

struct session {
	struct recording *recording;
	struct device *device; /* the pool's, also between two pools */
	struct pool *pool;
	struct frame_info last; /* of the frame dequeued last, delivered or not */
	struct fifo *frames;    /* struct item, to the file thread */
	struct fifo *home;      /* struct buffer, back from it */
	struct sink *sink;
	pthread_t file_thread;
	bool threaded;
	struct capture_timestamps timestamps;
	uint64_t n_handed, bytes_handed; /* to the file thread */
	uint32_t n_refs;                 /* buffers that are not back in the pool */
	int64_t start_ns, last_frame_ns, progress_ns;
	int cut_err;                /* of finalising the file of the last stretch */
	bool done;                  /* recording->end is decided, or the source is another */
	bool has_new_source;        /* the stretch ends for that */
	struct video_source source; /* as it is now */
};

/* Decides why the run ended; returns err, so that one line both decides and passes it on. */
int session_finish(struct session *session, enum run_end end, int err);
/* When the wait for the next frame ends: at the stall timeout, or at the end of the duration where the device
 * is slower than that; 0: no limit. */
int64_t session_deadline(const struct session *session);
/* The deadline passed: the end, in good order where it was the duration's. */
int session_timeout(struct session *session);
/* Starts the pool and takes frames until session->done. Returns 0 when the end is a good one. */
int session_loop(struct session *session);

#endif
