/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Weaves the two fields of a frame, which are one after the other in a buffer (V4L2_FIELD_SEQ_TB, SEQ_BT) or
 * in two buffers (ALTERNATE), into an interlaced picture.
 */
#include "media/write/weaver.h"

#include <errno.h>
#include <string.h>
#include <libavcodec/defs.h>
#include "base/picture.h"
#include "media/write/frame_check.h"

bool weaver_is_for(const struct video_format *format)
{
	const struct pixfmt *pix = format->pix;
	bool raw = pix && pix->av != AV_PIX_FMT_NONE && pix->codec == AV_CODEC_ID_RAWVIDEO;

	if (!raw || format->n_planes > MAX_PLANES / 2)
		return false;
	return format->field == FIELD_ALTERNATE || format->field == FIELD_SEQ_TB ||
	       format->field == FIELD_SEQ_BT;
}

/* The format of the woven picture: libavutil's layout in one memory plane, without padding. */
static void set_woven_format(struct weaver *w, struct video_format *to)
{
	const struct video_format *from = &w->from;
	bool separate = from->field == FIELD_ALTERNATE;

	*to = *from;
	w->pix = (struct pixfmt){
		.fourcc = from->fourcc,
		.av = from->pix->av,
		.codec = from->pix->codec,
		.n_memory_planes = 1,
	};
	to->pix = &w->pix;
	to->n_planes = 1;
	to->height = separate ? 2 * from->height : from->height;
	to->field = video_format_bottom_first(from) ? FIELD_INTERLACED_BT : FIELD_INTERLACED_TB;
	if (separate && from->sample_aspect.den)
		to->sample_aspect =
			fraction_reduce(2 * (uint64_t)from->sample_aspect.num, from->sample_aspect.den);
	memset(to->bytesperline, 0, sizeof to->bytesperline);
	to->sizeimage[0] = UINT32_MAX;
}

int weaver_open(struct weaver *w, const struct video_format *from, struct video_format *to)
{
	int err;

	w->from = *from;
	err = video_format_layout(from, &w->from_layout);
	if (err < 0)
		return err;
	set_woven_format(w, to);
	err = video_format_layout(to, &w->to_layout);
	if (err == 0)
		to->sizeimage[0] = w->to_layout.packed_bytes;
	return err;
}

void weaver_close(struct weaver *w)
{
	av_buffer_pool_uninit(&w->pool);
}

/* Whether both fields are present, in the planes of one buffer or two. */
static bool has_both(const struct weaver *w, const struct frame *frame)
{
	return w->from.field != FIELD_ALTERNATE || frame->n_planes == 2 * w->from.n_planes;
}

/* The frame that consists of the planes of one buffer with ALTERNATE. */
static struct frame one_buffer(const struct weaver *w, const struct frame *frame, bool second)
{
	struct frame one = *frame;

	one.n_planes = w->from.n_planes;
	if (second)
		memcpy(one.planes, frame->planes + one.n_planes, one.n_planes * sizeof *one.planes);
	return one;
}

static int check_fields(const struct weaver *w, const struct frame *frame)
{
	struct frame one;
	int err;

	if (w->from.field != FIELD_ALTERNATE)
		return frame_check(frame, &w->from, &w->from_layout);
	one = one_buffer(w, frame, false);
	err = frame_check(&one, &w->from, &w->from_layout);
	if (err < 0 || !has_both(w, frame))
		return err;
	one = one_buffer(w, frame, true);
	return frame_check(&one, &w->from, &w->from_layout);
}

/* Narrows the layout of a buffer to one of its fields. */
static void find_field(const struct weaver *w, struct picture_layout *l, uint32_t bottom)
{
	for (unsigned i = 0; i < l->n_planes; i++) {
		struct picture_plane *p = &l->planes[i];

		p->full_rows = (w->to_layout.planes[i].rows + 1 - bottom) / 2;
		if (w->from.field == FIELD_ALTERNATE || p->rows < 2)
			continue;
		if (bottom == (w->from.field == FIELD_SEQ_TB)) /* it is the second field */
			p->offset = (uint32_t)picture_row(p, (p->rows + bottom) / 2);
		p->rows = (p->rows + 1 - bottom) / 2;
	}
}

static void weave_field(const struct weaver *w, const struct frame *frame, uint32_t bottom, uint8_t *to)
{
	bool second = w->from.field == FIELD_ALTERNATE && has_both(w, frame) &&
		      bottom != (frame->field == FIELD_BOTTOM);
	struct frame one = one_buffer(w, frame, second);
	struct picture_layout from = w->from_layout;
	const uint8_t *payloads[MAX_PLANES] = { NULL };
	uint8_t *data[4] = { NULL };
	int linesize[4] = { 0 };

	for (unsigned i = 0; i < one.n_planes; i++)
		payloads[i] = one.planes[i].data;
	for (unsigned i = 0; i < from.n_planes; i++) {
		const struct picture_plane *p = &w->to_layout.planes[i];

		data[i] = to + p->offset + bottom * p->stride;
		linesize[i] = 2 * (int)p->stride;
	}
	find_field(w, &from, bottom);
	picture_load(&from, payloads, data, linesize);
}

int weaver_weave(struct weaver *w, const struct frame *frame, struct frame *woven)
{
	uint32_t bytes = w->to_layout.packed_bytes;
	int err = check_fields(w, frame);

	if (err < 0)
		return err;
	*woven = *frame;
	if (!w->pool)
		w->pool = av_buffer_pool_init((size_t)bytes + AV_INPUT_BUFFER_PADDING_SIZE, NULL);
	woven->memory = w->pool ? av_buffer_pool_get(w->pool) : NULL;
	if (!woven->memory)
		return -ENOMEM;
	woven->second_memory = NULL;
	woven->n_planes = 1;
	woven->planes[0].data = woven->memory->data;
	woven->planes[0].bytes = woven->copied_bytes = bytes;
	woven->unpadded = false;
	for (uint32_t bottom = 0; bottom < 2; bottom++)
		weave_field(w, frame, bottom, woven->memory->data);
	memset(woven->memory->data + bytes, 0, AV_INPUT_BUFFER_PADDING_SIZE);
	return 0;
}
