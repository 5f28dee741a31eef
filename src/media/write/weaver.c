/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Weaves the two fields of a frame, which lie one after the other in a buffer (V4L2_FIELD_SEQ_TB, SEQ_BT) or
 * in two (ALTERNATE), into a picture whose lines they are in turn.
 */
#include "media/write/weaver.h"

#include <errno.h>
#include <string.h>
#include <libavcodec/defs.h>
#include <libavutil/imgutils.h>
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

static int set_woven_format(const struct weaver *w, struct video_format *to)
{
	const struct video_format *from = &w->from;
	bool separate = from->field == FIELD_ALTERNATE;

	*to = *from;
	to->pix = from->n_planes == 1 ? from->pix : pixfmt_find(from->pix->av, from->pix->codec);
	to->fourcc = to->pix->fourcc;
	to->n_planes = to->pix->n_memory_planes;
	to->height = separate ? 2 * from->height : from->height;
	to->field = video_format_bottom_first(from) ? FIELD_INTERLACED_BT : FIELD_INTERLACED_TB;
	if (separate && from->sample_aspect.den)
		to->sample_aspect =
			fraction_reduce(2 * (uint64_t)from->sample_aspect.num, from->sample_aspect.den);
	memset(to->bytesperline, 0, sizeof to->bytesperline); /* no padding */
	to->sizeimage[0] = UINT32_MAX;
	return to->n_planes == 1 ? 0 : -EINVAL;
}

int weaver_open(struct weaver *w, const struct video_format *from, struct video_format *to)
{
	int err;

	w->from = *from;
	err = video_format_layout(from, &w->from_layout);
	if (err == 0)
		err = set_woven_format(w, to);
	if (err == 0)
		err = video_format_layout(to, &w->to_layout);
	if (err == 0)
		to->sizeimage[0] = w->to_layout.packed_bytes;
	return err;
}

void weaver_close(struct weaver *w)
{
	av_buffer_pool_uninit(&w->pool);
}

/* Whether both fields are there, in the planes of one or of two buffers. */
static bool has_both(const struct weaver *w, const struct frame *frame)
{
	return w->from.field != FIELD_ALTERNATE || frame->n_planes == 2 * w->from.n_planes;
}

/* The frame that has the planes of one buffer of ALTERNATE. */
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
	struct frame one = *frame;
	int err = 0;

	if (w->from.field != FIELD_ALTERNATE)
		return frame_check(frame, &w->from, &w->from_layout);
	for (unsigned second = 0; second <= has_both(w, frame) && err == 0; second++) {
		one = one_buffer(w, frame, second);
		err = frame_check(&one, &w->from, &w->from_layout);
	}
	return err;
}

/* The first line of a field in this plane of the picture. */
static const uint8_t *field_start(const struct weaver *w, const struct frame *frame, unsigned plane,
				  bool bottom)
{
	const struct picture_layout *l = &w->from_layout;
	bool second = has_both(w, frame) && bottom != (frame->field == FIELD_BOTTOM);
	unsigned memory_plane = l->planes[plane].memory_plane;
	uint32_t rows = l->planes[plane].rows, row = 0;

	if (w->from.field == FIELD_ALTERNATE)
		memory_plane += second ? w->from.n_planes : 0;
	else if (w->from.field == FIELD_SEQ_TB)
		row = bottom ? (rows + 1) / 2 : 0;
	else
		row = bottom ? 0 : rows / 2;
	return frame->planes[memory_plane].data + l->planes[plane].offset +
	       (size_t)row * l->planes[plane].stride;
}

static void weave_plane(const struct weaver *w, const struct frame *frame, unsigned plane, uint8_t *to)
{
	uint32_t stride = w->to_layout.planes[plane].stride, rows = w->to_layout.planes[plane].rows;

	to += w->to_layout.planes[plane].offset;
	for (uint32_t bottom = 0; bottom < 2; bottom++)
		av_image_copy_plane(to + bottom * stride, 2 * (int)stride,
				    field_start(w, frame, plane, bottom),
				    (int)w->from_layout.planes[plane].stride,
				    (int)w->to_layout.planes[plane].row_bytes, (int)(rows + 1 - bottom) / 2);
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
	for (unsigned i = 0; i < w->to_layout.n_planes; i++)
		weave_plane(w, frame, i, woven->memory->data);
	memset(woven->memory->data + bytes, 0, AV_INPUT_BUFFER_PADDING_SIZE);
	return 0;
}
