/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A playback's beginning and end. */
#include "session/playback.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "session/play_loop.h"

#define KEPT_BYTES (32 << 20)

static void wait_for_room(struct player *player)
{
	while (sem_wait(&player->ahead) < 0 && errno == EINTR)
		;
}

/* Reads until the end, or until the device loop takes no more. */
static void *file_thread(void *opaque)
{
	struct player *player = opaque;
	int result = 1, err = 0;

	while (result > 0 && err == 0) {
		struct frame *picture = calloc(1, sizeof *picture);

		wait_for_room(player);
		result = picture ? reader_next(player->playback->reader, picture) : log_no_memory();
		if (result > 0)
			err = fifo_put(player->pictures, picture, 0);
		if (picture && (result <= 0 || err < 0))
			picture_free(picture);
	}
	fifo_finish(player->pictures, result < 0 ? result : 0);
	return NULL;
}

static int player_open(struct player *player)
{
	int err;

	player->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (player->timer_fd < 0) {
		log_error("timerfd: %s", err_str(-errno));
		return -errno;
	}
	err = fifo_open(&player->blanks);
	if (err == 0)
		err = fifo_open(&player->pictures);
	if (err == 0)
		err = fifo_open(&player->home);
	if (err == 0)
		err = pool_start(player->pool);
	if (err == 0)
		err = blanks_open(player);
	if (err < 0)
		return err;
	pool_set_wakeup(player->pool, player->playback->options.signal_fd, -1);
	player->has_ahead = sem_init(&player->ahead, 0, player->n_ahead) == 0;
	err = -pthread_create(&player->file_thread, NULL, file_thread, player);
	player->threaded = err == 0;
	if (err < 0)
		log_error("no thread to read the file: %s", err_str(err));
	return err;
}

/* The device first; then the file thread, whose waits end; then all memory goes home. */
static void player_close(struct player *player)
{
	void *picture;

	pool_stop(player->pool);
	if (player->threaded) {
		reader_cancel(player->playback->reader);
		fifo_abandon(player->pictures, POOL_FLUSHING);
		fifo_finish(player->blanks, POOL_FLUSHING);
		sem_post(&player->ahead);
		pthread_join(player->file_thread, NULL);
	}
	while (player->pictures && fifo_try_get(player->pictures, &picture) > 0)
		picture_free(picture);
	reader_stop(player->playback->reader);
	blanks_close(player);
	fifo_close(player->blanks);
	fifo_close(player->pictures);
	fifo_close(player->home);
	if (player->has_ahead)
		sem_destroy(&player->ahead);
	if (player->timer_fd >= 0)
		close(player->timer_fd);
	pool_set_wakeup(player->pool, -1, -1);
}

int playback_run(struct playback *playback)
{
	struct player player = { .playback = playback, .pool = playback->pool, .timer_fd = -1 };
	int err;

	/* Frames are due to the microsecond; the kernel's usual slack for timers is 50. */
	prctl(PR_SET_TIMERSLACK, 1UL);
	/* What libav allocates a frame is as large as the last one: to give it back to the kernel in between,
	 * and have every page of it cleared anew, would cost more than a copy. */
	mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
	mallopt(M_TRIM_THRESHOLD, 4 * KEPT_BYTES);
	player.start_ns = player.progress_ns = now_ns();
	err = player_open(&player);
	if (err == 0)
		err = player_loop(&player);
	playback->bytes_copied += pool_info(playback->pool).bytes_copied;
	playback->wall_ns = now_ns() - player.start_ns;
	if (playback->interval_ns.count)
		playback->measured_fps = 1e9 / stats_mean(&playback->interval_ns);
	player_close(&player);
	return err;
}
