/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The device loop of a recording: takes frames from the pool and passes them to the file thread. */
#ifndef SESSION_RECORD_LOOP_H
#define SESSION_RECORD_LOOP_H

#include <pthread.h>
#include "device/inputs/dv_timings.h"
#include "media/write/parameter_sets.h"
#include "session/field_pairs.h"
#include "session/record_file.h"
#include "session/suspension.h"

struct record_loop {
	struct recording *recording;
	struct fifo *frames;               /* struct record_frame, to the file thread */
	struct record_frame *first, **end; /* frames in the camera's order that wait for earlier ones */
	struct record_frame
		*refused;      /* the frame that the file thread, which ended with an error, did not take */
	struct fifo *returned; /* struct buffer, returned by it */
	uint32_t n_refs;       /* buffers not returned yet */
	struct record_file *file;
	pthread_t file_thread;
	struct capture_timestamps timestamps;
	struct parameter_sets parameter_sets; /* of the stream */
	bool has_key_frame;                   /* it has a frame at which decoding can start */
	struct frame_info info;               /* of the last frame dequeued, delivered or not */
	bool pairs_fields;                    /* separate fields are written as frames */
	struct field_pairs pairs;
	struct frame fields;             /* fields of `pairs` that are not lost */
	enum frame_result fields_result; /* FRAME_WRITTEN: none was lost */
	uint64_t n_sent, bytes_sent;     /* to the file thread */
	int64_t start_ns, progress_ns;
	struct record_encode *encode;       /* first node in the chain; NULL: none */
	const struct encoding *failed_node; /* it has ended the recording, */
	int node_err;                       /* with this error */
	struct suspension suspension;
	int64_t last_frame_ns;    /* when the last usable frame came */
	uint64_t n_unusable;      /* since then */
	struct pool_info counted; /* copies by the pool that are in the ledger */
	bool done;               /* the stream ends: recording->end is set, or the video source has changed */
	bool has_source_changed; /* to `source` */
	struct video_source source;
};

/* The device's path, for messages. */
static inline const char *record_loop_device(const struct record_loop *loop)
{
	return loop->recording->setup->device.path;
}

/* Starts the pool and records until loop->done. Returns 0 or a negative errno, logged. */
int record_loop_run(struct record_loop *loop);
/* Ends the recording. Returns err, for the caller to return. */
int record_loop_finish(struct record_loop *loop, enum run_end end, int err);
/* Ends the recording at its deadline, which is an error unless it was the end of the duration. */
int record_loop_time_out(struct record_loop *loop);
/* The same if the deadline has passed by time_ns. */
int record_loop_end_if_past(struct record_loop *loop, int64_t time_ns);
/* Updates the recording's result, except the rate and the files. */
void record_loop_update_result(struct record_loop *loop);
/* Reports the state of the run to options.progress. */
void record_loop_report_progress(struct record_loop *loop, enum run_state state);
/* When to stop waiting for the next frame, on CLOCK_MONOTONIC; 0: never. */
int64_t record_loop_deadline(const struct record_loop *loop);

#endif
