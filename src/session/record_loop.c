/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The device loop of a recording: takes frames from the queue and hands them over. */
#include "session/record_loop.h"

#include <stdlib.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status_line.h"
#include "session/entry.h"
#include "session/buffer_ref.h"

int session_finish(struct session *session, enum run_end end, int err)
{
	session->recording->end = end;
	session->done = true;
	return err;
}

/* Over to the file thread. Frees the item where that does not take it any more. */
static int hand_over(struct session *session, struct item *item, uint64_t bytes)
{
	int err = fifo_put(session->frames, item, bytes);

	if (err == 0)
		return 0;
	if (item->frame.memory)
		session->recording->ledger.lost_writer++;
	item_free(item);
	return session_finish(session, END_WRITE_ERROR, err);
}

static struct item *new_item(struct session *session, enum fate fate, uint64_t lost)
{
	struct item *item = calloc(1, sizeof *item);

	if (!item) {
		log_no_memory();
		return NULL;
	}
	item->info = session->last;
	item->fate = fate;
	item->lost = lost;
	return item;
}

/* A frame that is not written still has its line in the frame log. */
static int note(struct session *session, enum fate fate, uint64_t lost)
{
	struct item *item;

	if (!session->recording->options.frame_log)
		return 0;
	item = new_item(session, fate, lost);
	return item ? hand_over(session, item, 0) : session_finish(session, END_ERROR, -ENOMEM);
}

/* Enters the dequeued buffer into the books; returns how many frames the driver lost before it. */
static uint64_t enter(struct session *session)
{
	return entry_make(&session->recording->ledger, &session->last);
}

/* When a recording of a duration ends at the latest, whatever the frames say; 0: not known yet. */
static int64_t end_ns(const struct session *session)
{
	int64_t duration_ns = session->recording->options.duration_ns;

	return duration_ns && session->timestamps.first_dequeue_ns
		       ? session->timestamps.first_dequeue_ns + duration_ns + NS_PER_S
		       : 0;
}

static int take_lost(struct session *session, enum fate fate)
{
	uint64_t lost = enter(session);
	int64_t now = session->last.dequeue_ns;

	if (fate == FATE_ERROR)
		session->recording->ledger.lost_error++;
	else
		session->recording->ledger.lost_queue++;
	if (fate == FATE_ERROR && session->recording->options.bad_frames == BAD_FRAMES_FAIL) {
		log_error("%s: frame %u is damaged, and --bad-frames=fail was asked for",
			  session->device->path, session->last.sequence);
		session_finish(session, END_ERROR, -EBADMSG);
		note(session, fate, lost);
		return -EBADMSG;
	}
	/* Its time passes even where no frame can be written. */
	if (!session->timestamps.first_dequeue_ns)
		session->timestamps.first_dequeue_ns = now;
	if (end_ns(session) && now >= end_ns(session))
		session_finish(session, END_DURATION, 0);
	return note(session, fate, lost);
}

/* Fills in item->frame: the buffer's own memory, without a copy. */
static int reference_frame(struct session *session, struct item *item, struct buffer *buffer)
{
	struct frame *frame = &item->frame;

	/* buffer_ref_return() may be late for all buffers that are held. */
	if (fifo_reserve(session->home, session->n_refs + 1) < 0)
		return -ENOMEM;
	frame->memory = buffer_ref_create(buffer, session->home);
	if (!frame->memory)
		return -ENOMEM;
	session->n_refs++;
	frame->n_planes = buffer->n_planes;
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		frame->planes[p].data = plane_payload(&buffer->planes[p]);
		frame->planes[p].bytes = plane_payload_bytes(&buffer->planes[p]);
	}
	return 0;
}

