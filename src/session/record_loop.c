/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The device loop of a recording: takes frames from the pool and passes them to the file thread. */
#include "session/record_loop.h"

#include <stdlib.h>
#include <linux/videodev2.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status_line.h"
#include "device/obstacles.h"
#include "session/buffer_ref.h"

int record_loop_finish(struct record_loop *loop, enum run_end end, int err)
{
	loop->recording->end = end;
	loop->done = true;
	return err;
}

static const char *device_path(const struct record_loop *loop)
{
	return loop->recording->setup->device.path;
}

/* Passes it to the file thread, which frees it. Where that has ended by an error, the frame is left to
 * loop->refused, and the recording ends. */
static int put_frame(struct record_loop *loop, struct record_frame *frame)
{
	int err = fifo_put(loop->frames, frame, frame->frame.memory ? frame->info.bytes : 0);

	if (err == 0)
		return 0;
	loop->refused = frame;
	return record_loop_finish(loop, END_WRITE_ERROR, err);
}

/* For the frame dequeued last. NULL: no memory, logged. */
static struct record_frame *new_record_frame(const struct record_loop *loop, enum frame_result result,
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

/* A frame that is not written still has its line in the frame log. */
static int log_frame(struct record_loop *loop, enum frame_result result, uint64_t lost)
{
	struct record_frame *frame;

	if (!loop->recording->options.frame_log)
		return 0;
	frame = new_record_frame(loop, result, lost);
	return frame ? put_frame(loop, frame) : record_loop_finish(loop, END_ERROR, -ENOMEM);
}

/* When the duration has passed even if the timestamps do not say so; 0: not known yet. */
static int64_t duration_end(const struct record_loop *loop)
{
	int64_t duration_ns = loop->recording->options.duration_ns;

	return duration_ns && loop->timestamps.first_dequeue_ns
		       ? loop->timestamps.first_dequeue_ns + duration_ns + NS_PER_S
		       : 0;
}

int64_t record_loop_deadline(const struct record_loop *loop)
{
	const struct record_options *options = &loop->recording->options;
	int64_t stall_ns = options->stall_ns ? loop->last_frame_ns + options->stall_ns : 0;
	int64_t end_ns = duration_end(loop);

	return !stall_ns || (end_ns && end_ns < stall_ns) ? end_ns : stall_ns;
}

static void report_stall(const struct record_loop *loop)
{
	double seconds = (double)loop->recording->options.stall_ns / NS_PER_S;
	char text[64];

	if (!loop->n_unusable) {
		snprintf(text, sizeof text, "%.3g s", seconds);
		obstacle_report(device_path(loop), OBSTACLE_NO_FRAMES, text, NULL);
		return;
	}
	snprintf(text, sizeof text, "%llu frames of %.3g s", (unsigned long long)loop->n_unusable, seconds);
	obstacle_report(device_path(loop), OBSTACLE_UNUSABLE_FRAMES, text,
			loop->has_key_frame ? "damaged or empty"
					    : "damaged, empty, or before the first key frame");
}

int record_loop_time_out(struct record_loop *loop)
{
	const struct record_options *options = &loop->recording->options;

	if (!options->stall_ns || now_ns() < loop->last_frame_ns + options->stall_ns)
		return record_loop_finish(loop, END_DURATION, 0);
	report_stall(loop);
	return record_loop_finish(loop, END_STALL, POOL_TIMEOUT);
}

static int end_if_past(struct record_loop *loop, int64_t time_ns)
{
	int64_t deadline_ns = record_loop_deadline(loop);

	return deadline_ns && time_ns >= deadline_ns ? record_loop_time_out(loop) : 0;
}

/* Of a frame that can be used, whether there is memory for it or not. */
static void note_usable(struct record_loop *loop)
{
	loop->last_frame_ns = loop->info.dequeue_ns;
	loop->n_unusable = 0;
}

/* The recording ends in time also where frames keep coming that cannot be used. */
static int check_deadline(struct record_loop *loop)
{
	if (!loop->timestamps.first_dequeue_ns)
		loop->timestamps.first_dequeue_ns = loop->info.dequeue_ns;
	return end_if_past(loop, loop->info.dequeue_ns);
}

static int lose_damaged(struct record_loop *loop)
{
	struct ledger *ledger = &loop->recording->ledger;
	uint64_t lost = ledger_add(ledger, &loop->info);
	int err;

	ledger->lost_error++;
	if (loop->recording->options.bad_frames == BAD_FRAMES_FAIL) {
		log_error("%s: frame %u is damaged, and --bad-frames=fail was given", device_path(loop),
			  loop->info.sequence);
		record_loop_finish(loop, END_ERROR, -EBADMSG);
		log_frame(loop, FRAME_LOST_ERROR, lost);
		return -EBADMSG;
	}
	loop->n_unusable++;
	err = log_frame(loop, FRAME_LOST_ERROR, lost);
	return err < 0 ? err : check_deadline(loop);
}

static int lose_without_buffer(struct record_loop *loop)
{
	uint64_t lost = ledger_add(&loop->recording->ledger, &loop->info);

	int err;

	loop->recording->ledger.lost_queue++;
	note_usable(loop);
	err = log_frame(loop, FRAME_LOST_QUEUE, lost);
	return err < 0 ? err : check_deadline(loop);
}

static int skip_frame(struct record_loop *loop, struct buffer *buffer, uint64_t lost)
{
	loop->recording->ledger.skipped++;
	pool_release(loop->recording->setup->pool, buffer);
	return log_frame(loop, FRAME_SKIPPED, lost);
}

/* Whether the frame dequeued last would exceed max_bytes. */
static bool is_full(const struct record_loop *loop)
{
	const struct recording *recording = loop->recording;
	/* bytes_taken is read before bytes_written: a frame that is written in between counts twice rather
	 * than not at all. */
	uint64_t waiting = loop->bytes_sent - recording->ledger.bytes_taken;

	return recording->options.max_bytes &&
	       recording->ledger.bytes_written + waiting + loop->info.bytes > recording->options.max_bytes;
}

/* What the driver says of the frame, without a reference to its memory. */
static struct frame describe_frame(const struct buffer *buffer)
{
	struct frame frame = {
		.n_planes = buffer->n_planes,
		.key = buffer->info.flags & V4L2_BUF_FLAG_KEYFRAME,
		.damaged = buffer->info.flags & V4L2_BUF_FLAG_ERROR,
		/* libv4l2's own memory; what read() fills is ours. */
		.unpadded = pool_device(buffer->pool)->emulated && !buffer->spare,
	};

	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		frame.planes[p].data = plane_payload(&buffer->planes[p]);
		frame.planes[p].bytes = plane_payload_bytes(&buffer->planes[p]);
	}
	return frame;
}

