/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recording: its consecutive streams, and the file thread of each. */
#include "session/record.h"

#include <stdlib.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/output_file.h"
#include "base/wait_notice.h"
#include "media/write/weaver.h"
#include "session/buffer_ref.h"
#include "session/reconnect.h"
#include "session/record_encode.h"
#include "session/record_loop.h"

static void *file_thread(void *opaque)
{
	struct record_loop *loop = opaque;
	void *frame;
	int err = 0;

	while (err == 0 && fifo_get(loop->frames, &frame) > 0)
		err = record_file_write(loop->file, frame);
	if (err < 0)
		fifo_abandon(loop->frames, err);
	return NULL;
}

static void close_fifos(struct record_loop *loop)
{
	fifo_close(loop->frames);
	fifo_close(loop->returned);
	loop->frames = loop->returned = NULL;
}

static int start_file_thread(struct record_loop *loop)
{
	int err = fifo_open(&loop->frames);

	if (err == 0)
		err = fifo_open(&loop->returned);
	if (err == 0) {
		err = -pthread_create(&loop->file_thread, NULL, file_thread, loop);
		if (err < 0)
			log_error("cannot create a thread for the file: %s", err_str(err));
	}
	if (err < 0) {
		close_fifos(loop);
		return record_loop_finish(loop, END_ERROR, err);
	}
	pool_set_wakeup(loop->recording->setup->pool, loop->recording->options.signal_fd,
			fifo_fd(loop->returned));
	return 0;
}

static bool has_next_stream(const struct record_loop *loop)
{
	const struct recording *recording = loop->recording;
	bool reopens = recording->end == END_DISCONNECT && recording->options.reopen;

	return loop->failed_node ? reopens && !loop->has_source_changed : reopens || loop->has_source_changed;
}

/* Whether the writer must not wait for long any more. A signal ends its waits by the descriptor; after
 * --count and the like there is no hurry. */
static bool is_broken_off(const struct record_loop *loop)
{
	enum run_end end = loop->recording->end;

	return !has_next_stream(loop) && (end == END_DISCONNECT || end == END_STALL || end == END_ERROR);
}

/* Discards the frames after the one that the file thread did not take. */
static void discard_unsent(struct record_loop *loop)
{
	struct record_frame *frame;

	while ((frame = loop->first)) {
		loop->first = frame->next;
		frame->next = NULL;
		record_file_discard(loop->file, frame);
	}
	loop->end = &loop->first;
}

/* Stops the device first, then lets the file thread write its remaining frames, after which all buffers are
 * back in the pool. Returns the file's error. */
static int stop_stream(struct record_loop *loop)
{
	struct recording *recording = loop->recording;
	struct pool *pool = recording->setup->pool;
	void *frame;
	int err;

	loop->n_refs -= buffer_ref_return(loop->returned, false);
	if (loop->encode)
		record_encode_stop(loop);
	pool_stop(pool);
	fifo_finish(loop->frames, 0);
	output_file_set_ending(is_broken_off(loop));
	wait_notice_begin(recording->options.output.url, record_file_progress, loop->file);
	pthread_join(loop->file_thread, NULL);
	wait_notice_end();
	output_file_set_ending(false);
	while (fifo_try_get(loop->frames, &frame) > 0)
		record_file_discard(loop->file, frame);
	if (loop->refused)
		record_file_discard(loop->file, loop->refused);
	loop->refused = NULL;
	discard_unsent(loop);
	/* The muxer may hold a reference to the last frame. */
	err = record_file_end_segment(loop->file);
	loop->n_refs -= buffer_ref_return(loop->returned, true);
	record_loop_update_result(loop);
	loop->counted = (struct pool_info){ 0 };
	close_fifos(loop);
	pool_set_wakeup(pool, -1, -1);
	if (loop->encode)
		record_encode_close(loop);
	return err;
}

/* Sets the device up for the next stream. Returns 1; 0: the recording ends without error; or a negative
 * errno, logged. */
static int reconnect(struct record_loop *loop)
{
	struct recording *recording = loop->recording;
	const struct record_options *options = &recording->options;
	int err;

	if (loop->has_source_changed)
		err = reconnect_renegotiate(recording->setup, recording->setup_options, &loop->source,
					    options->signal_fd, record_loop_deadline(loop));
	else
		err = reconnect_reopen(recording->setup, recording->setup_options, loop->failed_node,
				       options->signal_fd, options->reopen_timeout_ns);
	if (err == POOL_FLUSHING)
		return record_loop_finish(loop, END_SIGNAL, 0);
	if (err == POOL_TIMEOUT && loop->has_source_changed)
		return record_loop_time_out(loop);
	if (err < 0)
		return err;
	loop->done = loop->has_source_changed = false;
	loop->failed_node = NULL;
	loop->node_err = 0;
	recording->end = END_ERROR;
	return 1;
}

