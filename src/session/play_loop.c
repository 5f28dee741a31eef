/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The device loop of a playback: shows each picture at its time. */
#include "session/play_loop.h"

#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status_line.h"

#define STALL_NS (10 * NS_PER_S)
#define DRAIN_NS (2 * NS_PER_S)
/* The first frame goes out so much ahead of its time: what it takes to start the device, whose clock begins
 * then and which gives buffers back by it, must not make the others late. */
#define LEAD_NS NS_PER_MS

int player_finish(struct player *player, enum run_end end, int err)
{
	player->playback->end = end;
	player->done = true;
	return err;
}

static void set_timer(struct player *player, int64_t due_ns)
{
	struct itimerspec at = { .it_value = { .tv_sec = due_ns / NS_PER_S, .tv_nsec = due_ns % NS_PER_S } };

	timerfd_settime(player->timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

/* When the program was stopped and goes on, the next picture is due now: no burst makes up for the pause, and
 * no interval tells of it. */
static bool was_stopped(struct player *player)
{
	struct signalfd_siginfo news; /* an eventfd's are shorter */

	if (read(player->playback->options.resume_fd, &news, sizeof news) <= 0)
		return false;
	player->origin_ns = player->last_queue_ns = 0;
	return true;
}

int player_wait(struct player *player, enum wait_for what, int64_t due_ns)
{
	struct pollfd entries[] = {
		{ .fd = player->playback->options.signal_fd, .events = POLLIN },
		{ .fd = player->playback->options.resume_fd, .events = POLLIN },
		{ .fd = fifo_fd(player->home), .events = POLLIN },
		{ .fd = what == WAIT_PICTURE ? fifo_fd(player->pictures) : -1, .events = POLLIN },
		{ .fd = what == WAIT_TIME ? player->timer_fd : -1, .events = POLLIN },
	};

	if (what == WAIT_TIME)
		set_timer(player, due_ns);
	for (;;) {
		blanks_feed(player);
		if (poll(entries, ARRAY_SIZE(entries), -1) < 0) {
			if (errno != EINTR)
				return -errno;
			continue;
		}
		if (entries[0].revents)
			return POOL_FLUSHING;
		if (entries[1].revents && was_stopped(player))
			return 1;
		if (entries[3].revents || entries[4].revents)
			return 0;
	}
}

static int next_picture(struct player *player, struct frame **picture)
{
	void *item;
	int result;

	while ((result = fifo_try_get(player->pictures, &item)) == -EAGAIN) {
		result = player_wait(player, WAIT_PICTURE, 0);
		if (result < 0)
			break;
	}
	if (result == POOL_FLUSHING)
		return player_finish(player, END_SIGNAL, 0);
	if (result == 0)
		return player_finish(player, END_EOS, 0);
	if (result < 0)
		return player_finish(player, END_READ_ERROR, result);
	sem_post(&player->ahead);
	player->playback->read++;
	*picture = item;
	return 0;
}

/* A stretch of presentation time as it passes on the clock. */
static int64_t at_speed(const struct player *player, int64_t ns)
{
	double speed = player->playback->options.speed;

	return speed > 0 ? (int64_t)((double)ns / speed) : 0;
}

static int wait_until_due(struct player *player, const struct frame *frame, int64_t *due_ns)
{
	bool first = player->origin_ns == 0;

	if (first)
		player->origin_ns = now_ns() + LEAD_NS - at_speed(player, frame->pts_ns);
	*due_ns = player->origin_ns + at_speed(player, frame->pts_ns);
	return !first && *due_ns > now_ns() ? player_wait(player, WAIT_TIME, *due_ns) : 0;
}

/* Waits for the picture's time. Returns 0; 1 when it is too late for it, the next one being due as well; or
 * POOL_FLUSHING. */
static int keep_time(struct player *player, const struct frame *frame, int64_t *due_ns)
{
	int64_t duration_ns = at_speed(player, frame->duration_ns), late_ns;
	int result;

	was_stopped(player);
	*due_ns = now_ns();
	if (player->playback->options.speed <= 0)
		return 0;
	while ((result = wait_until_due(player, frame, due_ns)) > 0)
		; /* a pause moved its time */
	if (result < 0)
		return result;
	late_ns = now_ns() - *due_ns;
	return duration_ns > 0 && late_ns > duration_ns && fifo_level(player->pictures).items > 0;
}

/* The frame before stood for as many as would have had their time since. */
static void count_interval(struct player *player, int64_t interval_ns)
{
	int64_t duration_ns = player->last_duration_ns;

	stats_add(&player->playback->interval_ns, interval_ns);
	if (duration_ns > 0 && interval_ns > duration_ns)
		player->playback->repeated += (uint64_t)((interval_ns + duration_ns / 2) / duration_ns - 1);
}

static void count_pace(struct player *player, int64_t duration_ns, int64_t late_ns)
{
	struct playback *playback = player->playback;

	if (playback->options.speed <= 0)
		return;
	playback->late += duration_ns > 0 && late_ns > duration_ns / 2;
	stats_add(&playback->pace_ns, late_ns);
}

static void count_played(struct player *player, const struct frame *frame, int64_t queue_ns, int64_t due_ns)
{
	struct playback *playback = player->playback;

	if (playback->played++ == 0)
		playback->first_frame_ns = queue_ns - player->start_ns;
	for (unsigned p = 0; p < frame->n_planes; p++)
		playback->bytes_played += frame->planes[p].bytes;
	playback->bytes_copied += frame->copied_bytes;
	if (frame->copied_bytes)
		playback->copied++;
	else
		playback->zero_copy++;
	if (player->last_queue_ns)
		count_interval(player, queue_ns - player->last_queue_ns);
	player->last_queue_ns = queue_ns;
	player->last_duration_ns = at_speed(player, frame->duration_ns);
	count_pace(player, player->last_duration_ns, queue_ns - due_ns);
}

/* What pool_queue() expects and says nothing of, but cannot happen to a device that only takes frames. */
static int end_by_device(struct player *player, int err)
{
	const char *path = pool_device(player->pool)->path;

	if (err == POOL_FLUSHING)
		return player_finish(player, END_SIGNAL, 0);
	if (err == POOL_DEVLOST)
		return player_finish(player, END_DISCONNECT, err);
	if (err == POOL_TIMEOUT) {
		log_error("%s: the device takes no more frames", path);
		return player_finish(player, END_STALL, err);
	}
	if (err == POOL_EOS || err == POOL_RES_CHANGE || err == POOL_NOBUF)
		log_error("%s: %s", path,
			  err == POOL_EOS          ? "the driver ended the stream"
			  : err == POOL_RES_CHANGE ? "the device changed its resolution"
						   : "the device has no buffer left");
	return player_finish(player, END_ERROR, err);
}

/* The picture is the driver's from here on, or freed. */
static int show(struct player *player, struct frame *picture, int64_t due_ns)
{
	struct frame frame = *picture;
	struct buffer *buffer = picture_buffer(picture);
	int64_t queue_ns = now_ns();
	int err;

	buffer->info = (struct frame_info){ .timestamp_ns = due_ns };
	err = pool_queue(player->pool, buffer, queue_ns + STALL_NS);
	if (err == POOL_CORRUPT) {
		player->playback->dropped++;
		return 0;
	}
	if (err < 0)
		return end_by_device(player, err);
	count_played(player, &frame, queue_ns, due_ns);
	return 0;
}

static bool is_past_end(struct player *player, const struct frame *frame)
{
	const struct playback_options *options = &player->playback->options;

	if (!options->duration_ns || frame->pts_ns < options->duration_ns)
		return false;
	player->playback->read--; /* it was only looked at */
	player_finish(player, END_DURATION, 0);
	return true;
}

static int play_picture(struct player *player, struct frame *picture)
{
	struct playback *playback = player->playback;
	int64_t due_ns;
	int err;

	if (is_past_end(player, picture)) {
		picture_free(picture);
		return 0;
	}
	err = keep_time(player, picture, &due_ns);
	if (err == 0)
		err = show(player, picture, due_ns);
	else
		picture_free(picture);
	if (err == 0 && !player->done && playback->played == playback->options.count)
		player_finish(player, END_COUNT, 0);
	if (err == POOL_FLUSHING)
		return player_finish(player, END_SIGNAL, 0);
	playback->dropped += err > 0;
	return err < 0 ? err : 0;
}

static void show_progress(struct player *player)
{
	const struct playback_options *options = &player->playback->options;

	if (options->progress && status_line_due(&player->progress_ns, player->last_queue_ns))
		options->progress(options->progress_opaque);
}

/* How long after the drain the last frame has surely been seen as long as any other: a device that was given
 * but one frame may not have begun to show it, and write() does not tell what the kernel still holds. */
static int64_t farewell_ns(const struct player *player)
{
	double fps = fraction_value(pool_format(player->pool)->fps);
	int64_t period_ns = player->last_duration_ns;

	if (period_ns <= 0 && fps > 0)
		period_ns = (int64_t)(1e9 / fps);
	return period_ns * (!pool_info(player->pool).streams ? 4 : player->playback->played == 1 ? 2 : 1);
}

static int show_last(struct player *player)
{
	const struct playback *playback = player->playback;
	int err;

	err = pool_drain(player->pool, now_ns() + DRAIN_NS);
	if (err < 0)
		return end_by_device(player, err);
	while (err >= 0 && playback->options.hold)
		err = player_wait(player, WAIT_SIGNAL, 0);
	if (!playback->options.hold)
		player_wait(player, WAIT_TIME, now_ns() + farewell_ns(player));
	return 0;
}

/* The first frame is shown to nobody, if need be: only a device with a frame on it can be watched. After a
 * wait the next picture is due at once, as after a pause. */
static int wait_for_watcher(struct player *player)
{
	struct pool *pool = player->pool;
	int err = 0;

	if (!player->playback->options.on_demand || !player->playback->played || pool_info(pool).n_readers)
		return 0;
	log_verbose("%s: nobody watches: waiting", pool_device(pool)->path);
	while (err == 0 && !pool_info(pool).n_readers)
		err = pool_wait_event(pool);
	if (err < 0)
		return end_by_device(player, err);
	log_verbose("%s: somebody watches: playing on", pool_device(pool)->path);
	player->origin_ns = player->last_queue_ns = 0;
	return 0;
}

int player_loop(struct player *player)
{
	const struct playback *playback = player->playback;
	int err = 0, last;

	while (err == 0 && !player->done) {
		struct frame *picture = NULL;

		err = wait_for_watcher(player);
		if (err == 0 && !player->done)
			err = next_picture(player, &picture);
		if (picture)
			err = play_picture(player, picture);
		blanks_feed(player);
		show_progress(player);
	}
	if (playback->played == 0 || playback->end == END_SIGNAL ||
	    (err < 0 && playback->end != END_READ_ERROR))
		return err;
	last = show_last(player);
	return last < 0 ? last : err;
}
