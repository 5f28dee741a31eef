/* Raw pictures, read from the file straight into the memory that they are shown from.
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/landing.h"

#include <errno.h>
#include <string.h>

/* Smaller pictures may come with a header as a whole. */
#define LEAST_BYTES (2 * LANDING_HEAD_BYTES)

void landing_open(struct landing *l, const struct fit *fit)
{
	*l = (struct landing){ .fit = fit };
	if (fit->layout.packed && fit->layout.packed_bytes >= LEAST_BYTES)
		l->bytes = fit->layout.packed_bytes;
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
	if (target->take_blank(target->opaque, true, &l->blank) < 0)
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

uint8_t *landing_begin(struct landing *l, uint8_t *wanted, int *bytes)
{
	size_t left = (size_t)*bytes;

	if (l->blank.memory && is_reused(l, wanted, left))
		give_up_blank(l);
	if (!l->bytes || l->blank.memory)
		return NULL;
	/* A picture is the end of what is read. What the container puts before it in the same memory goes
	 * there. */
	if (left > l->bytes && left - l->bytes <= LANDING_HEAD_BYTES)
		*bytes = (int)(left - l->bytes);
	if (left > l->bytes || l->bytes - left > LANDING_HEAD_BYTES || !take_blank(l))
		return NULL;
	l->wanted = wanted;
	l->from = l->bytes - left;
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

/* Whether the blank is the packet's memory now. */
static bool become(struct landing *l, AVPacket *packet)
{
	uint8_t *data = l->blank.planes[0].data;
	AVBufferRef *memory;

	if ((size_t)packet->size != l->bytes || packet->data + l->from != l->wanted ||
	    av_packet_get_side_data(packet, AV_PKT_DATA_PARAM_CHANGE, NULL))
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

void landing_claim(struct landing *l, AVPacket *packet)
{
	const AVBufferRef *buf = packet ? packet->buf : NULL;

	if (!l->blank.memory || (packet && become(l, packet)))
		return;
	if (buf && l->wanted >= buf->data && l->wanted + (l->bytes - l->from) <= buf->data + buf->size)
		move_back(l, l->bytes - l->from);
	else
		give_up_blank(l);
}

static bool is_landed(const struct landing *l, const AVFrame *frame)
{
	struct place_size size = { (enum AVPixelFormat)frame->format, frame->width, frame->height };

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
