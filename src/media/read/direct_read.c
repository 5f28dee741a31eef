/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Raw pictures, read from the file straight into the memory that they are shown from. */
#include "media/read/direct_read.h"

#include <errno.h>
#include <string.h>
#include <libavutil/avstring.h>
#include "base/array.h"

/* Smaller pictures may come with a header as a whole. */
#define LEAST_BYTES (2 * LANDING_HEAD_BYTES)

#define LACING 0x06 /* of a block's flags */

/* The bytes of the file right before the picture that is being read; NULL: not known. */
static const uint8_t *head_of(const struct landing *l)
{
	size_t behind = l->from + LANDING_BLOCK_BYTES;

	return l->n_seen >= behind ? l->seen + l->n_seen - behind : NULL;
}

/* Matroska unpacks what some tracks hold, and looks into a block for laces. Neither is so with blocks of the
 * first picture's track that have none. */
static bool is_plain_block(struct landing *l, int64_t at)
{
	const uint8_t *head = head_of(l);

	(void)at;
	return head && !(head[LANDING_BLOCK_BYTES - 1] & LACING) && (!l->proven || head[0] == l->block[0]);
}

/* An atom that is read at a stretch is not in the index. */
static bool is_sample(struct landing *l, int64_t at)
{
	int n = avformat_index_get_entries_count(l->stream);

	for (int i = 0; i < n; i++) {
		int at_entry = (l->n_samples + i) % n;
		const AVIndexEntry *entry = avformat_index_get_entry(l->stream, at_entry);

		if (entry->pos == at - (int64_t)l->from && (size_t)entry->size == l->bytes) {
			l->n_samples = at_entry + 1;
			return true;
		}
	}
	return false;
}

/* Demuxers that read a raw picture at a stretch, into the packet that they hand out next, and whether what
 * they read is one. Those without a question read nothing else of that size, and do not look into it. */
static const struct {
	const char *name;
	bool (*is_picture)(struct landing *landing, int64_t at);
} containers[] = {
	{ "matroska", is_plain_block }, { "mov", is_sample }, { "nut", NULL }, { "avi", NULL },
	{ "yuv4mpegpipe", NULL },
};

void landing_open(struct landing *l, const struct fit *fit, const char *container, AVStream *stream)
{
	*l = (struct landing){ .fit = fit, .stream = stream };
	if (!fit->layout.packed || fit->layout.packed_bytes < LEAST_BYTES)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(containers); i++) {
		if (av_match_list(container, containers[i].name, ',') > 0) {
			l->is_picture = containers[i].is_picture;
			l->bytes = fit->layout.packed_bytes;
		}
	}
}

static void give_up_blank(struct landing *l)
{
	av_buffer_unref(&l->blank.memory);
}

void landing_close(struct landing *l)
{
	give_up_blank(l);
	av_buffer_unref(&l->memory);
	*l = (struct landing){ 0 };
}

static bool take_blank(struct landing *l)
{
	const struct reader_target *target = &l->fit->target;

	/* What nobody took of the last packet could be the only one there is. */
	av_buffer_unref(&l->memory);
	if (target->acquire(target->opaque, true, &l->blank) < 0)
		l->blank.memory = NULL;
	if (l->blank.memory && !fit_has_room(l->fit, &l->blank))
		give_up_blank(l);
	return l->blank.memory;
}

/* Whether the demuxer has given the memory back that it wanted to be read to, and got it anew. */
static bool is_reused(const struct landing *l, const uint8_t *wanted, size_t bytes)
{
	return wanted < l->wanted + (l->bytes - l->from) && l->wanted < wanted + bytes;
}

/* It was no picture, and the next may be none either. */
static void give_up(struct landing *l)
{
	give_up_blank(l);
	l->bytes = 0;
}

void landing_seen(struct landing *l, const uint8_t *data, size_t bytes)
{
	size_t keep = sizeof l->seen - bytes;

	if (bytes >= sizeof l->seen) {
		memcpy(l->seen, data + bytes - sizeof l->seen, sizeof l->seen);
		l->n_seen = sizeof l->seen;
		return;
	}
	if (l->n_seen > keep) {
		memmove(l->seen, l->seen + l->n_seen - keep, keep);
		l->n_seen = keep;
	}
	memcpy(l->seen + l->n_seen, data, bytes);
	l->n_seen += bytes;
}

void landing_moved(struct landing *l)
{
	l->n_seen = 0;
}

