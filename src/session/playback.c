/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A playback: starts the device loop and the file thread, and ends them. */
#include "session/playback.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/wait_notice.h"

/* More than a frame of any usual size. */
#define MALLOC_KEEP_BYTES (32 << 20)

struct playback_threads {
	struct playback *playback;
	struct play_buffers buffers;
	struct play_loop loop;
	pthread_t file_thread;
	bool has_file_thread;
	const char *path; /* the file's, as the file thread changes reader_info() */
};

static void wait_for_credit(struct play_loop *loop)
{
	while (sem_wait(&loop->credits) < 0 && errno == EINTR)
		;
}

/* Reads until the end, or until the device loop takes no more frames. */
static void *read_frames(void *opaque)
{
	struct playback_threads *threads = opaque;
	struct play_loop *loop = &threads->loop;
	int result = 1, err = 0;

	while (result > 0 && err == 0) {
		struct frame *frame = calloc(1, sizeof *frame);

		wait_for_credit(loop);
		result = frame ? reader_next(threads->playback->reader, frame) : log_no_memory();
		if (result > 0)
			err = fifo_put(loop->frames, frame, 0);
		if (frame && (result <= 0 || err < 0))
			play_loop_free_frame(frame);
	}
	fifo_finish(loop->frames, result < 0 ? result : 0);
	return NULL;
}

static int start_reader(struct playback_threads *threads)
{
	struct playback *playback = threads->playback;
	struct play_buffers *buffers = &threads->buffers;
	struct reader_target target = {
		.format = *pool_format(playback->pool),
		.scaling = playback->scaling,
		.acquire = play_buffers_acquire,
		.opaque = buffers,
	};
	bool decoded = reader_info(playback->reader).codec_id != AV_CODEC_ID_RAWVIDEO;
	int err = play_buffers_open(buffers, playback->pool, decoded, playback->options.speed > 0);

	if (err < 0)
		return err;
	target.n_direct = buffers->n_direct;
	return reader_start(playback->reader, &target);
}

static int start_threads(struct playback_threads *threads)
{
	struct playback *playback = threads->playback;
	int err = playback->node ? 0 : pool_start(playback->pool);

	if (err == 0 && !playback->node)
		err = start_reader(threads);
	if (err == 0)
		err = play_loop_open(&threads->loop);
	if (err < 0)
		return err;
	threads->path = reader_info(playback->reader).path;
	pool_set_wakeup(playback->pool, playback->options.signal_fd, -1);
	err = -pthread_create(&threads->file_thread, NULL, read_frames, threads);
	threads->has_file_thread = err == 0;
	if (err < 0)
		log_error("cannot create a thread for the file: %s", err_str(err));
	return err;
}

/* STREAMOFF comes first, so that the device stops at once; buffers return to the pool when the file thread
 * and the reader have unreferenced them. */
static void stop_threads(struct playback_threads *threads)
{
	struct playback *playback = threads->playback;
	struct play_loop *loop = &threads->loop;

	if (playback->node)
		pool_link_stop(&playback->node->link);
	else
		pool_stop(playback->pool);
	if (threads->has_file_thread) {
		reader_cancel(playback->reader);
		fifo_abandon(loop->frames, -ECANCELED);
		play_buffers_cancel(loop->buffers);
		sem_post(&loop->credits);
		wait_notice_begin(threads->path, NULL, NULL);
		pthread_join(threads->file_thread, NULL);
		wait_notice_end();
	}
	play_loop_close(loop);
	reader_stop(playback->reader);
	if (!playback->node)
		play_buffers_close(&threads->buffers);
	pool_set_wakeup(loop->pool, -1, -1);
}

void playback_update_result(struct playback *playback)
{
	const struct stats *interval_ns = &playback->stats.interval_ns;

	playback->wall_ns = playback->start_ns ? now_ns() - playback->start_ns : 0;
	if (interval_ns->count)
		playback->measured_fps = 1e9 / stats_mean(interval_ns);
}

int playback_run(struct playback *playback)
{
	struct playback_threads threads = { .playback = playback };
	struct rate_fit shown;
	int err;

	playback->start_ns = now_ns();
	threads.loop = (struct play_loop){
		.options = &playback->options,
		.stats = &playback->stats,
		.pool = playback->pool,
		.buffers = playback->node ? &playback->node->buffers : &threads.buffers,
		.node = playback->node,
		.start_ns = playback->start_ns,
	};
	/* With the default timer slack of 50 us every frame would be late. */
	prctl(PR_SET_TIMERSLACK, 1UL);
	/* libav allocates and frees a frame's memory for each frame. If free() returned it to the kernel,
	 * which clears pages before it hands them out again, that would cost more than a copy. */
	mallopt(M_MMAP_THRESHOLD, MALLOC_KEEP_BYTES);
	mallopt(M_TRIM_THRESHOLD, 4 * MALLOC_KEEP_BYTES);
	err = start_threads(&threads);
	if (err == 0)
		err = play_loop_run(&threads.loop);
	playback->end = threads.loop.end;
	playback->pool = threads.loop.pool;
	if (!playback->node)
		playback->stats.bytes_copied += pool_info(playback->pool).bytes_copied;
	playback_update_result(playback);
	shown = pool_info(playback->pool).shown;
	rate_truth_judge(&playback->rate, pool_device(playback->pool), pool_format(playback->pool)->fps,
			 &shown);
	stop_threads(&threads);
	playback->stats.state = RUN_ENDED;
	return err;
}
