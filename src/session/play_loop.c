/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The device loop of a playback: takes frames from the file thread and queues each at its time. */
#include "session/play_loop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status_line.h"
#include "device/obstacles.h"

#define DRAIN_NS (2 * NS_PER_S)
/* How long before its time the first frame is queued. This includes STREAMON, from which the device counts
 * its intervals: without this lead all later frames would be late. */
#define LEAD_NS NS_PER_MS
/* How often to check the device during other waits: poll() cannot, as it reports POLLERR whenever nothing is
 * queued. */
#define DEVICE_CHECK_MS 100

enum wait_for { WAIT_FRAME, WAIT_TIME, WAIT_SIGNAL };

int play_loop_open(struct play_loop *loop)
{
	int err = fifo_open(&loop->frames);

	if (err < 0)
		return err;
	loop->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (loop->timer_fd < 0) {
		err = -errno;
		log_error("timerfd_create: %s", err_str(err));
		return err;
	}
	sem_init(&loop->credits, 0, loop->buffers->n_ahead);
	if (loop->node) {
		loop->node->frames = loop->frames;
		loop->n_credited = loop->node->n_fed;
	}
	loop->progress_ns = loop->start_ns;
	loop->is_open = true;
	return 0;
}

void play_loop_free_frame(struct frame *frame)
{
	frame_unref(frame);
	free(frame);
}

static int peek_of_node(struct play_loop *loop)
{
	int result = play_node_next(loop->node, &loop->next);

	for (; loop->n_credited < loop->node->n_fed; loop->n_credited++)
		sem_post(&loop->credits);
	return result;
}

/* Gets the next frame into loop->next. Returns 1, or as fifo_try_get() or play_node_next(). It still counts
 * as one of the fifo. */
static int peek_frame(struct play_loop *loop)
{
	void *item;
	int result = loop->next ? 1 : loop->node ? peek_of_node(loop) : fifo_try_get(loop->frames, &item);

	if (result > 0 && !loop->next)
		loop->next = item;
	return result;
}

void play_loop_close(struct play_loop *loop)
{
	void *item;

	if (loop->next)
		play_loop_free_frame(loop->next);
	while (loop->frames && fifo_try_get(loop->frames, &item) > 0)
		play_loop_free_frame(item);
	fifo_close(loop->frames);
	if (!loop->is_open)
		return;
	sem_destroy(&loop->credits);
	close(loop->timer_fd);
}

/* Ends the loop; returns err. */
static int finish_playing(struct play_loop *loop, enum run_end end, int err)
{
	loop->end = end;
	loop->done = true;
	return err;
}

/* Ends the loop after a failed call for a pool of the device or the node. Logs results that the pool does not
 * log. */
static int finish_by(struct play_loop *loop, const char *path, int err)
{
	if (err == POOL_FLUSHING)
		return finish_playing(loop, END_SIGNAL, 0);
	if (err == POOL_DEVLOST)
		return finish_playing(loop, END_DISCONNECT, err);
	if (err == POOL_TIMEOUT) {
		obstacle_report(path, OBSTACLE_TAKES_NONE, NULL, NULL);
		return finish_playing(loop, END_STALL, err);
	}
	if (err == POOL_EOS || err == POOL_RES_CHANGE || err == POOL_NOBUF)
		log_error("%s: %s", path,
			  err == POOL_EOS          ? "the driver ended the stream"
			  : err == POOL_RES_CHANGE ? "the device changed its resolution"
						   : "the device has no buffer left");
	return finish_playing(loop, END_ERROR, err);
}

static int finish_by_device(struct play_loop *loop, int err)
{
	return finish_by(loop, pool_device(loop->pool)->path, err);
}

