/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decides what happens to a frame that the device loop of a recording has dequeued. */
#include "session/record_loop_frame.h"

#include <stdlib.h>
#include <linux/videodev2.h>
#include "base/log.h"
#include "session/buffer_ref.h"

struct frame record_loop_describe(const struct buffer *buffer)
{
	struct frame frame = {
		.n_planes = buffer->n_planes,
		.field = buffer->info.field,
		.key = buffer->info.flags & V4L2_BUF_FLAG_KEYFRAME,
		.damaged = buffer->info.flags & V4L2_BUF_FLAG_ERROR,
		/* libv4l2's memory has no page behind it; the spares of read() do. */
		.unpadded = pool_device(buffer->pool)->emulated && !buffer->spare,
	};

	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		frame.planes[p].data = plane_payload(&buffer->planes[p]);
		frame.planes[p].bytes = plane_payload_bytes(&buffer->planes[p]);
	}
	return frame;
}

int record_loop_reference(struct record_loop *loop, struct frame *frame, struct buffer *buffer)
{
	if (fifo_reserve(loop->returned, loop->n_refs + 1) < 0)
		return -ENOMEM;
	frame->memory = buffer_ref_create(buffer, loop->returned);
	if (!frame->memory)
		return -ENOMEM;
	loop->n_refs++;
	return 0;
}

void record_loop_append(struct record_loop *loop, struct record_frame *frame)
{
	*loop->end = frame;
	loop->end = &frame->next;
}

int record_loop_flush(struct record_loop *loop)
{
	struct record_frame *frame;
	int err = 0;

	while (err == 0 && !loop->refused && (frame = loop->first) && frame->stage == RECORD_READY) {
		loop->first = frame->next;
		if (!loop->first)
			loop->end = &loop->first;
		frame->next = NULL;
		err = fifo_put(loop->frames, frame, frame->frame.memory ? frame->info.bytes : 0);
		if (err < 0) {
			loop->refused = frame;
			record_loop_finish(loop, END_WRITE_ERROR, err);
		}
	}
	return err;
}

static int append_and_flush(struct record_loop *loop, struct record_frame *frame)
{
	record_loop_append(loop, frame);
	return record_loop_flush(loop);
}

struct record_frame *record_loop_new_frame(const struct record_loop *loop, enum frame_result result,
					   uint64_t lost)
{
	struct record_frame *frame = calloc(1, sizeof *frame);

	if (!frame) {
		log_no_memory();
		return NULL;
	}
	frame->info = loop->info;
	frame->result = result;
	frame->lost = lost;
	return frame;
}

/* Frames that are not written have a line in the frame log, too. */
static int log_frame(struct record_loop *loop, enum frame_result result, uint64_t lost)
{
	struct record_frame *frame;

	if (!loop->recording->options.frame_log)
		return 0;
	frame = record_loop_new_frame(loop, result, lost);
	return frame ? append_and_flush(loop, frame) : record_loop_finish(loop, END_ERROR, -ENOMEM);
}

/* Notes a usable frame, with or without memory for it. */
static void note_usable(struct record_loop *loop)
{
	loop->last_frame_ns = loop->info.dequeue_ns;
	loop->n_unusable = 0;
}

/* Ends the recording in time even if only unusable frames come. */
static int check_deadline(struct record_loop *loop)
{
	if (!loop->timestamps.first_dequeue_ns)
		loop->timestamps.first_dequeue_ns = loop->info.dequeue_ns;
	return record_loop_end_if_past(loop, loop->info.dequeue_ns);
}

/* Counts the frame. Returns the number of frames that the driver lost before it. */
static uint64_t count_frame(struct record_loop *loop)
{
	uint64_t lost = ledger_add(&loop->recording->ledger, &loop->info);

	if (loop->suspension.stopped_ns)
		suspension_count(&loop->suspension, record_loop_device(loop), lost,
				 pool_info(loop->recording->setup->pool).allocated);
	return lost;
}

int record_loop_lose_damaged(struct record_loop *loop)
{
	struct ledger *ledger = &loop->recording->ledger;
	uint64_t lost = count_frame(loop);
	int err;

	ledger->lost_error++;
	if (loop->recording->options.bad_frames == BAD_FRAMES_FAIL) {
		log_error("%s: frame %u is damaged, and --bad-frames=fail was given",
			  record_loop_device(loop), loop->info.sequence);
		record_loop_finish(loop, END_ERROR, -EBADMSG);
		log_frame(loop, FRAME_LOST_ERROR, lost);
		return -EBADMSG;
	}
	loop->n_unusable++;
	err = log_frame(loop, FRAME_LOST_ERROR, lost);
	return err < 0 ? err : check_deadline(loop);
}

