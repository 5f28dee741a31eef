/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Recording: from the queue into files. The device loop (the caller's thread) owns the pool and never
 * waits for the file; a file thread owns the writer. A frame crosses over as a struct frame and its
 * memory comes home through a second fifo.
 */
#ifndef SESSION_RECORD_H
#define SESSION_RECORD_H

#include "base/fifo.h"
#include "base/ledger.h"
#include "base/stats.h"
#include "device/dv_timings.h"
#include "media/write/writer.h"
#include "queue/pool.h"
#include "session/end.h"

enum bad_frames { BAD_FRAMES_DROP, BAD_FRAMES_KEEP, BAD_FRAMES_FAIL };

struct record_options {
	struct writer_options output; /* url may hold %d or strftime fields when there may be several files */
	uint64_t count, skip;         /* frames; count 0: until a signal */
	int64_t duration_ns;          /* of the driver's timestamps; 0: no limit */
	uint64_t max_bytes;           /* of all files; 0: no limit */
	int64_t stall_ns;             /* no frame for so long: an error; 0: never */
	int64_t segment_ns;           /* a new file each …; 0: not by time */
	uint64_t segment_bytes;       /* 0: not by size */
	enum bad_frames bad_frames;
	const char *frame_log; /* a file of JSON lines, or NULL */
	/* Called when the device is lost and nothing of the pool is held any more: closes it, waits for the
	 * device, and opens and configures another pool for the same format. 0 with *pool set to it (else
	 * NULL): the recording goes on in the next file; a negative errno (logged; POOL_FLUSHING for a
	 * signal) ends it. NULL: the recording ends. */
	int (*reopen)(void *opaque, struct pool **pool);
	/* Called when the source sends something else, likewise: sets the device to it and configures
	 * another pool, waiting no longer than deadline_ns. NULL: the recording ends. */
	int (*renegotiate)(void *opaque, const struct video_source *source, int64_t deadline_ns,
			   struct pool **pool);
	void *device_opaque; /* for both */
	int signal_fd;       /* a signalfd: readable ends the run in good order; -1: none */
	/* Called by the device loop a few times a second, for the progress line; NULL: not. */
	void (*progress)(void *opaque);
	void *progress_opaque;
};

struct output_file {
	char *path, *container, *codec;
	uint64_t frames, bytes;
};

struct recording {
	struct record_options options; /* set by the caller before record_run(), with the next two */
	struct pool *pool;             /* opened and configured */
	const struct video_format *format;

	/* The outcome. */
	enum run_end end;
	struct ledger ledger;
	struct pool_info pool_info;           /* of the last pool */
	struct stats latency_ns, interval_ns; /* driver's timestamp to dequeue; between driver's timestamps */
	uint64_t source_changes, source_interruptions; /* followed; after which it was what it had been */
	struct fifo_level high_water; /* max_items and max_bytes: of frames waiting for the file thread */
	struct output_file *files;
	size_t n_files;
	int64_t wall_ns, first_frame_ns; /* from record_run() to its end; to the first frame */
	double measured_fps;             /* by the driver's timestamps; 0: fewer than two frames */

	struct record_state *state; /* while it runs */
};

/* Opens the first file, starts the pool, records until something ends it, finalises the file and stops the
 * pool. Returns 0 when `end` is a good one, else the negative errno that ended it (logged): -ENODEV and
 * -ETIMEDOUT for a lost or stalled device. */
int record_run(struct recording *recording);
/* Frees the outcome. */
void record_close(struct recording *recording);

#endif