static int reference_buffer(struct record_loop *loop, struct frame *frame, struct buffer *buffer)
{
	if (fifo_reserve(loop->returned, loop->n_refs + 1) < 0)
		return -ENOMEM;
	frame->memory = buffer_ref_create(buffer, loop->returned);
	if (!frame->memory)
		return -ENOMEM;
	loop->n_refs++;
	return 0;
}

static int lose_for_want_of_memory(struct record_loop *loop, struct buffer *buffer)
{
	loop->recording->ledger.lost_queue++;
	pool_release(loop->recording->setup->pool, buffer);
	return record_loop_finish(loop, END_ERROR, -ENOMEM);
}

/* Takes what `described` refers to. */
static int send_frame(struct record_loop *loop, struct buffer *buffer, uint64_t lost, struct frame *described)
{
	struct record_frame *frame = new_record_frame(loop, FRAME_WRITTEN, lost);

	if (!frame || reference_buffer(loop, described, buffer) < 0) {
		free(frame);
		return lose_for_want_of_memory(loop, buffer);
	}
	frame->copied = buffer->copied;
	frame->scarce = pool_is_low(buffer->pool);
	frame->frame = *described;
	described->parameter_sets = NULL;
	loop->n_sent++;
	loop->bytes_sent += buffer->info.bytes;
	return put_frame(loop, frame);
}

/* Whether the stream's first key frame is still to come. A decoder cannot use what is before it. */
static bool is_before_key(struct record_loop *loop, const struct frame *frame)
{
	if (loop->has_key_frame)
		return false;
	loop->has_key_frame = parameter_sets_can_start(&loop->parameter_sets, frame);
	loop->recording->ledger.before_key += !loop->has_key_frame;
	return !loop->has_key_frame;
}

/* Sends the frame or leaves it out. */
static int sort_frame(struct record_loop *loop, struct buffer *buffer, struct frame *frame)
{
	struct recording *recording = loop->recording;
	const struct record_options *options = &recording->options;
	uint64_t lost = ledger_add(&recording->ledger, &loop->info);
	int err = parameter_sets_examine(&loop->parameter_sets, frame);

	if (err < 0)
		return lose_for_want_of_memory(loop, buffer);
	if (recording->ledger.skipped < options->skip) {
		note_usable(loop);
		loop->timestamps.first_dequeue_ns = 0; /* the duration begins after --skip */
		return skip_frame(loop, buffer, lost);
	}
	if (is_before_key(loop, frame)) {
		loop->n_unusable++;
		err = skip_frame(loop, buffer, lost);
		return err < 0 ? err : check_deadline(loop);
	}
	note_usable(loop);
	frame->pts_ns = capture_timestamps_add(&loop->timestamps, &loop->info);
	if (options->duration_ns && frame->pts_ns >= options->duration_ns) {
		record_loop_finish(loop, END_DURATION, 0);
		return skip_frame(loop, buffer, lost);
	}
	if (is_full(loop)) {
		record_loop_finish(loop, END_SIZE, 0);
		return skip_frame(loop, buffer, lost);
	}
	err = send_frame(loop, buffer, lost, frame);
	if (err == 0 && options->count && loop->n_sent == options->count)
		record_loop_finish(loop, END_COUNT, 0);
	return err;
}

