/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* v4l2q bench: opens the device and measures all runs of the plan. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "bench/plan.h"

struct bench_options {
	struct setup_options setup;
	bool relay; /* measure the ways from the device of `source` to that of `setup` */
	struct setup_options source;
	const char *convert_device; /* converter node between the two; NULL: none */
	struct bench_plan plan;
	struct slow_consumer consumer;
	const char *consumer_delay, *consumer_stall; /* as the user wrote them; NULL: not given */
	uint64_t count, warmup, repeat;
	bool has_modes, has_count; /* the user chose io modes, a count */
	bool touch, bare;          /* see struct measure_options */
	int64_t stall_ns;          /* time without a frame that is an error; 0: no limit */
	int signal_fd;             /* readable: end; -1: none */
	bool progress;             /* show the progress line */
};

struct relay;

struct bench {
	struct bench_options options; /* set by the caller */
	struct setup setup;           /* its queue is open only during a run; a relay has queues of its own */
	struct relay *relay;          /* NULL: none */
	uint32_t driver_min;          /* buffers that the driver needs */
	bool interrupted;             /* by a signal */
	enum status status;           /* of the first run that failed */
	struct bench_run *runs;
	size_t n_runs;
};

/* Opens and configures the device, and plans the runs. Returns STATUS_DONE or the status of the step that
 * failed, which has logged why. */
enum status bench_open(struct bench *bench);
void bench_close(struct bench *bench); /* takes a half-open one */
/* Measures all runs, `repeat` times. Returns STATUS_DONE or the status of the first that failed; io modes
 * that the device lacks count only when no run could be measured. */
enum status bench_measure(struct bench *bench);
/* "capture", "output" or "relay". */
const char *bench_direction(const struct bench *bench);
/* What bench_measure() measures each run with. */
struct measure_options bench_measure_options(const struct bench *bench);

#endif
