/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recording by triggers: keeps the frames before a trigger, and determines when a recording ends. Frames are
 * copied once, so that the queue gets its buffers back; for those that libavcodec encodes, the writer keeps
 * the packets. */
#include <stdlib.h>
#include <string.h>
#include <libavcodec/defs.h>
#include "base/log.h"
#include "media/write/direct_io.h"
#include "session/pre_roll_memory.h"
#include "session/record_file_internal.h"

enum frame_result record_event_count_dropped(struct record_file *file, uint64_t n)
{
	struct ledger *ledger = &file->recording->ledger;

	if (!file->event.wanted) {
		ledger->not_triggered += n;
		return FRAME_NOT_TRIGGERED;
	}
	ledger->lost_writer += n;
	return FRAME_LOST_WRITER;
}

/* pre_roll's drop(). Losses before a dropped frame are still logged. */
static void drop_frame(void *opaque, void *item)
{
	struct record_file *file = opaque;
	struct record_frame *frame = item;

	if (frame->frame.memory)
		frame->result = record_event_count_dropped(file, 1);
	frame_unref(&frame->frame);
	record_lines_append(file, frame);
	record_lines_write(file);
}

int record_event_open(struct record_file *file)
{
	file->event.kept = (struct pre_roll){
		.length_ns = file->recording->options.pre_roll_ns,
		.max_bytes = pre_roll_memory_limit(file->recording->setup_options->memory_limit),
		.drop = drop_frame,
		.opaque = file,
	};
	return trigger_start(file->recording->options.trigger);
}

/* Whether frames vary in size. */
static bool is_coded(const struct setup *setup)
{
	return setup->encoding ? !encoding_converts(encoding_last(setup->encoding))
			       : video_format_is_compressed(&setup->format);
}

int record_event_check(const struct record_file *file)
{
	const struct recording *recording = file->recording;

	if (writer_encodes(file->writer) || is_coded(recording->setup))
		return 0;
	return pre_roll_memory_check(setup_file_format(recording->setup), recording->options.pre_roll_ns,
				     recording->setup_options->memory_limit);
}

/* Handles a trigger; one during a recording extends it. */
static void follow(struct record_file *file, const struct trigger_event *event)
{
	int64_t post_roll_ns = file->recording->options.post_roll_ns;
	int64_t time_ns = event->time_ns + file->event.offset_ns;

	if (event->stop) {
		file->event.is_stopped = file->event.wanted;
		file->event.until_ns = time_ns;
		return;
	}
	if (!file->event.wanted)
		strcpy(file->event.name, event->name);
	file->event.wanted = true;
	file->event.until_ns = post_roll_ns ? time_ns + post_roll_ns : INT64_MAX;
	log_verbose("triggered by %s", event->source);
}

/* Later triggers are for the next file. */
static int64_t last_trigger_ns(const struct record_file *file, const struct record_frame *frame)
{
	if (!frame)
		return INT64_MAX;
	return record_event_is_over(file, frame) ? file->event.until_ns - file->event.offset_ns
						 : frame->info.dequeue_ns;
}

void record_event_poll(struct record_file *file, const struct record_frame *frame)
{
	struct trigger *trigger = file->recording->options.trigger;
	struct trigger_event event;

	if (frame)
		file->event.offset_ns = frame->frame.pts_ns - frame->info.dequeue_ns;
	while (!file->event.is_stopped && trigger_next(trigger, last_trigger_ns(file, frame), &event))
		follow(file, &event);
}

bool record_event_has_room(struct record_file *file)
{
	struct recording *recording = file->recording;
	uint64_t max = recording->options.max_bytes;
	uint64_t kept = file->event.kept.bytes + writer_kept_bytes(file->writer);

	recording->is_full = max && file->closed_bytes + kept > max;
	file->event.wanted = !recording->is_full;
	return file->event.wanted;
}

bool record_event_is_over(const struct record_file *file, const struct record_frame *frame)
{
	return file->event.wanted && frame->frame.key && frame->frame.pts_ns >= file->event.until_ns;
}

static void free_aligned(void *opaque, uint8_t *data)
{
	(void)opaque;
	free(data);
}

static AVBufferRef *alloc_aligned(size_t size)
{
	size_t whole = (size + DIRECT_IO_ALIGNMENT - 1) & ~(size_t)(DIRECT_IO_ALIGNMENT - 1);
	uint8_t *data = aligned_alloc(DIRECT_IO_ALIGNMENT, whole);
	AVBufferRef *ref = data ? av_buffer_create(data, size, free_aligned, NULL, 0) : NULL;

	if (!ref)
		free(data);
	return ref;
}

/* Raw frames all have the same size, so their memory is reused. */
static AVBufferRef *alloc_memory(struct record_file *file, size_t bytes)
{
	bytes += AV_INPUT_BUFFER_PADDING_SIZE;
	if (is_coded(file->recording->setup))
		return av_buffer_alloc(bytes);
	if (file->event.memory_bytes != bytes)
		av_buffer_pool_uninit(&file->event.memory); /* freed after the last unref of its buffers */
	if (!file->event.memory)
		file->event.memory = av_buffer_pool_init(bytes, alloc_aligned);
	file->event.memory_bytes = bytes;
	return file->event.memory ? av_buffer_pool_get(file->event.memory) : NULL;
}

/* Copies all planes, one after another, out of the queue's buffers. */
static int copy_frame(struct record_file *file, struct record_frame *kept, size_t bytes)
{
	struct frame *frame = &kept->frame;
	AVBufferRef *memory = alloc_memory(file, bytes), *second = NULL;
	uint8_t *to;

	if (memory && frame->second_memory)
		second = av_buffer_ref(memory);
	if (!memory || !second != !frame->second_memory) {
		av_buffer_unref(&memory);
		return log_no_memory();
	}
	to = memory->data;
	for (unsigned i = 0; i < frame->n_planes; i++) {
		memcpy(to, frame->planes[i].data, frame->planes[i].bytes);
		frame->planes[i].data = to;
		to += frame->planes[i].bytes;
	}
	memset(to, 0, AV_INPUT_BUFFER_PADDING_SIZE);
	av_buffer_unref(&frame->memory);
	av_buffer_unref(&frame->second_memory);
	frame->memory = memory;
	frame->second_memory = second;
	frame->unpadded = false;
	kept->scarce = false;
	kept->kept = true;
	file->recording->ledger.bytes_copied += bytes;
	file->recording->ledger.bytes_taken += kept->info.bytes;
	return 0;
}

int record_event_keep(struct record_file *file, struct record_frame *frame)
{
	uint64_t bytes = 0;
	int err = 0;

	for (unsigned i = 0; i < frame->frame.n_planes && frame->frame.memory; i++)
		bytes += frame->frame.planes[i].bytes;
	if (frame->frame.memory)
		err = copy_frame(file, frame, (size_t)bytes);
	if (err == 0)
		err = pre_roll_add(&file->event.kept, frame,
				   frame->frame.memory ? frame->frame.pts_ns : INT64_MIN, bytes,
				   frame->frame.memory && frame->frame.key);
	return err;
}

struct record_frame *record_event_take(struct record_file *file)
{
	return pre_roll_take(&file->event.kept);
}

void record_event_close(struct record_file *file)
{
	pre_roll_close(&file->event.kept);
	av_buffer_pool_uninit(&file->event.memory);
}
