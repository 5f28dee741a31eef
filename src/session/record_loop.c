/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The device loop of a recording: takes frames from the pool and passes them to the file thread. */
#include "session/record_loop.h"

#include <string.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status_line.h"
#include "media/write/weaver.h"
#include "session/buffer_ref.h"
#include "session/record_encode.h"
#include "session/record_loop_frame.h"

/* --- fields in buffers of their own --- */

/* Moves the references of `field`. */
static void join_field(struct frame *frame, struct frame *field)
{
	if (!frame->memory) {
		*frame = *field;
	} else if (field->memory) {
		memcpy(frame->planes + frame->n_planes, field->planes,
		       field->n_planes * sizeof *field->planes);
		frame->n_planes += field->n_planes;
		frame->second_memory = field->memory;
		frame->damaged |= field->damaged;
	}
	*field = (struct frame){ 0 };
}

/* Processes both fields, or the only one. */
static int sort_fields(struct record_loop *loop)
{
	enum frame_result result = loop->fields_result;
	struct frame frame = loop->fields;
	int err;

	loop->info = field_pairs_take(&loop->pairs);
	loop->fields = (struct frame){ 0 };
	loop->fields_result = FRAME_WRITTEN;
	if (frame.memory && !frame.second_memory)
		loop->info.field = frame.field;
	if (frame.memory &&
	    !(result == FRAME_LOST_ERROR && loop->recording->options.bad_frames == BAD_FRAMES_FAIL))
		err = record_loop_sort_frame(loop, &frame);
	else
		err = result == FRAME_LOST_ERROR ? record_loop_lose_damaged(loop)
						 : record_loop_lose_without_buffer(loop);
	frame_unref(&frame);
	return err;
}

/* Moves the references of `field`; none where the result is a loss. Not if the recording ends with the field
 * before it. */
static int add_field(struct record_loop *loop, struct frame *field, enum frame_result result)
{
	struct frame_info info = loop->info;

	if (field_pairs_ends(&loop->pairs, &info)) {
		int err = sort_fields(loop);

		if (err < 0 || loop->done)
			return err;
	}
	field_pairs_add(&loop->pairs, &info);
	if (!loop->pairs.is_pair)
		field->field = loop->pairs.frame.field;
	join_field(&loop->fields, field);
	if (result != FRAME_WRITTEN)
		loop->fields_result = result;
	return loop->pairs.is_pair ? sort_fields(loop) : 0;
}

/* Drops a single field at the end of the stream, between the two fields of a frame. */
static void leave_field_out(struct record_loop *loop)
{
	if (!loop->pairs.has_first)
		return;
	loop->info = field_pairs_take(&loop->pairs);
	frame_unref(&loop->fields);
	record_loop_leave_out(loop);
}

/* --- buffers --- */

/* Empty buffers have no number. */
static int take_damaged(struct record_loop *loop)
{
	struct frame none = { 0 };

	return loop->pairs_fields && loop->info.bytes ? add_field(loop, &none, FRAME_LOST_ERROR)
						      : record_loop_lose_damaged(loop);
}

static int take_without_buffer(struct record_loop *loop)
{
	struct frame none = { 0 };

	return loop->pairs_fields ? add_field(loop, &none, FRAME_LOST_QUEUE)
				  : record_loop_lose_without_buffer(loop);
}

static bool is_usable(const struct record_loop *loop, const struct frame *frame)
{
	return (!frame->damaged || loop->recording->options.bad_frames == BAD_FRAMES_KEEP) &&
	       parameter_sets_has_unit(&loop->parameter_sets, frame);
}

/* A node that imports the camera's memory cannot access copies made by the queue. And if it holds all
 * buffers, the driver needs this one. */
static bool is_out_of_reach(const struct record_loop *loop, const struct buffer *buffer)
{
	return !loop->recording->setup->encoding->link.copies &&
	       (buffer->spare || !pool_has_queued(buffer->pool));
}

