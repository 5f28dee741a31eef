/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads raw frames from the file straight into the target's buffers. */
#include "media/read/direct_read.h"

#include <string.h>
#include <libavutil/avstring.h>
#include "base/array.h"
#include "base/log.h"

/* Most or all of a smaller frame may have been read along with a header, and a read of its rest may be as
 * short as one of a header. Copying such a frame takes less time than a read() of its own. */
#define MIN_FRAME_BYTES (2 * DIRECT_READ_HEADER_BYTES)

/* Flags of a block that contains several frames. RFC 9559, section 10. */
#define BLOCK_LACING 0x06

/* The header of the block whose data is being read; NULL: not known. */
static const uint8_t *block_header(const struct direct_read *d)
{
	size_t n = d->skip + DIRECT_READ_BLOCK_BYTES;

	return d->n_recent >= n ? d->recent + d->n_recent - n : NULL;
}

/* libavformat rewrites packets of tracks with ContentEncodings, and parses laced blocks. The first frame's
 * packet came out unchanged, so blocks of the same track without lacing do. */
static bool is_matroska_frame(struct direct_read *d, int64_t position)
{
	const uint8_t *header = block_header(d);

	(void)position;
	return header && !(header[DIRECT_READ_BLOCK_BYTES - 1] & BLOCK_LACING) &&
	       (!d->verified || header[0] == d->block[0]);
}

/* Samples are in the index, from the sample tables (ISO/IEC 14496-12, 8.7); boxes are not. */
static bool is_mov_sample(struct direct_read *d, int64_t position)
{
	int n = avformat_index_get_entries_count(d->stream);

	for (int i = 0; i < n; i++) {
		int at = (d->next_sample + i) % n;
		const AVIndexEntry *entry = avformat_index_get_entry(d->stream, at);

		if (entry->pos == position - (int64_t)d->skip && (size_t)entry->size == d->frame_bytes) {
			d->next_sample = at + 1;
			return true;
		}
	}
	return false;
}

/* Demuxers that read a raw frame by one avio_read() into the packet they return next. Those without a check
 * read nothing else of that size, and do not look at the data. */
static const struct {
	const char *name;
	bool (*is_frame)(struct direct_read *direct, int64_t position);
} containers[] = {
	{ "matroska", is_matroska_frame }, { "mov", is_mov_sample }, { "nut", NULL }, { "avi", NULL },
	{ "yuv4mpegpipe", NULL },
};

void direct_read_open(struct direct_read *d, const struct target *target, const char *container,
		      AVStream *stream)
{
	*d = (struct direct_read){ .target = target, .stream = stream };
	if (!target->layout.packed || target->layout.packed_bytes < MIN_FRAME_BYTES)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(containers); i++) {
		if (av_match_list(container, containers[i].name, ',') > 0) {
			d->is_frame = containers[i].is_frame;
			d->frame_bytes = target->layout.packed_bytes;
		}
	}
}

static void drop_buffer(struct direct_read *d)
{
	av_buffer_unref(&d->buffer.memory);
}

void direct_read_close(struct direct_read *d)
{
	drop_buffer(d);
	av_buffer_unref(&d->packet_memory);
	*d = (struct direct_read){ 0 };
}

/* A read was not a frame, so that the next one may not be one either. */
static void disable(struct direct_read *d)
{
	drop_buffer(d);
	d->frame_bytes = 0;
}

void direct_read_note(struct direct_read *d, const uint8_t *data, size_t bytes)
{
	size_t keep;

	if (bytes >= sizeof d->recent) {
		memcpy(d->recent, data + bytes - sizeof d->recent, sizeof d->recent);
		d->n_recent = sizeof d->recent;
		return;
	}
	keep = sizeof d->recent - bytes;
	if (d->n_recent > keep) {
		memmove(d->recent, d->recent + d->n_recent - keep, keep);
		d->n_recent = keep;
	}
	memcpy(d->recent + d->n_recent, data, bytes);
	d->n_recent += bytes;
}

void direct_read_discontinuity(struct direct_read *d)
{
	d->n_recent = 0;
}

/* Whether a read of this length is the rest of a frame. Before the demuxer is verified, only records the
 * read. */
static bool is_direct(struct direct_read *d, uint8_t *data, size_t bytes, int64_t position)
{
	size_t skip = d->skip;

	if (d->suspended || bytes > d->frame_bytes || d->frame_bytes - bytes > DIRECT_READ_HEADER_BYTES)
		return false;
	d->skip = d->frame_bytes - bytes;
	if (d->is_frame && !d->is_frame(d, position)) {
		d->skip = skip;
		return false;
	}
	d->data = data;
	if (!d->verified && d->is_frame == is_matroska_frame)
		memcpy(d->block, block_header(d), sizeof d->block);
	return d->verified;
}

