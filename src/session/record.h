/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Recording: frames of a capture device into files. The device loop, in the caller's thread, owns the pool
 * and never waits for the file; a file thread owns the writer. A frame reaches it through one fifo, and its
 * buffer returns through another.
 */
#ifndef SESSION_RECORD_H
#define SESSION_RECORD_H

#include <sys/stat.h>
#include "base/fifo.h"
#include "base/stats.h"
#include "media/write/writer.h"
#include "session/capture_timestamps.h"
#include "session/ledger.h"
#include "session/rate_truth.h"
#include "session/rotation.h"
#include "session/run_state.h"
#include "session/segment_command.h"
#include "session/setup.h"
#include "session/trigger.h"

enum bad_frames { BAD_FRAMES_DROP, BAD_FRAMES_KEEP, BAD_FRAMES_FAIL };

struct record_options {
	struct writer_options output; /* url may contain %d and strftime fields (segment_name.h); record_run()
					 sets format and the options for picture files */
	uint64_t count, skip;         /* frames; count 0: no limit */
	int64_t duration_ns;          /* by the driver's timestamps; 0: no limit */
	uint64_t max_bytes;           /* over all files; 0: no limit */
	int64_t stall_ns;             /* time without a frame after which the run fails; 0: no limit */
	int64_t segment_ns;           /* duration of a segment; 0: no limit */
	uint64_t segment_bytes;       /* size of a segment; 0: no limit */
	enum bad_frames bad_frames;
	bool has_pre_roll; /* files begin with a trigger, and include the pre_roll_ns before it */
	int64_t pre_roll_ns, post_roll_ns; /* post: recorded after the last trigger; 0: until a stop */
	struct trigger *trigger;           /* open */
	const char *frame_log; /* a file, "-", or NULL: none; with the fields of output.url: one for each
				  segment */
	bool next_on_error;    /* after an error of a file: continue in another one, */
	const char *fallback;  /* in this folder and back; NULL: in the same folder */
	struct rotation_rules rotation;
	struct segment_command *on_segment;  /* NULL: none */
	const atomic_uint *segment_requests; /* incremented to begin the next segment; NULL: not supported */
	bool reopen; /* when the device is unplugged: wait for it, and continue in the next file */
	int64_t reopen_timeout_ns; /* how long to wait; 0: no limit */
	bool renegotiate;          /* when the video source changes: continue in the next file */
	int signal_fd;             /* readable: end without error; -1: none */
	int resume_fd;             /* non-blocking signalfd of SIGCONT; -1: none */
	/* Called by the device loop a few times a second, and when the state changes; NULL: none. */
	void (*progress)(void *opaque);
	void *progress_opaque;
};

struct output_file {
	char *path;
	const char *container, *codec, *pixel_format; /* static, see writer_info */
	uint64_t frames, bytes;
	dev_t device; /* of a file; 0: not known */
	ino_t inode;
	int err; /* the error of the file; 0: none */
};

struct recording {
	struct record_options options; /* set by the caller before record_run(), as are the next two */
	struct setup *setup;           /* opened for capture; opened again with reopen and renegotiate */
	const struct setup_options *setup_options;

	/* For options.progress, together with the result so far, except files, rate and end. */
	enum run_state state;
	struct output_file current; /* being written; path NULL: none */
	unsigned n_files_so_far;
	int64_t last_frame_ns;     /* when the last usable frame came */
	struct fifo_level backlog; /* frames waiting for the file thread */
	_Atomic int64_t
		disk_left_ns; /* time until the disk is full at this rate; -1: not known, or no limit */

	_Atomic bool is_full; /* max_bytes has no room for another file with a pre-roll */

	/* The result. */
	enum run_end end;
	struct ledger ledger;
	struct pool_info pool_info;                    /* of the last pool */
	struct stats latency_ns, interval_ns;          /* timestamp to dequeue; between frames */
	uint64_t source_changes, source_interruptions; /* with other timings; with the same ones */
	struct fifo_level high_water; /* max_items and max_bytes: of frames waiting for the file thread */
	uint64_t segments_removed;
	struct output_file *files; /* all segments, also those that were removed */
	size_t n_files, files_capacity;
	int64_t wall_ns,
		first_frame_ns; /* time since record_run() was called, at its end and at the first frame */
	double measured_fps;    /* by the driver's timestamps; 0: fewer than two frames */
	struct rate_truth rate; /* of the last stream */
	uint64_t n_timestamps_replaced;              /* by the time of arrival */
	char timestamp_faults[TIMESTAMP_FAULTS_MAX]; /* their faults */
};

/* Opens the first file, starts the pool, records until something ends it, stops the pool and finalises the
 * file. Returns 0, or the negative errno that ended it (logged), such as -ENODEV and -ETIMEDOUT for a device
 * that was unplugged or stopped delivering; recording->end says why it ended. */
int record_run(struct recording *recording);
/* Time until the disk is full at this rate; -1: not known, or old segments are removed. May be called by
 * other threads. */
int64_t record_disk_left_ns(const struct recording *recording);
/* Frees the result. */
void record_close(struct recording *recording);

#endif