static int encode_buffer(struct record_loop *loop, struct buffer *buffer, struct frame *frame)
{
	const struct recording *recording = loop->recording;
	uint64_t lost;
	int err;

	if (is_out_of_reach(loop, buffer)) {
		pool_release(buffer->pool, buffer);
		return take_without_buffer(loop);
	}
	err = record_loop_admit(loop, frame, &lost);
	if (err <= 0) {
		pool_release(buffer->pool, buffer);
		return err;
	}
	err = record_encode_add(loop, buffer, frame->pts_ns, lost);
	if (err == 0 && recording->options.count &&
	    loop->n_sent + record_encode_pending(loop) >= recording->options.count)
		record_loop_finish(loop, END_COUNT, 0);
	return err;
}

static int take_buffer(struct record_loop *loop, struct buffer *buffer)
{
	struct recording *recording = loop->recording;
	struct frame frame = record_loop_describe(buffer);
	int err;

	if (recording->first_frame_ns == 0)
		recording->first_frame_ns = loop->info.dequeue_ns - loop->start_ns;
	if (!is_usable(loop, &frame)) {
		pool_release(recording->setup->pool, buffer);
		return take_damaged(loop);
	}
	if (loop->encode) {
		err = encode_buffer(loop, buffer, &frame);
		frame_unref(&frame); /* it may have contained parameter sets */
		return err;
	}
	if (record_loop_reference(loop, &frame, buffer) < 0) {
		pool_release(recording->setup->pool, buffer);
		ledger_add(&recording->ledger, &loop->info);
		return record_loop_lose_for_want_of_memory(loop);
	}
	err = loop->pairs_fields ? add_field(loop, &frame, FRAME_WRITTEN)
				 : record_loop_sort_frame(loop, &frame);
	frame_unref(&frame);
	return err;
}

/* Other timings need other buffers and another file. */
static int handle_source_change(struct record_loop *loop, const char *change)
{
	const struct record_options *options = &loop->recording->options;

	if (!options->renegotiate) {
		log_error("%s: the video source changed from %s, which needs another file: put %%03d in the "
			  "name '%s' to continue in the next one",
			  record_loop_device(loop), change, options->output.url);
		return record_loop_finish(loop, END_ERROR, POOL_RES_CHANGE);
	}
	log_warn("%s: the video source changed from %s: continuing in the next file",
		 record_loop_device(loop), change);
	loop->recording->source_changes++;
	loop->has_source_changed = loop->done = true;
	return 0;
}

static int handle_result(struct record_loop *loop, int result);

/* Waits for at most a second, so that the progress line shows that no frame comes. */
static int64_t wait_deadline(const struct record_loop *loop)
{
	int64_t deadline_ns = record_loop_deadline(loop), tick_ns;

	if (!loop->recording->options.progress)
		return deadline_ns;
	tick_ns = now_ns() + NS_PER_S;
	return deadline_ns && deadline_ns < tick_ns ? deadline_ns : tick_ns;
}

static int handle_timeout(struct record_loop *loop)
{
	return record_loop_end_if_past(loop, now_ns());
}

/* The stream must be restarted even if the timings turn out to be the same (kernel documentation,
 * V4L2_EVENT_SOURCE_CHANGE). With read() it continues, as only closing the device would stop it. */
static int check_source(struct record_loop *loop)
{
	struct recording *recording = loop->recording;
	struct device *device = &recording->setup->device;
	struct pool *pool = recording->setup->pool;
	char change[DV_TIMINGS_TEXT_MAX];
	int err = pool_pause(pool);

	record_loop_report_progress(loop, RUN_WAITING);
	if (err == 0)
		err = dv_timings_wait(device, recording->options.signal_fd, record_loop_deadline(loop),
				      &loop->source);
	if (err == 0)
		err = dv_timings_compare(device, &recording->setup->format, &loop->source, change);
	if (err > 0)
		return handle_source_change(loop, change);
	if (err == 0) {
		log_warn("%s: the video source was interrupted: %s", device->path,
			 pool_info(pool).streams ? "restarting the stream" : "continuing to read");
		recording->source_interruptions++;
		loop->last_frame_ns = now_ns(); /* not a stall of the device */
		err = pool_resume(pool);
	}
	return err < 0 ? handle_result(loop, err) : 0;
}

