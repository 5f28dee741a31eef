/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Passes frames to a node that encodes or converts them, and takes its output. */
#include "session/record_encode_internal.h"

#include <errno.h>
#include <linux/videodev2.h>
#include "base/clock.h"
#include "base/log.h"
#include "m2m/codec_controls.h"
#include "session/record_loop_frame.h"

/* The most later frames that a node may return before an earlier one. */
#define MAX_OVERTAKEN 4

static bool is_at(const struct record_encode *encode, const struct record_frame *frame,
		  enum record_stage stage)
{
	return frame->stage == stage && frame->node == encode->index;
}

/* Sets the result of a frame that does not go to the file. */
static void leave_out(struct record_encode *encode, struct record_frame *frame, enum frame_result result)
{
	struct ledger *ledger = &encode->loop->recording->ledger;

	if (frame->stage == RECORD_WAITING)
		encode->n_waiting--;
	else
		encode->n_encoding--;
	if (frame->raw)
		pool_release(frame->raw->pool, frame->raw);
	frame->raw = NULL;
	frame->stage = RECORD_READY;
	frame->result = result;
	if (result == FRAME_SKIPPED)
		ledger->skipped++;
	else if (result == FRAME_LOST_QUEUE)
		ledger->lost_queue++;
	else
		ledger->lost_codec++;
}

void record_encode_leave_out(struct record_encode *encode, enum record_stage stage, enum frame_result result)
{
	for (struct record_frame *frame = encode->loop->first; frame; frame = frame->next)
		if (is_at(encode, frame, stage))
			leave_out(encode, frame, result);
}

/* --- into the node --- */

void record_encode_enter(struct record_encode *encode, struct record_frame *frame, struct buffer *buffer)
{
	if (encode->n_waiting + encode->n_encoding == 0)
		encode->active_ns = now_ns();
	frame->copied |= buffer->copied || encode->encoding->link.copies;
	frame->raw = buffer;
	frame->stage = RECORD_WAITING;
	frame->node = encode->index;
	frame->n_overtaken = 0;
	encode->n_waiting++;
}

/* Whether a key frame is needed: frames were lost before this one, or the segment is to end. */
static bool needs_key(const struct record_encode *encode, const struct record_frame *frame)
{
	const struct record_options *options = &encode->loop->recording->options;
	int64_t passed_ns = frame->frame.pts_ns - encode->segment_pts_ns;

	if (encode->parameter_sets.intra_only || encode->asked_pts_ns != NO_KEY_ASKED)
		return false;
	return encode->has_gap ||
	       (encode->has_key_frame &&
		((options->segment_ns && passed_ns >= options->segment_ns) ||
		 (options->segment_bytes && encode->segment_bytes >= options->segment_bytes)));
}

/* If key frames cannot be requested, the node starts a new stream, once it has returned its frames. */
static int ask_for_key(struct record_encode *encode, const struct record_frame *frame)
{
	int err = 0;

	encode->asked_pts_ns = frame->frame.pts_ns;
	encode->has_gap = false;
	if (encode->encoding->encoder.can_force_key && codec_controls_force_key(&encode->m2m->node) == 0)
		return 0;
	err = m2m_drain(encode->m2m, encode->empty.n_planes ? &encode->empty : NULL);
	encode->restarting = err == 0;
	if (err == POOL_NOBUF)
		encode->asked_pts_ns = NO_KEY_ASKED;
	return err == POOL_NOBUF || err == -ENOTTY ? 0 : err;
}

/* Makes the timestamp unique: the node's driver copies it to the coded frame, which is found by it. */
static void set_timestamp(struct record_encode *encode, struct record_frame *frame)
{
	int64_t least_ns = encode->last_timestamp_ns + NS_PER_US;

	frame->node_timestamp_ns = frame->info.timestamp_ns / NS_PER_US * NS_PER_US;
	if (frame->node_timestamp_ns < least_ns)
		frame->node_timestamp_ns = least_ns;
	encode->last_timestamp_ns = frame->node_timestamp_ns;
	frame->raw->info.timestamp_ns = frame->node_timestamp_ns;
}

