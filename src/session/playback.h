/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Playing: from a file into the queue of an output device. The device loop (the caller's thread) owns
 * the pool and keeps the time; a file thread reads, decodes and converts, straight into the queue's
 * buffers where it can.
 */
#ifndef SESSION_PLAYBACK_H
#define SESSION_PLAYBACK_H

#include "base/stats.h"
#include "media/read/reader.h"
#include "queue/pool.h"
#include "session/end.h"

struct playback_options {
	uint64_t count;      /* frames; 0: all */
	int64_t duration_ns; /* of presentation time; 0: all */
	double speed;        /* 1: as the file says; 0: as fast as the device takes frames */
	enum scaling scaling;
	bool hold;      /* keep the last frame shown until a signal */
	bool on_demand; /* after the first frame, play while somebody watches; see reader_events_subscribe() */
	int signal_fd;  /* readable: end in good order; -1: none */
	int resume_fd;  /* a signalfd or eventfd, which the loop reads: the program was stopped and goes on;
			   -1: none */
	void (*progress)(void *opaque); /* as in record_options */
	void *progress_opaque;
};

struct playback {
	struct playback_options options; /* set by the caller, with the next two */
	struct pool *pool;               /* opened for output and configured */
	struct reader *reader;           /* opened, not started */

	/* The outcome. A frame is late when it was queued more than half its duration after its time. It is
	 * still shown, unless the next one is due as well: then it is dropped. While none came in time, the
	 * one before was shown again: so many durations of it are `repeated`. */
	enum run_end end;
	uint64_t read, played, late, dropped, repeated;
	uint64_t copied, zero_copy; /* of those played */
	uint64_t bytes_played, bytes_copied;
	struct stats pace_ns;     /* queue time minus due time, of paced frames; early ones count as 0 */
	struct stats interval_ns; /* between frames queued */
	int64_t wall_ns, first_frame_ns;
	double measured_fps;
};

/* Plays until something ends it, drains the device and stops it. Returns 0 when `end` is a good one, else the
 * negative errno. */
int playback_run(struct playback *playback);

#endif