static int ignore(struct record_loop *loop)
{
	(void)loop;
	return 0;
}

/* Results of pool_dequeue() other than a frame. */
static const struct {
	enum pool_result result;
	int (*handle)(struct record_loop *loop); /* NULL: the recording ends */
	enum run_end end;
	bool is_error;
} results[] = {
	{ .result = POOL_WAKE, .handle = ignore }, /* the next iteration returns the buffers */
	{ .result = POOL_CORRUPT, .handle = take_damaged },
	{ .result = POOL_NOBUF, .handle = take_without_buffer },
	{ .result = POOL_TIMEOUT, .handle = handle_timeout },
	{ .result = POOL_RES_CHANGE, .handle = check_source },
	{ .result = POOL_EOS, .end = END_EOS },
	{ .result = POOL_FLUSHING, .end = END_SIGNAL },
	{ .result = POOL_DEVLOST, .end = END_DISCONNECT, .is_error = true },
};

static int handle_result(struct record_loop *loop, int result)
{
	for (size_t i = 0; i < ARRAY_SIZE(results); i++) {
		if ((int)results[i].result != result)
			continue;
		if (results[i].handle)
			return results[i].handle(loop);
		return record_loop_finish(loop, results[i].end, results[i].is_error ? result : 0);
	}
	return record_loop_finish(loop, END_ERROR, result);
}

/* Waits for the camera's next frame, and runs the codec nodes meanwhile. Returns as pool_dequeue(); POOL_WAKE
 * if a node has ended the recording. */
static int dequeue_next(struct record_loop *loop, struct buffer **buffer)
{
	struct pool *pool = loop->recording->setup->pool;
	int64_t deadline_ns = wait_deadline(loop);

	if (!loop->encode) {
		loop->n_refs -= buffer_ref_return(loop->returned, pool_is_low(pool));
		return pool_dequeue(pool, deadline_ns, buffer, &loop->info);
	}
	loop->node_err = record_encode_turn(loop, deadline_ns);
	return loop->done ? POOL_WAKE : pool_dequeue(pool, POOL_PAST, buffer, &loop->info);
}

static int run_stream(struct record_loop *loop)
{
	struct pool *pool = loop->recording->setup->pool;
	struct buffer *buffer;
	int err;

	capture_timestamps_begin(&loop->timestamps, pool_format(pool)->fps, pool_info(pool).streams,
				 now_ns());
	err = loop->recording->setup->encoding ? record_encode_start(loop) : pool_start(pool);
	if (err == POOL_DEVLOST && !loop->failed_node)
		return handle_result(loop, err);
	loop->last_frame_ns = loop->progress_ns = now_ns();
	loop->suspension = (struct suspension){ .resume_fd = loop->recording->options.resume_fd,
						.awake_ns = loop->last_frame_ns };
	while (err == 0 && !loop->done) {
		err = dequeue_next(loop, &buffer);
		if (suspension_check(&loop->suspension, now_ns()))
			loop->last_frame_ns = loop->suspension.awake_ns; /* not a stall of the device */
		err = err == 0 ? take_buffer(loop, buffer) : handle_result(loop, err);
		err = err < 0 ? err : loop->node_err;
		if (status_line_due(&loop->progress_ns, now_ns()))
			record_loop_report_progress(loop, RUN_RUNNING);
	}
	return record_encode_finish(loop, err);
}

int record_loop_run(struct record_loop *loop)
{
	const struct video_format *format = &loop->recording->setup->format;
	int err = parameter_sets_open(&loop->parameter_sets, format);

	loop->has_key_frame = false;
	loop->pairs_fields = format->field == FIELD_ALTERNATE && weaver_is_for(format);
	loop->pairs = (struct field_pairs){ .bottom_first = video_format_bottom_first(format) };
	err = err < 0 ? record_loop_finish(loop, END_ERROR, err) : run_stream(loop);
	leave_field_out(loop);
	parameter_sets_close(&loop->parameter_sets);
	return err;
}