/* Whether the demuxer has freed the memory it wanted the frame in, and allocated it again. */
static bool is_overwritten(const struct direct_read *d, const uint8_t *data, size_t bytes)
{
	return data < d->data + (d->frame_bytes - d->skip) && d->data < data + bytes;
}

uint8_t *direct_read_begin(struct direct_read *d, uint8_t *data, int *bytes, int64_t position)
{
	size_t n = (size_t)*bytes;

	if (d->buffer.memory && is_overwritten(d, data, n))
		disable(d);
	if (!d->frame_bytes || d->buffer.memory)
		return NULL;
	/* Data that the container puts before the frame in the same packet are read first, separately. */
	if (n > d->frame_bytes && n - d->frame_bytes <= DIRECT_READ_HEADER_BYTES)
		*bytes = (int)(n - d->frame_bytes);
	if (!is_direct(d, data, n, position))
		return NULL;
	/* If it was not taken, the last packet may occupy the only free buffer. */
	av_buffer_unref(&d->packet_memory);
	if (target_acquire(d->target, true, &d->buffer) < 0)
		return NULL;
	direct_read_discontinuity(d);
	return d->buffer.planes[0].data + d->skip;
}

static void copy_to_demuxer(struct direct_read *d, size_t bytes)
{
	memcpy(d->data, d->buffer.planes[0].data + d->skip, bytes);
	drop_buffer(d);
}

void direct_read_end(struct direct_read *d, int bytes, int n_read)
{
	if (n_read < bytes)
		copy_to_demuxer(d, n_read > 0 ? (size_t)n_read : 0);
}

static void unref_buffer(void *memory, uint8_t *data)
{
	AVBufferRef *ref = memory;

	(void)data;
	av_buffer_unref(&ref);
}

/* Whether the packet is the frame that was read last, and nothing else. */
static bool is_whole_frame(const struct direct_read *d, const AVPacket *packet)
{
	return (size_t)packet->size == d->frame_bytes && packet->data + d->skip == d->data &&
	       !av_packet_get_side_data(packet, AV_PKT_DATA_PARAM_CHANGE, NULL);
}

static bool replace_memory(struct direct_read *d, AVPacket *packet)
{
	uint8_t *data = d->buffer.planes[0].data;
	AVBufferRef *memory;

	if (!is_whole_frame(d, packet))
		return false;
	memory = av_buffer_create(data, d->frame_bytes, unref_buffer, d->buffer.memory, 0);
	if (!memory)
		return false;
	memcpy(data, packet->data, d->skip);
	av_buffer_unref(&packet->buf);
	packet->buf = memory;
	packet->data = data;
	d->packet_buffer = d->buffer;
	d->buffer.memory = NULL;
	d->packet_memory = av_buffer_ref(memory);
	return true;
}

static void verify(struct direct_read *d, const AVPacket *packet)
{
	if (d->data && packet && is_whole_frame(d, packet))
		d->verified = true;
	else if (d->data)
		d->frame_bytes = 0;
	d->data = NULL;
}

bool direct_read_attach(struct direct_read *d, AVPacket *packet)
{
	const AVBufferRef *buf = packet ? packet->buf : NULL;
	bool complete = true;

	if (!d->verified)
		verify(d, packet);
	if (!d->buffer.memory || (packet && replace_memory(d, packet)))
		return true;
	if (buf && d->data >= buf->data && d->data + (d->frame_bytes - d->skip) <= buf->data + buf->size)
		copy_to_demuxer(d, d->frame_bytes - d->skip);
	else
		complete = !packet;
	disable(d);
	return complete;
}

static bool is_in_packet_buffer(const struct direct_read *d, const AVFrame *frame)
{
	struct frame_shape shape = { (enum AVPixelFormat)frame->format, frame->width, frame->height };

	return target_contains(d->target, &d->packet_buffer, frame) &&
	       target_accepts(d->target, shape, frame->color_range, frame->colorspace);
}

int direct_read_take(struct direct_read *d, AVFrame *frame, struct frame *out)
{
	int result;

	if (!d->packet_memory)
		return 0;
	if (is_in_packet_buffer(d, frame)) {
		*out = d->packet_buffer;
		out->memory = av_buffer_ref(d->packet_buffer.memory);
		target_set_payload(d->target, out);
		result = out->memory ? 1 : log_no_memory();
	} else {
		/* The caller acquires a buffer to draw the frame into, which may be the one that the frame is
		 * in. */
		d->frame_bytes = 0;
		result = av_frame_make_writable(frame) < 0 ? log_no_memory() : 0;
	}
	av_buffer_unref(&d->packet_memory);
	return result;
}