static int record_streams(struct record_loop *loop)
{
	int err, file_err;

	do {
		err = start_file_thread(loop);
		if (err < 0)
			return err;
		err = record_loop_run(loop);
		record_loop_report_progress(loop, has_next_stream(loop) ? RUN_WAITING : RUN_ENDING);
		file_err = stop_stream(loop);
		if (file_err < 0 || !has_next_stream(loop))
			return err;
		err = reconnect(loop);
	} while (err > 0);
	return err;
}

/* Logs the field order, unless pictures are whole frames. */
static void log_fields(const struct recording *recording)
{
	const struct video_format *format = &recording->setup->format;
	const char *path = recording->setup->device.path, *name = video_field_name(format->field);

	if (weaver_is_for(format))
		log_verbose("%s: the fields (%s) are woven into frames, the %s one first", path, name,
			    video_format_bottom_first(format) ? "bottom" : "top");
	else if (format->field == FIELD_TOP || format->field == FIELD_BOTTOM)
		log_warn("%s: the device delivers the %s field of each frame alone, half of its lines", path,
			 name);
	else if (format->field == FIELD_ALTERNATE)
		log_warn("%s: the device delivers top and bottom fields in turn, and they cannot be woven: "
			 "each is a picture in the file, of half a frame's lines",
			 path);
	else if (format->field == FIELD_SEQ_TB || format->field == FIELD_SEQ_BT)
		log_warn("%s: the device delivers frames as one field after the other (%s), and they cannot "
			 "be woven: the file has them as they are",
			 path, name);
}

static int check_node_copies(const struct encoding *encoding)
{
	const struct pool_link *link;

	while (encoding && !encoding->link.copies)
		encoding = encoding->next;
	if (!encoding)
		return 0;
	link = &encoding->link;
	log_error("--require-zero-copy: frames get into %s only by a %s: %s", encoding->encoder.m2m.node.path,
		  link->fill ? "conversion" : "copy", link->reasons);
	return -ERANGE;
}

static int check_queue_copies(const struct recording *recording)
{
	if (!recording->options.output.zero_copy)
		return 0;
	if (recording->setup->encoding)
		return check_node_copies(recording->setup->encoding);
	if (!recording->pool_info.copies)
		return 0;
	log_error("--require-zero-copy: %s: %s", recording->setup->device.path,
		  recording->pool_info.streams ? "the driver overwrites frames, which are copied for that"
					       : "read() copies each frame");
	return -ERANGE;
}

int record_run(struct recording *recording)
{
	struct record_loop *loop = calloc(1, sizeof *loop);
	int err, close_err;

	if (!loop)
		return log_no_memory();
	loop->recording = recording;
	atomic_store(&recording->disk_left_ns, -1);
	loop->end = &loop->first;
	loop->start_ns = now_ns();
	recording->pool_info = pool_info(recording->setup->pool);
	log_fields(recording);
	err = check_queue_copies(recording);
	if (err == 0)
		err = record_file_open(&loop->file, recording);
	if (err < 0)
		record_loop_finish(loop, END_WRITE_ERROR, err);
	else
		err = record_streams(loop);
	close_err = record_file_close(loop->file);
	if (close_err < 0 && err == 0)
		err = record_loop_finish(loop, END_WRITE_ERROR, close_err);
	record_loop_update_result(loop);
	rate_truth_judge(&recording->rate, &recording->setup->device, recording->setup->format.fps,
			 &loop->timestamps.rate);
	recording->state = RUN_ENDED;
	free(loop);
	return err;
}

int64_t record_disk_left_ns(const struct recording *recording)
{
	struct recording *r =
		(struct recording *)recording; /* C11's atomic_load() takes no pointer to const */

	return atomic_load(&r->disk_left_ns);
}

void record_close(struct recording *recording)
{
	for (size_t i = 0; i < recording->n_files; i++)
		output_file_free(&recording->files[i]);
	free(recording->files);
	recording->files = NULL;
	recording->n_files = recording->files_capacity = 0;
}
