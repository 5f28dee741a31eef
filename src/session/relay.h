/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A relay: passes frames of a capture device to the queue of an output device as they come. A single loop
 * without another thread: a frame is queued as soon as the output has room; until then it waits, and is
 * replaced by a newer one.
 */
#ifndef SESSION_RELAY_H
#define SESSION_RELAY_H

#include "media/read/crop.h"
#include "queue/pool_link.h"
#include "session/capture_timestamps.h"
#include "session/end.h"
#include "session/frame_converter.h"
#include "session/ledger.h"
#include "session/rate_truth.h"
#include "session/relay_node.h"
#include "session/run_state.h"
#include "session/setup.h"
#include "session/suspension.h"

struct relay_options {
	uint64_t count;             /* frames; 0: no limit */
	int64_t duration_ns;        /* from the first frame; 0: no limit */
	int64_t stall_ns;           /* time after which a device is considered stalled; 0: none */
	bool require_zero_copy;     /* frames that would be copied or converted are an error */
	enum scaling scaling;       /* used if the devices have no common size */
	const char *convert_device; /* converter node between the two; NULL: none */
	int signal_fd;              /* readable: end without error; -1: none */
	int resume_fd;              /* non-blocking signalfd of SIGCONT; -1: none */
	unsigned way;               /* index of pool_link_way_name() plus 1; 0: the cheapest */
	/* For measurements; NULL: none. Called after a frame was queued, and before the queues are closed. */
	void (*queued)(void *opaque, const struct frame_info *info);
	void (*stopping)(void *opaque);
	void *observer;
	/* Called a few times a second, and when the state changes; NULL: none. */
	void (*progress)(void *opaque);
	void *progress_opaque;
};

/* One of the two devices. */
struct relay_end {
	const struct setup_options *options;
	struct setup setup;
};

struct relay {
	/* Set by the caller, the rest zero. */
	struct relay_options options;
	struct relay_end source, sink; /* their options; include signal_fd and signal_timeout_ns */

	/* The result. All but what relay_update_result() sets is valid during the run, for options.progress.
	 */
	enum run_state state;
	enum run_end end;
	struct pool_info source_pool, sink_pool;
	uint64_t read, played,
		dropped; /* dropped: replaced by a newer one, left at the end, or lost by the output */
	uint64_t copied, bytes_copied, bytes_played; /* copied: including those written by a conversion */
	bool converts;
	const char *why;          /* it does */
	struct ledger ledger;     /* of the source: captured, lost_driver, lost_error, lost_queue */
	struct stats latency_ns;  /* from the source's timestamp until the frame is queued */
	uint64_t n_ahead;         /* frames with a timestamp in the future, which have no latency */
	struct stats interval_ns; /* between queued frames */
	uint64_t source_changes, source_interruptions;
	int64_t first_frame_ns, wall_ns;
	double measured_fps;                      /* 0: fewer than two frames */
	struct rate_truth source_rate, sink_rate; /* of their last streams */

	/* Internal state. */
	struct pool_link link; /* to the output, from the source or the node's CAPTURE queue */
	struct relay_node node;
	struct frame_converter converter;
	struct capture_timestamps timestamps;
	struct suspension suspension;
	struct buffer *waiting; /* the newest frame, while the output has no room; NULL: none */
	bool stamp_is_good;     /* its timestamp is plausible */
	bool done, has_source_changed;
	struct video_source changed_to;
	uint64_t copied_before, bytes_copied_before; /* by queues that were closed, and converted */
	int64_t start_ns, last_read_ns, last_queue_ns, first_queue_ns;
	int64_t progress_ns;
};

/* Opens both devices, with a common format if there is one, and chooses the way. Returns STATUS_DONE or the
 * status of the step that failed, which has logged why. */
enum status relay_open(struct relay *relay);
/* Relays until the end. Returns 0 if relay->end is a regular one, else the negative errno, logged. */
int relay_run(struct relay *relay);
/* Sets the counters of the pools, wall_ns, measured_fps and the copies. */
void relay_update_result(struct relay *relay);
/* Accepts a half-open one. */
void relay_close(struct relay *relay);

/* relay_format.c: sets one format on both devices: the source's current one if the output has it, else the
 * first of the source's that it has; in one size. If there is none, the output's that loses least, and
 * relay->converts. Returns 0; or a negative errno, logged: -ERANGE if the requested format is not
 * possible. */
int relay_format_negotiate(struct relay *relay);
/* relay_queues.c: opens and closes the pools, and chooses the way between them. */
enum status relay_queues_open(struct relay *relay);
void relay_queues_close(struct relay *relay);
/* Adds the copies and the counters of the pools. */
void relay_queues_count(struct relay *relay);
/* relay_loop.c: until the stream ends: relay->done, or the source has changed. Returns 0 or a negative errno,
 * logged. */
int relay_loop_run(struct relay *relay);

#endif
