/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file side of a recording: its segments, one writer after another, and the frame log. */
#include "session/record_file.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "session/record_file_internal.h"

/* Frames wait for the rate no longer than this. */
#define MAX_WAIT_NS (NS_PER_S / 2)

int record_file_open(struct record_file **out, struct recording *recording)
{
	const struct record_options *options = &recording->options;
	struct record_file *file = calloc(1, sizeof *file);
	int err;

	if (!file)
		return log_no_memory();
	file->recording = recording;
	file->lines_end = &file->lines;
	err = record_segment_prepare(file);
	if (err == 0 && !file->has_own_logs)
		err = frame_log_open(&file->log, options->frame_log, options->output.partial_suffix);
	if (err == 0)
		err = record_segment_open(file);
	if (err < 0) {
		record_file_close(file);
		return err;
	}
	*out = file;
	return 0;
}

/* The segment that the frame is for. */
static int begin_segment(struct record_file *file, const struct record_frame *frame)
{
	int err = 0;

	if (file->writer && record_segment_is_full(file, frame))
		err = record_segment_close(file);
	if (err == 0 && !file->writer) {
		err = record_segment_open(file);
		file->segment_pts_ns = frame->frame.pts_ns;
	}
	return err;
}

/* Returns 0; 1: left out, see writer_write(); or a negative errno. */
static int write_to_segment(struct record_file *file, struct record_frame *frame)
{
	struct ledger *ledger = &file->recording->ledger;
	int err;

	frame->frame.pts_ns -= file->segment_pts_ns;
	frame->frame.packet_pts = INT64_MIN; /* none */
	frame->result = FRAME_PENDING;
	err = writer_write(file->writer, &frame->frame);
	file->segment_taken += err == 0;
	ledger->written = file->closed_written + record_segment_written(file);
	file->n_copied += frame->frame.copied_bytes && !frame->copied;
	file->bytes_copied += frame->frame.copied_bytes;
	ledger->bytes_written = file->closed_bytes + writer_info(file->writer).bytes;
	ledger->bytes_taken += frame->info.bytes;
	return err;
}

static int finish_written_frame(struct record_file *file, struct record_frame *frame)
{
	av_buffer_unref(&frame->frame.memory);
	av_buffer_unref(&frame->frame.second_memory);
	av_buffer_unref(&frame->frame.parameter_sets);
	return record_lines_write(file);
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

static int write_frame(struct record_file *file, struct record_frame *frame)
{
	bool has_picture = frame->frame.memory;
	int err = has_picture ? begin_segment(file, frame) : 0;

	record_lines_append(file, frame); /* of the log of that segment */
	if (err == 0 && has_picture)
		err = write_to_segment(file, frame);
	if (err < 0) {
		file->err = err;
		lose_frame(file, frame);
		return err;
	}
	/* Of several frames in a decoder's threads it may be another that cannot be decoded. */
	file->recording->ledger.lost_codec += err > 0;
	file->err = finish_written_frame(file, frame);
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

/* Whether the frames that wait show the rate, or can wait no longer. */
static bool has_waited(const struct record_file *file, const struct record_frame *last)
{
	return file->n_times == MEASURED_RATE_FRAMES || file->n_waiting == MAX_WAITING || last->scarce ||
	       (file->n_times > 2 && file->times_ns[file->n_times - 1] - file->times_ns[0] > MAX_WAIT_NS);
}

int record_file_write(struct record_file *file, struct record_frame *frame)
{
	if (frame->frame.memory)
		note_time(file, frame->frame.pts_ns);
	if (file->has_rate || !file->needs_rate)
		return write_frame(file, frame);
	file->waiting[file->n_waiting++] = frame;
	return has_waited(file, frame) ? write_waiting(file) : 0;
}

int record_file_end_segment(struct record_file *file)
{
	int err, line_err;

	write_waiting(file);
	if (file->writer)
		writer_sync_at_end(file->writer);
	err = record_segment_close(file);
	line_err = record_lines_write(file);
	if (file->err == 0)
		file->err = err < 0 ? err : line_err;
	file->has_rate = false;
	file->n_times = 0;
	return file->err;
}

int record_file_close(struct record_file *file)
{
	struct ledger *ledger;
	int err, log_err;

	if (!file)
		return 0;
	ledger = &file->recording->ledger;
	ledger->copied += file->n_copied;
	ledger->bytes_copied += file->bytes_copied;
	file->ends = true;
	err = record_file_end_segment(file);
	log_err = frame_log_close(&file->log, err == 0);
	file->recording->segments_removed = rotation_close(file->rotation);
	free(file);
	return err < 0 ? err : log_err;
}
