/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Measures one queue: the cost and the losses of an io mode with a number of buffers. One thread dequeues
 * frames and returns them at once (capture), or queues the same few frames again and again (output): only the
 * driver and the queue are measured.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "session/capture_timestamps.h"
#include "session/ledger.h"
#include "base/stats.h"
#include "bench/cost_meter.h"
#include "bench/slow_consumer.h"
#include "queue/pool.h"
#include "session/end.h"

struct measure_options {
	uint64_t count, warmup;        /* frames to measure, after at least one that is not */
	bool touch;                    /* read (output: write) every byte of each frame */
	bool bare;                     /* keep no distributions, to measure their cost */
	bool stop_at_loss;             /* end at the first lost frame */
	struct slow_consumer consumer; /* capture: holds each frame; output: delays it */
	int64_t stall_ns;              /* time without a frame that is an error; 0: no limit */
	int signal_fd;                 /* readable: end; -1: none */
	bool progress;                 /* show the progress line */
};

/* Output: a frame that is queued again and again. */
struct measure_frame {
	struct measure *measure;
	struct buffer *buffer;
	int64_t queued_ns;
};

struct measure {
	/* Set by the caller. */
	struct measure_options options;
	struct pool *pool; /* opened and configured */

	/* Results, without the warm-up. */
	enum run_end end;
	uint64_t frames;      /* undamaged ones */
	struct ledger ledger; /* captured counts all that were dequeued, or queued */
	bool counts_losses;   /* the driver numbers its frames */
	/* Capture: driver's timestamp to dequeue. Output: QBUF until the driver returns the buffer, or
	 * write(). */
	struct stats latency_ns;
	bool timestamps_in_future; /* latency_ns is empty: timestamps are later than the dequeue */
	struct stats
		interval_ns;    /* between driver's timestamps; where those make no sense, between dequeues */
	struct stats jitter_ns; /* difference of the interval between dequeues from the negotiated one */
	double fps;             /* 0: fewer than two frames */
	struct cost cost;
	struct cost_meter meter;
	int64_t touch_ns;     /* time spent in options.touch */
	uint64_t touched_sum; /* sum of the bytes, so that the compiler cannot omit reading them */
	uint32_t flags;       /* V4L2_BUF_FLAG_* of the last frame */

	/* State. */
	struct capture_timestamps timestamps;
	bool streams;   /* false: read() and write() */
	bool measuring; /* the warm-up is over */
	uint32_t n_output_frames, n_idle;
	uint64_t n_sleeps, n_intervals, n_ahead, bytes_moved; /* bytes by read() and write() */
	int64_t period_ns, last_ns, last_pts_ns, span_ns, progress_ns;
	struct cost begin;
	/* Output: all frames, and those that the driver does not have. */
	struct measure_frame output_frames[POOL_MAX_BUFFERS], *idle[POOL_MAX_BUFFERS];
};

/* Starts the pool and moves the first frame, as some drivers fail only then. Returns 0 or a negative errno,
 * logged, and sets end. */
int measure_prepare(struct measure *measure);
/* The rest of the warm-up, then the measured frames. Returns 0, or a negative errno, logged, with the results
 * so far; sets end. */
int measure_run(struct measure *measure);
/* Stops the pool. May be called on a zeroed struct. */
void measure_close(struct measure *measure);

#endif