static void set_timer(struct play_loop *loop, int64_t time_ns)
{
	struct itimerspec at = {
		.it_value = { .tv_sec = time_ns / NS_PER_S, .tv_nsec = time_ns % NS_PER_S },
	};

	timerfd_settime(loop->timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

/* Makes the next frame due at once, and ignores the time since the last one. */
static void restart_clock(struct play_loop *loop)
{
	loop->origin_ns = loop->last_queue_ns = 0;
}

/* Whether the program was stopped (SIGSTOP) and has continued: the missed frames must not come in a burst. */
static bool check_resume(struct play_loop *loop)
{
	struct signalfd_siginfo info; /* large enough for an eventfd as well */

	if (read(loop->options->resume_fd, &info, sizeof info) <= 0)
		return false;
	restart_clock(loop);
	return true;
}

static void report_play_progress(struct play_loop *loop, enum run_state state)
{
	const struct play_loop_options *options = loop->options;
	enum run_state former = loop->stats->state;

	loop->stats->state = loop->stats->played ? state : RUN_STARTING;
	if (options->progress &&
	    (status_line_due(&loop->progress_ns, now_ns()) || former != loop->stats->state))
		options->progress(options->progress_opaque);
}

/* As poll(); with a node returns 1 also when it may have a frame. */
static int poll_all(struct play_loop *loop, struct pollfd *fds, unsigned n, bool frames_wanted)
{
	int err;

	if (!loop->node || !frames_wanted) {
		err = poll(fds, n, DEVICE_CHECK_MS);
		return err < 0 ? -errno : err;
	}
	err = play_node_wait(loop->node, fds, n, DEVICE_CHECK_MS);
	return err < 0 ? err : 1;
}

/* Returns 0 when there is a frame, or at time_ns; 1 after check_resume(), which changes all times;
 * POOL_FLUSHING for a signal; POOL_DEVLOST; another negative errno. */
static int wait_for(struct play_loop *loop, enum wait_for what, int64_t time_ns)
{
	enum { SIGNAL, RESUME, RETURNED, FRAME, TIMER };
	bool is_fed = loop->node && loop->node->is_fed; /* the fifo's end would wake for ever */
	struct pollfd fds[] = {
		[SIGNAL] = { .fd = loop->options->signal_fd, .events = POLLIN },
		[RESUME] = { .fd = loop->options->resume_fd, .events = POLLIN },
		[RETURNED] = { .fd = fifo_fd(loop->buffers->returned), .events = POLLIN },
		[FRAME] = { .fd = what == WAIT_FRAME && !is_fed ? fifo_fd(loop->frames) : -1,
			    .events = POLLIN },
		[TIMER] = { .fd = what == WAIT_TIME ? loop->timer_fd : -1, .events = POLLIN },
	};
	int n, err;

	if (what == WAIT_TIME)
		set_timer(loop, time_ns);
	for (;;) {
		play_buffers_recycle(loop->buffers);
		report_play_progress(loop, what == WAIT_SIGNAL ? RUN_WAITING : RUN_RUNNING);
		n = poll_all(loop, fds, ARRAY_SIZE(fds), what == WAIT_FRAME);
		if (n == -EINTR)
			continue;
		if (n < 0)
			return n;
		if (n == 0) {
			err = pool_check_device(loop->pool);
			if (err < 0)
				return err;
		}
		if (fds[SIGNAL].revents)
			return POOL_FLUSHING;
		if (fds[RESUME].revents && check_resume(loop))
			return 1;
		if (fds[FRAME].revents || fds[TIMER].revents || (loop->node && what == WAIT_FRAME))
			return 0;
	}
}

/* The node's output has changed its format: sets the device to it once it has shown the frames before. */
static int follow_node_format(struct play_loop *loop)
{
	int err = pool_drain(loop->pool, now_ns() + DRAIN_NS);

	if (err < 0)
		return finish_by_device(loop, err);
	err = loop->options->reconnect(loop->options->reconnect_opaque, &loop->pool);
	return err < 0 ? finish_playing(loop, END_ERROR, err) : 0;
}

/* *frame is NULL at the end, and after a change of the format. */
static int get_frame(struct play_loop *loop, struct frame **frame)
{
	int result;

	while ((result = peek_frame(loop)) == -EAGAIN) {
		result = wait_for(loop, WAIT_FRAME, 0);
		if (result < 0)
			return finish_by_device(loop, result);
	}
	if (result == POOL_FLUSHING) /* -ECANCELED of the reader */
		return finish_playing(loop, END_SIGNAL, 0);
	if (result == 0)
		return finish_playing(loop, END_EOS, 0);
	if (loop->node && result == POOL_RES_CHANGE)
		return follow_node_format(loop);
	if (loop->node && result < 0 && result != loop->node->read_error)
		return finish_by(loop, loop->node->m2m.node.path, result);
	if (result < 0)
		return finish_playing(loop, END_READ_ERROR, result);
	if (!loop->node)
		sem_post(&loop->credits);
	*frame = loop->next;
	loop->next = NULL;
	return 0;
}

/* Converts presentation time to time on the clock. */
static int64_t scale_time(const struct play_loop *loop, int64_t ns)
{
	double speed = loop->options->speed;

	return speed > 0 ? (int64_t)((double)ns / speed) : 0;
}

/* As wait_for(). Does not wait for the first frame. */
static int wait_for_pts(struct play_loop *loop, int64_t pts_ns, int64_t *due_ns)
{
	bool first = loop->origin_ns == 0;

	if (first)
		loop->origin_ns = now_ns() + LEAD_NS - scale_time(loop, pts_ns);
	*due_ns = loop->origin_ns + scale_time(loop, pts_ns);
	return !first && *due_ns > now_ns() ? wait_for(loop, WAIT_TIME, *due_ns) : 0;
}

/* Waits for the frame's time. Returns 0; 1 if it must be dropped because the next one is due as well; or a
 * negative errno as wait_for(). */
static int wait_until_due(struct play_loop *loop, const struct frame *frame, int64_t *due_ns)
{
	int result;

	check_resume(loop);
	*due_ns = now_ns();
	if (loop->options->speed <= 0)
		return 0;
	do {
		result = wait_for_pts(loop, frame->pts_ns, due_ns);
	} while (result > 0);
	if (result < 0)
		return result;
	return peek_frame(loop) > 0 && now_ns() >= loop->origin_ns + scale_time(loop, loop->next->pts_ns);
}

/* The time until the next frame, if there is one: durations in files may be wrong. */
static int64_t time_on_screen(struct play_loop *loop, const struct frame *frame)
{
	return scale_time(loop,
			  peek_frame(loop) > 0 ? loop->next->pts_ns - frame->pts_ns : frame->duration_ns);
}

static void count_interval(struct play_loop *loop, int64_t interval_ns)
{
	int64_t duration_ns = loop->last_duration_ns;

	stats_add(&loop->stats->interval_ns, interval_ns);
	if (duration_ns > 0 && interval_ns > duration_ns)
		loop->stats->repeated += (uint64_t)((interval_ns + duration_ns / 2) / duration_ns - 1);
}

static void count_played(struct play_loop *loop, const struct frame *frame, int64_t queue_ns, int64_t due_ns)
{
	struct play_loop_stats *stats = loop->stats;
	int64_t duration_ns = time_on_screen(loop, frame), late_ns = queue_ns - due_ns;

	if (stats->played++ == 0)
		stats->first_frame_ns = queue_ns - loop->start_ns;
	for (unsigned p = 0; p < frame->n_planes; p++)
		stats->bytes_played += frame->planes[p].bytes;
	stats->bytes_copied += frame->copied_bytes;
	if (frame->copied_bytes)
		stats->copied++;
	else
		stats->zero_copy++;
	if (loop->last_queue_ns)
		count_interval(loop, queue_ns - loop->last_queue_ns);
	loop->last_queue_ns = queue_ns;
	loop->last_pts_ns = frame->pts_ns;
	loop->last_duration_ns = duration_ns;
	loop->last_is_latest = true;
	if (loop->options->speed > 0) {
		stats->late += duration_ns > 0 && late_ns > duration_ns / 2;
		stats_add(&stats->pace_ns, late_ns);
	}
}

static int queue_to_device(struct play_loop *loop, struct frame *frame, int64_t due_ns, int64_t deadline_ns)
{
	struct buffer *buffer;

	if (loop->node)
		return play_node_queue(loop->node, frame, due_ns, deadline_ns);
	buffer = play_buffers_prepare(frame);
	buffer->info = (struct frame_info){ .timestamp_ns = due_ns };
	return pool_queue(loop->pool, buffer, deadline_ns);
}

static int queue_due_frame(struct play_loop *loop, struct frame *frame, int64_t due_ns)
{
	int64_t queue_ns = now_ns(), stall_ns = loop->options->stall_ns;
	int err = queue_to_device(loop, frame, due_ns, stall_ns ? queue_ns + stall_ns : 0);

	if (err == POOL_CORRUPT) {
		loop->stats->dropped++;
		return 0;
	}
	if (err < 0)
		return finish_by_device(loop, err);
	count_played(loop, frame, queue_ns, due_ns);
	return 0;
}

/* The frame queued last is shown until this one. */
static void set_last_duration(struct play_loop *loop, const struct frame *frame)
{
	if (loop->last_is_latest)
		loop->last_duration_ns = scale_time(loop, frame->pts_ns - loop->last_pts_ns);
	loop->last_is_latest = false;
}

static int refuse_copied(struct play_loop *loop)
{
	log_error("--require-zero-copy: %s: frames are copied: they have less than 8 KiB, or their layout "
		  "in the file is another",
		  pool_device(loop->pool)->path);
	return finish_playing(loop, END_ERROR, -ERANGE);
}

static int play_frame(struct play_loop *loop, struct frame *frame)
{
	const struct play_loop_options *options = loop->options;
	int64_t due_ns;
	int result;

	if (options->duration_ns && frame->pts_ns >= options->duration_ns)
		return finish_playing(loop, END_DURATION, 0);
	if (options->zero_copy && frame->copied_bytes)
		return refuse_copied(loop);
	loop->stats->read++;
	set_last_duration(loop, frame);
	result = wait_until_due(loop, frame, &due_ns);
	if (result < 0)
		return finish_by_device(loop, result);
	if (result > 0) {
		loop->stats->dropped++;
		return 0;
	}
	result = queue_due_frame(loop, frame, due_ns);
	if (result == 0 && !loop->done && options->count && loop->stats->played == options->count)
		return finish_playing(loop, END_COUNT, 0);
	return result;
}

/* The first frame is always queued: a virtual camera cannot be opened for reading before. */
static int wait_for_reader(struct play_loop *loop)
{
	struct pool *pool = loop->pool;
	int err = 0;

	if (!loop->options->on_demand || !loop->stats->played || pool_info(pool).n_readers)
		return 0;
	log_verbose("%s: nobody reads from it: waiting", pool_device(pool)->path);
	report_play_progress(loop, RUN_WAITING);
	while (err == 0 && !pool_info(pool).n_readers)
		err = pool_wait_event(pool);
	if (err < 0)
		return finish_by_device(loop, err);
	log_verbose("%s: has a reader: continuing", pool_device(pool)->path);
	restart_clock(loop);
	return 0;
}

/* How long to wait after pool_drain() so that the last frame is shown as long as the others. With a single
 * frame the device may not have started yet, and with write() the number of frames in the driver is
 * unknown. */
static int64_t linger_ns(const struct play_loop *loop)
{
	double fps = fraction_value(pool_format(loop->pool)->fps);
	int64_t period_ns = loop->last_duration_ns;

	if (period_ns <= 0 && fps > 0)
		period_ns = (int64_t)(1e9 / fps);
	return period_ns * (!pool_info(loop->pool).streams ? 4 : loop->stats->played == 1 ? 2 : 1);
}

static int show_last_frame(struct play_loop *loop)
{
	int err = pool_drain(loop->pool, now_ns() + DRAIN_NS);

	if (err < 0)
		return finish_by_device(loop, err);
	if (!loop->options->hold)
		err = wait_for(loop, WAIT_TIME, now_ns() + linger_ns(loop));
	while (loop->options->hold && err >= 0)
		err = wait_for(loop, WAIT_SIGNAL, 0);
	/* A signal during the time of the last frame does not end the run early. */
	return err < 0 && (loop->options->hold || err != POOL_FLUSHING) ? finish_by_device(loop, err) : 0;
}

int play_loop_run(struct play_loop *loop)
{
	int err = 0, last_err;

	while (err == 0 && !loop->done) {
		struct frame *frame = NULL;

		err = wait_for_reader(loop);
		if (err == 0 && !loop->done)
			err = get_frame(loop, &frame);
		if (frame) {
			err = play_frame(loop, frame);
			play_loop_free_frame(frame);
		}
		play_buffers_recycle(loop->buffers);
		report_play_progress(loop, RUN_RUNNING);
	}
	if (loop->stats->played == 0 || loop->end == END_SIGNAL || (err < 0 && loop->end != END_READ_ERROR))
		return err;
	last_err = show_last_frame(loop);
	return last_err < 0 ? last_err : err;
}