static int lend(struct session *session, struct buffer *buffer, uint64_t lost, int64_t pts_ns)
{
	struct item *item = new_item(session, FATE_WRITTEN, lost);

	if (!item || reference_frame(session, item, buffer) < 0) {
		free(item);
		session->recording->ledger.lost_queue++;
		pool_release(session->pool, buffer);
		return session_finish(session, END_ERROR, -ENOMEM);
	}
	item->copied = buffer->copied;
	item->frame.pts_ns = pts_ns;
	item->frame.key = buffer->info.flags & V4L2_BUF_FLAG_KEYFRAME;
	item->frame.damaged = buffer->info.flags & V4L2_BUF_FLAG_ERROR;
	session->n_handed++;
	session->bytes_handed += buffer->info.bytes;
	return hand_over(session, item, buffer->info.bytes);
}

/* Whether the frame just dequeued is past what was asked for. */
static bool is_past_end(const struct session *session, int64_t pts_ns)
{
	const struct record_options *options = &session->recording->options;

	return options->duration_ns && pts_ns >= options->duration_ns;
}

static bool is_full(struct session *session)
{
	const struct recording *recording = session->recording;
	/* Read before bytes_written: a frame that the file takes meanwhile is then counted twice, not missed.
	 */
	uint64_t waiting = session->bytes_handed - recording->ledger.bytes_taken;

	return recording->options.max_bytes &&
	       recording->ledger.bytes_written + waiting + session->last.bytes > recording->options.max_bytes;
}

static int skip(struct session *session, struct buffer *buffer, uint64_t lost)
{
	session->recording->ledger.skipped++;
	if (!session->timestamps.started)
		session->timestamps.first_dequeue_ns = 0; /* nothing of it has begun */
	pool_release(session->pool, buffer);
	return note(session, FATE_SKIPPED, lost);
}

static int take_frame(struct session *session, struct buffer *buffer)
{
	struct recording *recording = session->recording;
	const struct record_options *options = &recording->options;
	uint64_t lost;
	int64_t pts_ns;
	int err;

	if (buffer->info.flags & V4L2_BUF_FLAG_ERROR && options->bad_frames != BAD_FRAMES_KEEP) {
		pool_release(session->pool, buffer);
		return take_lost(session, FATE_ERROR);
	}
	lost = enter(session);
	if (recording->ledger.skipped < options->skip)
		return skip(session, buffer, lost);
	pts_ns = capture_timestamps_add(&session->timestamps, &buffer->info);
	if (is_past_end(session, pts_ns) || is_full(session)) {
		session_finish(session, is_past_end(session, pts_ns) ? END_DURATION : END_SIZE, 0);
		return skip(session, buffer, lost);
	}
	err = lend(session, buffer, lost, pts_ns);
	if (err == 0 && options->count && session->n_handed == options->count)
		session_finish(session, END_COUNT, 0);
	return err;
}

static int take_outcome(struct session *session, int result);

int64_t session_deadline(const struct session *session)
{
	const struct record_options *options = &session->recording->options;
	int64_t stall_ns = options->stall_ns ? session->last_frame_ns + options->stall_ns : 0;
	int64_t end = end_ns(session);

	return !stall_ns || (end && end < stall_ns) ? end : stall_ns;
}

int session_timeout(struct session *session)
{
	const struct record_options *options = &session->recording->options;

	if (!options->stall_ns || now_ns() < session->last_frame_ns + options->stall_ns)
		return session_finish(session, END_DURATION, 0);
	log_error("%s: no frame for %.3g s: the device has stopped delivering (--stall-timeout sets how long "
		  "to wait)",
		  session->device->path, (double)options->stall_ns / NS_PER_S);
	return session_finish(session, END_STALL, POOL_TIMEOUT);
}

/* What the source sends now needs other buffers, and a file of its own. */
static int end_stretch(struct session *session, const char *change)
{
	const struct record_options *options = &session->recording->options;
	const char *path = session->device->path;

	if (!options->renegotiate) {
		log_error(
			"%s: the source changed from %s, which does not go into the same file: with %%03d in "
			"the name '%s' it would go on in the next",
			path, change, options->output.url);
		return session_finish(session, END_ERROR, POOL_RES_CHANGE);
	}
	log_warn("%s: the source changed from %s: going on in the next file", path, change);
	session->recording->source_changes++;
	session->has_new_source = session->done = true;
	return 0;
}

