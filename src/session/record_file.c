/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file side of a recording: its segments, one writer after another, and the frame log. */
#include "session/record_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/output_file.h"
#include "base/wait_notice.h"
#include "session/record_file_internal.h"

/* The longest that frames wait for the rate. */
#define MAX_WAIT_NS (NS_PER_S / 2)

int record_file_open(struct record_file **out, struct recording *recording)
{
	const struct record_options *options = &recording->options;
	struct record_file *file = calloc(1, sizeof *file);
	int err;

	if (!file)
		return log_no_memory();
	file->recording = recording;
	pthread_mutex_init(&file->shown.lock, NULL);
	file->lines_end = &file->lines;
	err = record_segment_prepare(file);
	if (err == 0 && options->has_pre_roll)
		err = record_event_open(file);
	if (err == 0 && !file->has_own_logs)
		err = frame_log_open(&file->log, options->frame_log, options->output.partial_suffix);
	if (err == 0)
		err = record_failure_open(file);
	if (err == -EAGAIN)
		err = file->failure;
	if (err == 0 && options->has_pre_roll)
		err = record_segment_check_name(file);
	if (err == 0 && options->has_pre_roll)
		err = record_event_check(file);
	if (err < 0) {
		record_file_close(file);
		return err;
	}
	*out = file;
	return 0;
}

/* Opens the segment for the frame. Returns as record_failure_open(). */
static int begin_segment(struct record_file *file, const struct record_frame *frame)
{
	int err = 0;

	if (file->writer && record_segment_is_full(file, frame))
		err = record_failure_note(file, record_segment_close(file));
	if (err == 0 && !file->writer)
		err = record_failure_open(file);
	return err;
}

/* Returns 0; 1: not written, see writer_write(); or a negative errno. */
static int write_to_segment(struct record_file *file, struct record_frame *frame)
{
	struct ledger *ledger = &file->recording->ledger;
	int64_t pts_ns = frame->frame.pts_ns;
	struct writer_info info;
	int err;

	if (!file->segment_begun)
		file->segment_pts_ns = file->segment_start_ns = pts_ns;
	file->segment_begun = true;
	frame->frame.pts_ns -= file->segment_pts_ns;
	frame->frame.packet_pts = INT64_MIN; /* none */
	frame->result = FRAME_PENDING;
	file->segment_taken++;
	err = writer_write(file->writer, &frame->frame);
	frame->frame.pts_ns = pts_ns;
	file->segment_taken -= err != 0;
	info = writer_info(file->writer);
	record_lines_note_written(file, info.frames - info.n_held);
	ledger->written = file->closed_written + record_segment_written(file);
	ledger->bytes_written = file->closed_bytes + info.bytes;
	return err;
}

/* Writes the frame, to the next file if this one fails. Returns as write_to_segment(), and -EAGAIN if the
 * frame is lost and the recording continues. */
static int place_frame(struct record_file *file, struct record_frame *frame)
{
	int err = begin_segment(file, frame);

	record_lines_append(file, frame); /* to the log of that segment */
	if (err == 0)
		err = write_to_segment(file, frame);
	if (err >= 0 || err == -EAGAIN || record_failure_note(file, err) < 0)
		return err;
	frame->result = FRAME_AGAIN;
	record_segment_close(file);
	err = begin_segment(file, frame);
	if (err == 0)
		err = write_to_segment(file, frame);
	if (err >= 0 || err == -EAGAIN)
		return err;
	frame->result = FRAME_AGAIN; /* the caller still owns it */
	return record_failure_pause(file, err);
}

static int finish_written_frame(struct record_file *file, struct record_frame *frame)
{
	frame_unref(&frame->frame);
	return record_lines_write(file);
}

/* Syncs the log after the file, so that frames on the disk have their lines there. */
static int sync_log(struct record_file *file)
{
	uint64_t n_syncs = file->writer ? writer_syncs(file->writer) : 0;

	if (n_syncs == file->n_syncs)
		return 0;
	file->n_syncs = n_syncs;
	return n_syncs ? frame_log_sync(&file->log) : 0;
}

