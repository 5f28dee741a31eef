/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Measuring a queue: what its io mode and number of buffers cost and lose. One thread takes frames out
 * of the queue and gives them back at once, or, for an output device, queues the same few frames again
 * and again. So nothing but the driver and the queue is measured.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "session/ledger.h"
#include "base/stats.h"
#include "queue/pool.h"
#include "session/end.h"
#include "bench/slow_consumer.h"
#include "bench/cost_meter.h"

struct measure_options {
	uint64_t count, warmup;   /* frames to measure, after so many (at least one) that are not */
	bool touch;               /* read (output: write) every byte of each frame */
	bool bare;                /* count only: no distributions. Shows what keeping them costs */
	bool stop_at_loss;        /* the first lost frame ends the run */
	struct consumer consumer; /* capture: keeps a frame before giving it back; output: is late with it */
	int64_t stall_ns;         /* no frame for so long: an error; 0: never */
	int signal_fd;            /* readable ends the run; -1: none */
	/* Called a few times a second; NULL: not. */
	void (*progress)(void *opaque);
	void *progress_opaque;
};

/* A frame of an output queue, which goes round. */
struct measure_slot {
	struct measure *measure;
	struct buffer *buffer;
	int64_t queued_ns;
};

struct measure {
	struct measure_options options; /* set by the caller, with the next */
	struct pool *pool;              /* opened and configured */

	/* The outcome, of the measured span alone. */
	enum run_end end;
	uint64_t frames;      /* good ones */
	struct ledger ledger; /* captured counts all that were dequeued */
	bool counts_losses;   /* frames have the driver's numbers */
	struct stats
		latency_ns; /* driver's timestamp to dequeue; output: queueing to return, rw: the write() */
	struct stats interval_ns; /* between driver's timestamps; where there are none, between dequeues */
	struct stats jitter_ns; /* how far the time between dequeues is from the negotiated one, either way */
	struct reading cost;
	struct meter meter;
	int64_t touch_ns;  /* spent on reading the frames */
	bool stamps_ahead; /* the driver stamps frames later than it delivers them: latency_ns is empty */
	uint64_t touched;  /* a sum of what was read, so that it is read */
	uint32_t flags;    /* V4L2_BUF_FLAG_* of the last frame: its clock, and what moment it stamps */
	double fps;        /* 0: fewer than two frames */

	/* While it runs. */
	bool measuring, stopping;
	uint32_t n_slots, n_ready;
	uint64_t n_sleeps, n_intervals, n_ahead, bytes_moved; /* by read() and write() */
	int64_t period_ns, last_ns, last_timestamp_ns, span_ns, progress_ns;
	struct reading begin;
	struct measure_slot slots[POOL_MAX_BUFFERS], *ready[POOL_MAX_BUFFERS];
};

/* Starts the pool and moves the first frame, with which some drivers tell what they lack after all. Returns a
 * negative errno on failure, logged; `end` says what kind. */
int measure_prepare(struct measure *measure);
/* The rest of the warm-up and the measured span. Returns 0 when `end` is a good one, else a negative errno,
 * logged; what was measured until then stands. */
int measure_run(struct measure *measure);
/* Stops the pool. Takes one that was never prepared. */
void measure_close(struct measure *measure);

/* V4L2's words for what a frame's time means: "monotonic", "copy", "unknown"; "soe", "eof". */
const char *measure_clock_name(const struct measure *measure);
const char *measure_moment_name(const struct measure *measure);

#endif