static bool is_usable(const struct record_loop *loop, const struct frame *frame)
{
	return (!frame->damaged || loop->recording->options.bad_frames == BAD_FRAMES_KEEP) &&
	       parameter_sets_has_unit(&loop->parameter_sets, frame);
}

static int record_frame(struct record_loop *loop, struct buffer *buffer)
{
	struct recording *recording = loop->recording;
	struct frame frame = describe_frame(buffer);
	int err;

	if (recording->first_frame_ns == 0)
		recording->first_frame_ns = loop->info.dequeue_ns - loop->start_ns;
	if (!is_usable(loop, &frame)) {
		pool_release(recording->setup->pool, buffer);
		return lose_damaged(loop);
	}
	err = sort_frame(loop, buffer, &frame);
	av_buffer_unref(&frame.parameter_sets);
	return err;
}

/* Other timings need other buffers and another file. */
static int end_stream(struct record_loop *loop, const char *change)
{
	const struct record_options *options = &loop->recording->options;

	if (!options->renegotiate) {
		log_error("%s: the video source changed from %s, which needs another file: put %%03d in the "
			  "name '%s' to go on in the next one",
			  device_path(loop), change, options->output.url);
		return record_loop_finish(loop, END_ERROR, POOL_RES_CHANGE);
	}
	log_warn("%s: the video source changed from %s: going on in the next file", device_path(loop),
		 change);
	loop->recording->source_changes++;
	loop->has_source_changed = loop->done = true;
	return 0;
}

static int handle_result(struct record_loop *loop, int result);

/* Waiting ends each second, so that the progress line shows that no frame comes. */
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
	return end_if_past(loop, now_ns());
}

/* The stream has to be restarted even if the timings turn out to be the same (kernel documentation,
 * V4L2_EVENT_SOURCE_CHANGE). read() continues: only closing the device would stop it. */
static int check_source(struct record_loop *loop)
{
	struct recording *recording = loop->recording;
	struct device *device = &recording->setup->device;
	struct pool *pool = recording->setup->pool;
	char change[DV_TIMINGS_TEXT_MAX];
	int err = pool_pause(pool);

	if (err == 0)
		err = dv_timings_wait(device, recording->options.signal_fd, record_loop_deadline(loop),
				      &loop->source);
	if (err == 0)
		err = dv_timings_compare(device, &recording->setup->format, &loop->source, change);
	if (err > 0)
		return end_stream(loop, change);
	if (err == 0) {
		log_warn("%s: the video source was interrupted: %s", device->path,
			 pool_info(pool).streams ? "restarting the stream" : "reading on");
		recording->source_interruptions++;
		loop->last_frame_ns = now_ns(); /* not a stall of the device's */
		err = pool_resume(pool);
	}
	return err < 0 ? handle_result(loop, err) : 0;
}

static int ignore(struct record_loop *loop)
{
	(void)loop;
	return 0;
}

/* What pool_dequeue() returns in place of a frame. */
static const struct {
	enum pool_result result;
	int (*handle)(struct record_loop *loop); /* NULL: the recording ends */
	enum run_end end;
	bool is_error;
} results[] = {
	{ .result = POOL_WAKE, .handle = ignore }, /* the next iteration returns the buffers */
	{ .result = POOL_CORRUPT, .handle = lose_damaged },
	{ .result = POOL_NOBUF, .handle = lose_without_buffer },
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

static void call_progress(struct record_loop *loop)
{
	struct recording *recording = loop->recording;

	if (!recording->options.progress || !status_line_due(&loop->progress_ns, now_ns()))
		return;
	recording->last_frame_ns = loop->last_frame_ns;
	recording->backlog = fifo_level(loop->frames);
	recording->options.progress(recording->options.progress_opaque);
}

static int run_stream(struct record_loop *loop)
{
	struct pool *pool = loop->recording->setup->pool;
	struct buffer *buffer;
	int err;

	capture_timestamps_begin(&loop->timestamps, pool_format(pool)->fps, pool_info(pool).streams,
				 now_ns());
	err = pool_start(pool);
	if (err == POOL_DEVLOST)
		return handle_result(loop, err);
	loop->last_frame_ns = loop->progress_ns = now_ns();
	while (err == 0 && !loop->done) {
		loop->n_refs -= buffer_ref_return(pool, loop->returned, pool_is_low(pool));
		err = pool_dequeue(pool, wait_deadline(loop), &buffer, &loop->info);
		err = err == 0 ? record_frame(loop, buffer) : handle_result(loop, err);
		call_progress(loop);
	}
	return err;
}

int record_loop_run(struct record_loop *loop)
{
	int err = parameter_sets_open(&loop->parameter_sets, &loop->recording->setup->format);

	loop->has_key_frame = false;
	err = err < 0 ? record_loop_finish(loop, END_ERROR, err) : run_stream(loop);
	parameter_sets_close(&loop->parameter_sets);
	return err;
}