static int queue_raw(struct record_encode *encode, struct record_frame *frame)
{
	int64_t last_ns = encode->last_timestamp_ns;
	struct buffer empty = *frame->raw;
	int err;

	set_timestamp(encode, frame);
	err = pool_link_queue(&encode->encoding->link, frame->raw);
	if (err == POOL_NOBUF) {
		encode->last_timestamp_ns = last_ns;
		return err;
	}
	frame->raw = NULL;
	if (err < 0) { /* the link has released it */
		leave_out(encode, frame, FRAME_LOST_CODEC);
		return err == POOL_CORRUPT ? 0 : err;
	}
	if (!encode->encoding->link.copies) {
		encode->empty = empty;
		encode->empty.pool = NULL;
		encode->empty.done = NULL;
	}
	frame->stage = RECORD_ENCODING;
	encode->n_waiting--;
	encode->n_encoding++;
	return 0;
}

int record_encode_feed(struct record_encode *encode)
{
	int err = 0;

	for (struct record_frame *frame = encode->loop->first; err == 0 && encode->n_waiting && frame;
	     frame = frame->next) {
		if (frame->stage != RECORD_READY && frame->node < encode->index)
			break; /* an encoder gets frames in order, even if a converter reorders them */
		if (!is_at(encode, frame, RECORD_WAITING))
			continue;
		if (needs_key(encode, frame))
			err = ask_for_key(encode, frame);
		if (encode->m2m->is_draining)
			return err;
		if (err == 0)
			err = queue_raw(encode, frame);
	}
	return err == POOL_NOBUF ? 0 : err;
}

/* --- out of the node --- */