/* The stream has to be stopped even where the source turns out to be what it was. Reading would end only with
 * the device closed, and goes on. */
static int take_source_change(struct session *session)
{
	struct recording *recording = session->recording;
	struct pool *pool = session->pool;
	char change[DV_TIMINGS_TEXT_MAX];
	int err = pool_pause(pool);

	if (err == 0)
		err = dv_timings_wait(session->device, recording->options.signal_fd,
				      session_deadline(session), &session->source);
	if (err == 0)
		err = dv_timings_compare(session->device, recording->format, &session->source, change);
	if (err > 0)
		return end_stretch(session, change);
	if (err == 0) {
		log_warn("%s: the source was interrupted: %s", session->device->path,
			 pool_info(pool).streams ? "restarting the stream" : "reading on");
		recording->source_interruptions++;
		session->last_frame_ns = now_ns(); /* it was not the device that took so long */
		err = pool_resume(pool);
	}
	return err < 0 ? take_outcome(session, err) : 0;
}

static int take_no_buffer(struct session *session)
{
	return take_lost(session, FATE_QUEUE);
}

static int take_wake(struct session *session)
{
	(void)session; /* the next turn takes the buffers home */
	return 0;
}

static int take_damaged(struct session *session)
{
	return take_lost(session, FATE_ERROR);
}

/* What a turn can bring besides a frame: something to do, or the end. */
static const struct outcome {
	enum pool_result result;
	int (*take)(struct session *session); /* NULL: it is the end */
	enum run_end end;
	bool good;
} outcomes[] = {
	{ .result = POOL_WAKE, .take = take_wake },
	{ .result = POOL_CORRUPT, .take = take_damaged },
	{ .result = POOL_NOBUF, .take = take_no_buffer },
	{ .result = POOL_TIMEOUT, .take = session_timeout },
	{ .result = POOL_RES_CHANGE, .take = take_source_change },
	{ .result = POOL_EOS, .end = END_EOS, .good = true },
	{ .result = POOL_FLUSHING, .end = END_SIGNAL, .good = true },
	{ .result = POOL_DEVLOST, .end = END_DISCONNECT },
};

static int take_outcome(struct session *session, int result)
{
	for (size_t i = 0; i < ARRAY_SIZE(outcomes); i++) {
		const struct outcome *outcome = &outcomes[i];

		if ((int)outcome->result != result)
			continue;
		if (outcome->take)
			return outcome->take(session);
		return session_finish(session, outcome->end, outcome->good ? 0 : result);
	}
	return session_finish(session, END_ERROR, result);
}

/* One turn of the loop. Returns 0 to go on, or when it is done in good order. */
static int turn(struct session *session)
{
	struct pool *pool = session->pool;
	struct buffer *buffer;
	int result;

	session->n_refs -= buffer_ref_return(pool, session->home, pool_is_low(pool));
	result = pool_dequeue(pool, session_deadline(session), &buffer, &session->last);
	if (result == 0 || result == POOL_NOBUF)
		session->last_frame_ns = session->last.dequeue_ns;
	if (result == 0 && session->recording->first_frame_ns == 0)
		session->recording->first_frame_ns = session->last.dequeue_ns - session->start_ns;
	if (result == 0)
		return take_frame(session, buffer);
	return take_outcome(session, result);
}

static void show_progress(struct session *session)
{
	const struct record_options *options = &session->recording->options;

	if (options->progress && status_line_due(&session->progress_ns, session->last_frame_ns))
		options->progress(options->progress_opaque);
}

int session_loop(struct session *session)
{
	int err = pool_start(session->pool);

	if (err == POOL_DEVLOST)
		return take_outcome(session, err);
	session->last_frame_ns = session->progress_ns = now_ns();
	while (err == 0 && !session->done) {
		err = turn(session);
		show_progress(session);
	}
	return err;
}
