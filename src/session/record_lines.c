/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of the frame log, in the camera's order: each waits for the result of its frame. */
#include <stdlib.h>
#include "session/record_file_internal.h"

#define MAX_LINES 100000

void record_lines_append(struct record_file *file, struct record_frame *frame)
{
	*file->lines_end = frame;
	file->lines_end = &frame->next;
	file->n_lines++;
}

/* The frame of a packet. The encoder may change timestamps, but each packet is of some frame in it. */
static struct record_frame *find_pending(const struct record_file *file, int64_t pts)
{
	struct record_frame *found = NULL;

	for (struct record_frame *frame = file->lines; frame; frame = frame->next) {
		if (frame->result == FRAME_PENDING && (!found || frame->frame.packet_pts == pts))
			found = frame;
	}
	return found;
}

void record_lines_note_packet(void *opaque, int64_t pts, int64_t dts)
{
	struct record_file *file = opaque;
	struct record_frame *written = find_pending(file, pts);

	file->n_muxed++;
	if (written) {
		written->result = FRAME_MUXED;
		written->n_muxed = file->n_muxed;
	}
	for (struct record_frame *frame = file->lines; frame; frame = frame->next) {
		if (frame->result == FRAME_PENDING && frame->frame.packet_pts < dts)
			frame->result = FRAME_LOST_CODEC;
	}
}

void record_lines_drop(struct record_file *file, int64_t pts, enum frame_result result)
{
	struct record_frame *dropped = find_pending(file, pts);

	if (dropped)
		dropped->result = result;
}

void record_lines_note_written(struct record_file *file, uint64_t n)
{
	for (struct record_frame *frame = file->lines; frame; frame = frame->next) {
		if (frame->result == FRAME_MUXED && frame->n_muxed <= n)
			frame->result = FRAME_WRITTEN;
	}
}

void record_lines_settle(struct record_file *file, enum frame_result result)
{
	for (struct record_frame *frame = file->lines; frame; frame = frame->next) {
		if (frame->result == FRAME_PENDING || frame->result == FRAME_MUXED)
			frame->result = result;
	}
}

/* Writes lines up to the first frame without a result. */
int record_lines_write(struct record_file *file)
{
	struct record_frame *frame;
	/* The lines are for the next log; if no file can be opened for long, the oldest are dropped. */
	bool waits = file->has_own_logs && !file->ends && file->n_lines < MAX_LINES;
	bool has_log = file->log.file;
	int err = 0, line_err;

	/* Without a log, lines only wait until their frame is no longer in use. */
	while ((frame = file->lines) && frame->result != FRAME_AGAIN &&
	       (has_log || frame->result == FRAME_NOT_TRIGGERED ? frame->result < FRAME_PENDING : !waits)) {
		line_err = frame->result == FRAME_NOT_TRIGGERED
				   ? 0
				   : frame_log_add(&file->log, &frame->info, frame->result, frame->lost);
		err = err < 0 ? err : line_err;
		file->lines = frame->next;
		file->n_lines--;
		free(frame);
	}
	if (!file->lines)
		file->lines_end = &file->lines;
	return err;
}