/* Finds the frame by its timestamp, which most drivers copy; otherwise in order. */
static struct record_frame *find_frame(const struct record_encode *encode, const struct frame_info *info)
{
	bool copied = (info->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_COPY;
	struct record_frame *first = NULL;

	for (struct record_frame *frame = encode->loop->first; frame; frame = frame->next) {
		if (!is_at(encode, frame, RECORD_ENCODING))
			continue;
		if (copied && frame->node_timestamp_ns == info->timestamp_ns)
			return frame;
		if (!first)
			first = frame;
	}
	return copied ? NULL : first;
}

/* Marks frames as lost that the node took before this one, and that have not come out long after it. */
static void lose_overtaken(struct record_encode *encode, const struct record_frame *until)
{
	for (struct record_frame *frame = encode->loop->first; frame != until; frame = frame->next)
		if (is_at(encode, frame, RECORD_ENCODING) && ++frame->n_overtaken >= MAX_OVERTAKEN)
			leave_out(encode, frame, FRAME_LOST_CODEC);
}

static void note_segment(struct record_encode *encode, const struct record_frame *frame)
{
	const struct record_options *options = &encode->loop->recording->options;
	int64_t pts_ns = frame->frame.pts_ns;

	if (encode->asked_pts_ns != NO_KEY_ASKED && pts_ns >= encode->asked_pts_ns)
		encode->asked_pts_ns = NO_KEY_ASKED;
	if (frame->frame.key &&
	    ((options->segment_ns && pts_ns - encode->segment_pts_ns >= options->segment_ns) ||
	     (options->segment_bytes && encode->segment_bytes >= options->segment_bytes))) {
		encode->segment_pts_ns = pts_ns;
		encode->segment_bytes = 0;
	}
	encode->segment_bytes += frame->info.bytes;
}

/* Counts a lost coded frame, and has a key frame requested, for which the node need not start a new stream.
 * One that was requested before comes after this frame, unless it is this frame. */
static void lose_coded(struct record_encode *encode, struct record_frame *frame, enum frame_result result)
{
	bool asked = encode->asked_pts_ns != NO_KEY_ASKED;

	if (asked && frame->frame.pts_ns >= encode->asked_pts_ns)
		encode->asked_pts_ns = NO_KEY_ASKED;
	encode->has_gap = encode->encoding->encoder.can_force_key &&
			  (encode->has_gap || encode->asked_pts_ns == NO_KEY_ASKED);
	leave_out(encode, frame, result);
}

/* Sends the coded frame to the file, unless the file cannot begin with it or has no room. Takes *coded. */
static int keep_coded(struct record_encode *encode, struct record_frame *frame, struct frame *coded)
{
	struct record_loop *loop = encode->loop;
	int err = parameter_sets_examine(&encode->parameter_sets, coded);

	if (err < 0) {
		frame_unref(coded);
		leave_out(encode, frame, FRAME_LOST_QUEUE);
		return record_loop_finish(loop, END_ERROR, -ENOMEM);
	}
	encode->has_key_frame |= parameter_sets_can_start(&encode->parameter_sets, coded);
	if (!encode->has_key_frame || record_loop_is_full(loop, frame->info.bytes)) {
		if (encode->has_key_frame)
			record_loop_finish(loop, END_SIZE, 0);
		loop->recording->ledger.before_key += !encode->has_key_frame;
		frame_unref(coded);
		leave_out(encode, frame, FRAME_SKIPPED);
		return 0;
	}
	coded->pts_ns = frame->frame.pts_ns;
	frame->frame = *coded;
	frame->stage = RECORD_READY;
	encode->n_encoding--;
	loop->n_sent++;
	loop->bytes_sent += frame->info.bytes;
	note_segment(encode, frame);
	return 0;
}

/* A frame that comes after a later one is a B frame, unless all are key frames. Files store frames in the
 * camera's order, in which B frames could not be decoded. */
static bool is_out_of_order(struct record_encode *encode, const struct record_frame *frame)
{
	if (!frame->n_overtaken || encode->next || encode->parameter_sets.intra_only)
		return false;
	if (!encode->said_reordered)
		log_warn("%s: the encoder makes B frames, which cannot be recorded and are dropped: "
			 "--codec-opt profile=baseline may avoid them",
			 encode->m2m->node.path);
	encode->said_reordered = true;
	return true;
}

/* Frames that the driver marks as damaged are lost, except with --bad-frames=keep. */
static int take_coded(struct record_encode *encode, struct buffer *buffer, const struct frame_info *info)
{
	struct record_loop *loop = encode->loop;
	bool keeps_damaged = loop->recording->options.bad_frames == BAD_FRAMES_KEEP;
	struct record_frame *frame = find_frame(encode, info);
	struct frame coded = record_loop_describe(buffer);
	bool is_late = frame && is_out_of_order(encode, frame);
	bool is_good = frame && (!coded.damaged || keeps_damaged) && !is_late;
	int err = 0;

	encode->active_ns = info->dequeue_ns;
	encode->ended = false;
	if (is_good && encode->next) {
		encode->n_encoding--;
		record_encode_enter(encode->next, frame, buffer);
	} else if (is_good && record_loop_reference(loop, &coded, buffer) == 0) {
		frame->info.bytes = info->bytes;
		frame->scarce = pool_is_low(buffer->pool);
		err = keep_coded(encode, frame, &coded);
	} else {
		if (is_late) /* no other frame needs it */
			leave_out(encode, frame, FRAME_LOST_CODEC);
		else if (frame)
			lose_coded(encode, frame, FRAME_LOST_CODEC);
		pool_release(buffer->pool, buffer);
	}
	if (frame)
		lose_overtaken(encode, frame);
	return err < 0 ? err : record_loop_flush(encode->loop);
}

/* Handles the end of the node's stream, by a drain or on its own. */
static int take_end(struct record_encode *encode)
{
	const char *path = encode->m2m->node.path;
	const char *job = conversion_job_name(encode->m2m->conversion.job);

	if (!encode->restarting) {
		if (encode->ended) {
			log_error("%s: the %s keeps ending its stream, with %llu frames in it", path, job,
				  (unsigned long long)encode->n_encoding);
			return -EIO;
		}
		log_warn("%s: the %s ended its stream unexpectedly: restarting it", path, job);
		encode->ended = true;
	}
	encode->restarting = false;
	return m2m_restart(encode->m2m);
}

/* Handles a frame for which the node returned nothing usable, or for which there was no memory. */
static int take_loss(struct record_encode *encode, const struct frame_info *info, enum frame_result result)
{
	struct record_frame *frame = find_frame(encode, info);

	encode->active_ns = info->dequeue_ns;
	if (frame)
		lose_coded(encode, frame, result);
	return record_loop_flush(encode->loop);
}

int record_encode_take(struct record_encode *encode)
{
	struct frame_info info = { 0 };
	struct buffer *buffer;
	int err = pool_dequeue(encode->m2m->capture_pool, POOL_PAST, &buffer, &info);

	if (err == POOL_TIMEOUT || err == POOL_RES_CHANGE || (err == POOL_NOBUF && !info.dequeue_ns))
		return 0;
	if (err == 0)
		err = take_coded(encode, buffer, &info);
	else if (err == POOL_CORRUPT)
		err = take_loss(encode, &info, FRAME_LOST_CODEC);
	else if (err == POOL_NOBUF)
		err = take_loss(encode, &info, FRAME_LOST_QUEUE);
	else if (err == POOL_EOS && (encode->restarting || !encode->m2m->is_draining))
		err = take_end(encode);
	return err < 0 ? err : 1;
}