static void lose_frame(struct record_file *file, struct record_frame *frame)
{
	if (frame->frame.memory) {
		file->recording->ledger.lost_writer++;
		frame->result = FRAME_LOST_WRITER;
	}
	finish_written_frame(file, frame);
}

void record_file_discard(struct record_file *file, struct record_frame *frame)
{
	record_lines_append(file, frame);
	lose_frame(file, frame);
}

/* If the log fails, the recording may continue without it. */
static int end_frame(struct record_file *file, struct record_frame *frame)
{
	int err = finish_written_frame(file, frame);

	if (err == 0)
		err = sync_log(file);
	if (err == 0 || !file->recording->options.next_on_error)
		return err;
	log_warn("the frame log ends here");
	frame_log_close(&file->log, false);
	return 0;
}

static int write_frame(struct record_file *file, struct record_frame *frame)
{
	struct ledger *ledger = &file->recording->ledger;
	int err = 0;

	if (!frame->frame.memory) {
		record_lines_append(file, frame);
	} else {
		err = place_frame(file, frame);
		ledger->copied += (frame->frame.copied_bytes || frame->kept) && !frame->copied;
		ledger->bytes_copied += frame->frame.copied_bytes;
		ledger->bytes_taken += frame->kept ? 0 : frame->info.bytes;
	}
	if (err == -EAGAIN || (err > 0 && file->resumes && file->segment_taken == 0)) {
		lose_frame(file, frame);
		return 0;
	}
	if (err < 0) {
		file->err = err;
		lose_frame(file, frame);
		return err;
	}
	/* With threads, the decoder may return the error of another frame. */
	ledger->lost_codec += err > 0;
	file->err = end_frame(file, frame);
	return file->err;
}

static int write_waiting(struct record_file *file)
{
	file->has_rate = true;
	if (file->err == 0 && file->writer && file->n_waiting)
		file->err = record_segment_set_rate(file);
	for (unsigned i = 0; i < file->n_waiting; i++) {
		if (file->err < 0)
			record_file_discard(file, file->waiting[i]);
		else
			write_frame(file, file->waiting[i]);
	}
	file->n_waiting = 0;
	return file->err;
}

static void note_time(struct record_file *file, int64_t pts_ns)
{
	if (file->n_times == MEASURED_RATE_FRAMES)
		memmove(file->times_ns, file->times_ns + 1, --file->n_times * sizeof *file->times_ns);
	file->times_ns[file->n_times++] = pts_ns;
}

/* Whether the waiting frames show the rate, or have waited long enough. */
static bool has_waited(const struct record_file *file, const struct record_frame *last)
{
	return file->n_times == MEASURED_RATE_FRAMES || file->n_waiting == MAX_WAITING || last->scarce ||
	       (file->n_times > 2 && file->times_ns[file->n_times - 1] - file->times_ns[0] > MAX_WAIT_NS);
}

static int write_or_wait(struct record_file *file, struct record_frame *frame)
{
	if (file->has_rate || !file->needs_rate)
		return write_frame(file, frame);
	file->waiting[file->n_waiting++] = frame;
	return has_waited(file, frame) ? write_waiting(file) : 0;
}

/* Begins the file for a trigger with the frames kept; these wait until a file can be opened. */
static int begin_event(struct record_file *file)
{
	struct record_frame *frame;
	int err;

	if (!file->event.wanted || !writer_is_armed(file->writer) || !record_event_has_room(file))
		return 0;
	err = record_failure_open(file);
	if (err < 0)
		return err == -EAGAIN ? 0 : err;
	file->has_rate |= file->n_times > 1 && !writer_encodes(file->writer);
	while (err == 0 && (frame = record_event_take(file)))
		err = write_or_wait(file, frame);
	return err;
}

/* Ends the file before this frame. Another trigger may have come for the frame. */
static int end_event(struct record_file *file, const struct record_frame *frame)
{
	int err;

	write_waiting(file);
	if (writer_is_armed(file->writer)) /* no file could be opened */
		pre_roll_clear(&file->event.kept);
	err = record_failure_note(file, record_segment_close(file));
	file->event.wanted = file->event.is_stopped = false;
	if (err == 0)
		err = record_segment_open(file);
	if (err < 0)
		return err;
	record_event_poll(file, frame);
	return begin_event(file);
}