/* Whether so many bytes may land; kept for landing_claim() where nothing does yet. */
static bool may_land(struct landing *l, uint8_t *wanted, size_t left, int64_t at)
{
	size_t before = l->from;

	if (l->held || left > l->bytes || l->bytes - left > LANDING_HEAD_BYTES)
		return false;
	l->from = l->bytes - left;
	if (l->is_picture && !l->is_picture(l, at)) {
		l->from = before;
		return false;
	}
	l->wanted = wanted;
	if (!l->proven && l->is_picture == is_plain_block)
		memcpy(l->block, head_of(l), sizeof l->block);
	return l->proven;
}

uint8_t *landing_begin(struct landing *l, uint8_t *wanted, int *bytes, int64_t at)
{
	size_t left = (size_t)*bytes;

	if (l->blank.memory && is_reused(l, wanted, left))
		give_up(l);
	if (!l->bytes || l->blank.memory)
		return NULL;
	/* A picture is the end of what is read. What the container puts before it in the same memory goes
	 * there. */
	if (left > l->bytes && left - l->bytes <= LANDING_HEAD_BYTES)
		*bytes = (int)(left - l->bytes);
	if (!may_land(l, wanted, left, at) || !take_blank(l))
		return NULL;
	landing_moved(l);
	return l->blank.planes[0].data + l->from;
}

/* To where the demuxer wanted it. */
static void move_back(struct landing *l, size_t bytes)
{
	memcpy(l->wanted, l->blank.planes[0].data + l->from, bytes);
	give_up_blank(l);
}

void landing_end(struct landing *l, int bytes, int read)
{
	if (read < bytes)
		move_back(l, read > 0 ? (size_t)read : 0);
}

static void let_go(void *opaque, uint8_t *data)
{
	AVBufferRef *blank = opaque;

	(void)data;
	av_buffer_unref(&blank);
}

/* Whether it is what was read last, and nothing else. */
static bool is_exact(const struct landing *l, const AVPacket *packet)
{
	return (size_t)packet->size == l->bytes && packet->data + l->from == l->wanted &&
	       !av_packet_get_side_data(packet, AV_PKT_DATA_PARAM_CHANGE, NULL);
}

/* Whether the blank is the packet's memory now. */
static bool become(struct landing *l, AVPacket *packet)
{
	uint8_t *data = l->blank.planes[0].data;
	AVBufferRef *memory;

	if (!is_exact(l, packet))
		return false;
	memory = av_buffer_create(data, l->bytes, let_go, l->blank.memory, 0);
	if (!memory)
		return false;
	memcpy(data, packet->data, l->from);
	av_buffer_unref(&packet->buf);
	packet->buf = memory;
	packet->data = data;
	l->landed = l->blank;
	l->blank.memory = NULL;
	l->memory = av_buffer_ref(memory);
	return true;
}

/* From the ordinary way, whether the other may be gone. */
static void learn(struct landing *l, const AVPacket *packet)
{
	if (l->wanted && packet && is_exact(l, packet))
		l->proven = true;
	else if (l->wanted)
		l->bytes = 0;
	l->wanted = NULL;
}

bool landing_claim(struct landing *l, AVPacket *packet)
{
	const AVBufferRef *buf = packet ? packet->buf : NULL;
	bool whole = true;

	if (!l->proven)
		learn(l, packet);
	if (!l->blank.memory || (packet && become(l, packet)))
		return true;
	if (buf && l->wanted >= buf->data && l->wanted + (l->bytes - l->from) <= buf->data + buf->size)
		move_back(l, l->bytes - l->from);
	else
		whole = !packet;
	give_up(l);
	return whole;
}

static bool is_landed(const struct landing *l, const AVFrame *frame)
{
	struct frame_shape size = { (enum AVPixelFormat)frame->format, frame->width, frame->height };

	return fit_lies_in(l->fit, &l->landed, frame) &&
	       fit_is_idle(l->fit, size, frame->color_range, frame->colorspace);
}

int landing_take_picture(struct landing *l, AVFrame *frame, struct frame *picture)
{
	int result;

	if (!l->memory)
		return 0;
	if (is_landed(l, frame)) {
		*picture = l->landed;
		picture->memory = av_buffer_ref(l->landed.memory);
		fit_set_payload(l->fit, picture);
		result = picture->memory ? 1 : -ENOMEM;
	} else {
		/* Moved out of the blank, which may be the only one that it could be drawn into. */
		l->bytes = 0;
		result = av_frame_make_writable(frame) < 0 ? -ENOMEM : 0;
	}
	av_buffer_unref(&l->memory);
	return result;
}
