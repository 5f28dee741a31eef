/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A recording's beginning and end. */
#include "session/record.h"

#include <stdlib.h>
#include "base/clock.h"
#include "base/log.h"
#include "session/buffer_ref.h"
#include "session/record_loop.h"

static void *file_thread(void *opaque)
{
	struct session *session = opaque;
	void *item;
	int err = 0;

	while (err == 0 && fifo_get(session->frames, &item) > 0)
		err = sink_take(session->sink, item);
	if (err < 0)
		fifo_abandon(session->frames, err);
	return NULL;
}

/* One stretch is from a start of the pool to its stop. */
static int stretch_open(struct session *session)
{
	int err = fifo_open(&session->frames);

	if (err == 0)
		err = fifo_open(&session->home);
	if (err < 0)
		return session_finish(session, END_ERROR, err);
	err = -pthread_create(&session->file_thread, NULL, file_thread, session);
	if (err < 0) {
		log_error("no thread for the file: %s", err_str(err));
		return session_finish(session, END_ERROR, err);
	}
	session->threaded = true;
	pool_set_wakeup(session->pool, session->recording->options.signal_fd, fifo_fd(session->home));
	return 0;
}

static void note_level(struct recording *recording, struct fifo_level level)
{
	if (level.max_items > recording->high_water.max_items)
		recording->high_water.max_items = level.max_items;
	if (level.max_bytes > recording->high_water.max_bytes)
		recording->high_water.max_bytes = level.max_bytes;
}

/* Stops the device first, lets the file thread write what it still has, and then takes all buffers home. */
static void stretch_close(struct session *session)
{
	struct recording *recording = session->recording;
	void *item;

	if (session->home)
		session->n_refs -= buffer_ref_return(session->pool, session->home, false);
	pool_stop(session->pool);
	if (session->threaded) {
		fifo_finish(session->frames, 0);
		pthread_join(session->file_thread, NULL);
	}
	session->threaded = false;
	while (session->frames && fifo_try_get(session->frames, &item) > 0)
		sink_lose(session->sink, item);
	/* The file, too, may still refer to the last frame. */
	session->cut_err = sink_cut(session->sink);
	if (session->home)
		session->n_refs -= buffer_ref_return(session->pool, session->home, true);
	if (session->frames)
		note_level(recording, fifo_level(session->frames));
	fifo_close(session->frames);
	fifo_close(session->home);
	session->frames = session->home = NULL;
	pool_set_wakeup(session->pool, -1, -1);
	recording->pool_info = pool_info(session->pool);
	recording->ledger.copied += recording->pool_info.n_copied;
	recording->ledger.bytes_copied += recording->pool_info.bytes_copied;
}

static int stretch(struct session *session)
{
	int err = stretch_open(session);

	if (err == 0)
		err = session_loop(session);
	stretch_close(session);
	return err;
}

/* After a change of the source, or with a device that was lost and came back. Returns whether the recording
 * goes on. */
static bool go_on(struct session *session, int *err)
{
	struct recording *recording = session->recording;
	struct record_options *options = &recording->options;

	if (session->cut_err < 0)
		return false;
	if (session->has_new_source)
		*err = options->renegotiate(options->device_opaque, &session->source,
					    session_deadline(session), &recording->pool);
	else if (recording->end == END_DISCONNECT && options->reopen)
		*err = options->reopen(options->device_opaque, &recording->pool);
	else
		return false;
	session->pool = recording->pool;
	if (*err == 0) {
		session->done = session->has_new_source = false;
		recording->end = END_ERROR;
		options->output.format = *recording->format;
		return true;
	}
	if (*err == POOL_FLUSHING)
		*err = session_finish(session, END_SIGNAL, 0);
	else if (*err == POOL_TIMEOUT && session->has_new_source)
		*err = session_timeout(session);
	return false;
}

static void sum_up(struct session *session)
{
	struct recording *recording = session->recording;
	const struct capture_timestamps *timestamps = &session->timestamps;
	uint64_t written = recording->ledger.written;

	recording->latency_ns = timestamps->latency_ns;
	recording->interval_ns = timestamps->interval_ns;
	if (timestamps->last_pts_ns > 0)
		recording->measured_fps =
			(double)timestamps->interval_ns.count * NS_PER_S / (double)timestamps->last_pts_ns;
	recording->ledger.zero_copy =
		written > recording->ledger.copied ? written - recording->ledger.copied : 0;
	recording->wall_ns = now_ns() - session->start_ns;
}

int record_run(struct recording *recording)
{
	struct session *session = calloc(1, sizeof *session);
	uint64_t repacked_bytes;
	int err, close_err;

	if (!session)
		return log_no_memory();
	session->recording = recording;
	session->pool = recording->pool;
	session->device = pool_device(recording->pool);
	session->start_ns = now_ns();
	recording->pool_info = pool_info(recording->pool);
	err = sink_open(&session->sink, recording);
	if (err < 0) {
		session_finish(session, END_WRITE_ERROR, err);
	} else {
		do
			err = stretch(session);
		while (go_on(session, &err));
		recording->ledger.copied += sink_repacked(session->sink, &repacked_bytes);
		recording->ledger.bytes_copied += repacked_bytes;
	}
	close_err = sink_close(session->sink);
	if (close_err < 0 && err == 0)
		err = session_finish(session, END_WRITE_ERROR, close_err);
	sum_up(session);
	free(session);
	return err;
}

void record_close(struct recording *recording)
{
	for (size_t i = 0; i < recording->n_files; i++) {
		free(recording->files[i].path);
		free(recording->files[i].container);
		free(recording->files[i].codec);
	}
	free(recording->files);
	recording->files = NULL;
	recording->n_files = 0;
}