/* Begins and ends files according to the triggers. */
static int follow_triggers(struct record_file *file, const struct record_frame *frame)
{
	int err;

	record_event_poll(file, frame);
	err = begin_event(file);
	if (err == 0 && record_event_is_over(file, frame))
		err = end_event(file, frame);
	if (err == 0 && !file->writer && !file->event.wanted)
		err = record_segment_open(file);
	return err;
}

int record_file_write(struct record_file *file, struct record_frame *frame)
{
	int err = 0;

	if (frame->frame.memory)
		note_time(file, frame->frame.pts_ns);
	if (frame->frame.memory && file->recording->options.has_pre_roll)
		err = follow_triggers(file, frame);
	if (err == 0 && (!writer_is_armed(file->writer) || writer_encodes(file->writer)))
		return write_or_wait(file, frame);
	if (err == 0)
		err = record_event_keep(file, frame);
	if (err < 0) {
		file->err = err;
		record_file_discard(file, frame);
	}
	return err;
}

void output_file_free(struct output_file *file)
{
	free(file->path);
	*file = (struct output_file){ 0 };
}

unsigned record_file_current(struct record_file *file, struct output_file *current)
{
	struct writer_info info;
	unsigned n_files;

	*current = (struct output_file){ 0 };
	pthread_mutex_lock(&file->shown.lock);
	n_files = file->shown.n_files;
	if (file->shown.writer) {
		info = writer_info(file->shown.writer);
		*current = (struct output_file){
			.path = strdup(info.path),
			.container = info.container,
			.codec = info.codec,
			.pixel_format = info.pixel_format,
			.frames = info.frames,
			.bytes = info.bytes,
		};
	}
	pthread_mutex_unlock(&file->shown.lock);
	return n_files;
}

uint64_t record_file_progress(void *opaque)
{
	struct record_file *file = opaque;
	uint64_t n = file->recording->ledger.bytes_taken;

	pthread_mutex_lock(&file->shown.lock);
	if (file->shown.writer)
		n += writer_bytes(file->shown.writer);
	pthread_mutex_unlock(&file->shown.lock);
	return n;
}

static int finish_segment(struct record_file *file)
{
	int err, line_err;

	if (file->err == 0 && writer_is_armed(file->writer)) {
		record_event_poll(file, NULL);
		file->retry_ns = 0;
		file->err = begin_event(file);
	}
	write_waiting(file);
	pre_roll_clear(&file->event.kept);
	if (file->writer)
		writer_sync_at_end(file->writer);
	file->log.sync_at_end = true;
	err = record_segment_close(file);
	line_err = record_lines_write(file);
	err = err < 0 ? err : line_err;
	if (!file->ends)
		err = record_failure_note(file, err);
	if (file->err == 0)
		file->err = err < 0 || !file->ends ? err : file->failure;
	file->has_rate = false;
	file->n_times = 0;
	return file->err;
}

int record_file_end_segment(struct record_file *file)
{
	int err;

	wait_notice_begin(file->recording->options.output.url, record_file_progress, file);
	err = finish_segment(file);
	wait_notice_end();
	return err;
}

static int close_log(struct record_file *file, bool whole)
{
	int err;

	if (!file->log.file)
		return 0;
	wait_notice_begin(file->log.path, NULL, NULL);
	err = frame_log_close(&file->log, whole);
	wait_notice_end();
	return err;
}

int record_file_close(struct record_file *file)
{
	int err, log_err;

	if (!file)
		return 0;
	file->ends = true;
	if (file->recording->options.has_pre_roll)
		trigger_stop(file->recording->options.trigger);
	err = record_file_end_segment(file);
	record_event_close(file);
	log_err = close_log(file, err == 0);
	output_file_set_room(NULL, NULL);
	file->recording->segments_removed = rotation_close(file->rotation);
	pthread_mutex_destroy(&file->shown.lock);
	free(file);
	return err < 0 ? err : log_err;
}