int record_loop_lose_without_buffer(struct record_loop *loop)
{
	uint64_t lost = count_frame(loop);
	int err;

	loop->recording->ledger.lost_queue++;
	note_usable(loop);
	err = log_frame(loop, FRAME_LOST_QUEUE, lost);
	return err < 0 ? err : check_deadline(loop);
}

static int count_skipped_frame(struct record_loop *loop, uint64_t lost)
{
	loop->recording->ledger.skipped++;
	return log_frame(loop, FRAME_SKIPPED, lost);
}

bool record_loop_is_full(const struct record_loop *loop, uint64_t bytes)
{
	const struct recording *recording = loop->recording;
	/* bytes_taken is read before bytes_written: a frame written in between is counted twice rather than
	 * not at all. */
	uint64_t waiting = loop->bytes_sent - recording->ledger.bytes_taken;

	return recording->is_full ||
	       (recording->options.max_bytes &&
		recording->ledger.bytes_written + waiting + bytes > recording->options.max_bytes);
}

int record_loop_lose_for_want_of_memory(struct record_loop *loop)
{
	loop->recording->ledger.lost_queue++;
	return record_loop_finish(loop, END_ERROR, -ENOMEM);
}

static bool was_copied(const AVBufferRef *memory)
{
	return memory && buffer_ref_buffer(memory)->copied;
}

static void note_missing_field(struct record_loop *loop, const struct frame *frame)
{
	if (loop->recording->ledger.missing_fields++ == 0)
		log_warn("%s: frame %u has only its %s field: its lines are doubled, as those of others like "
			 "it",
			 record_loop_device(loop), loop->info.sequence, video_field_name(frame->field));
}

/* Takes over the references of `described`. */
static int send_frame(struct record_loop *loop, uint64_t lost, struct frame *described)
{
	struct record_frame *frame = record_loop_new_frame(loop, FRAME_WRITTEN, lost);

	if (!frame)
		return record_loop_lose_for_want_of_memory(loop);
	if (loop->pairs_fields && !described->second_memory)
		note_missing_field(loop, described);
	frame->copied = was_copied(described->memory) || was_copied(described->second_memory);
	frame->scarce = pool_is_low(loop->recording->setup->pool);
	frame->frame = *described;
	*described = (struct frame){ 0 };
	loop->n_sent++;
	loop->bytes_sent += loop->info.bytes;
	return append_and_flush(loop, frame);
}

/* Whether the frame comes before the first key frame of the stream, so that a decoder cannot use it. */
static bool is_before_key(struct record_loop *loop, const struct frame *frame)
{
	if (loop->has_key_frame)
		return false;
	loop->has_key_frame = parameter_sets_can_start(&loop->parameter_sets, frame);
	loop->recording->ledger.before_key += !loop->has_key_frame;
	return !loop->has_key_frame;
}

int record_loop_admit(struct record_loop *loop, struct frame *frame, uint64_t *lost)
{
	struct recording *recording = loop->recording;
	const struct record_options *options = &recording->options;
	int err = parameter_sets_examine(&loop->parameter_sets, frame);

	*lost = count_frame(loop);
	if (err < 0)
		return record_loop_lose_for_want_of_memory(loop);
	if (recording->ledger.skipped < options->skip) {
		note_usable(loop);
		loop->timestamps.first_dequeue_ns = 0; /* the duration begins after --skip */
		return count_skipped_frame(loop, *lost);
	}
	if (is_before_key(loop, frame)) {
		loop->n_unusable++;
		err = count_skipped_frame(loop, *lost);
		return err < 0 ? err : check_deadline(loop);
	}
	note_usable(loop);
	frame->pts_ns = capture_timestamps_add(&loop->timestamps, &loop->info);
	if (options->duration_ns && frame->pts_ns >= options->duration_ns) {
		record_loop_finish(loop, END_DURATION, 0);
		return count_skipped_frame(loop, *lost);
	}
	return 1;
}

int record_loop_sort_frame(struct record_loop *loop, struct frame *frame)
{
	const struct record_options *options = &loop->recording->options;
	uint64_t lost;
	int err = record_loop_admit(loop, frame, &lost);

	if (err <= 0)
		return err;
	if (record_loop_is_full(loop, loop->info.bytes)) {
		record_loop_finish(loop, END_SIZE, 0);
		return count_skipped_frame(loop, lost);
	}
	err = send_frame(loop, lost, frame);
	if (err == 0 && options->count && loop->n_sent == options->count)
		record_loop_finish(loop, END_COUNT, 0);
	return err;
}

void record_loop_leave_out(struct record_loop *loop)
{
	uint64_t lost = ledger_add(&loop->recording->ledger, &loop->info);

	if (loop->refused)
		loop->recording->ledger.skipped++;
	else
		count_skipped_frame(loop, lost);
}
