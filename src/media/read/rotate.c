/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rotates and mirrors decoded pictures as the file's display matrix or the user requests. */
#include "media/read/rotate.h"

#include <stdlib.h>
#include <string.h>
#include <libavutil/pixdesc.h>
#include "base/log.h"

/* Rows and columns that are processed together, so that source and destination stay in the cache. */
#define TILE 32

/* The matrix maps (p, q) to (a·p + c·q, b·p + d·q): libavutil/display.h. */
struct orientation orientation_by_matrix(const int32_t matrix[9])
{
	int64_t a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
	bool transposed = llabs(b) + llabs(c) > llabs(a) + llabs(d);

	return (struct orientation){
		.transposed = transposed,
		.mirror_x = (transposed ? c : a) < 0,
		.mirror_y = (transposed ? b : d) < 0,
	};
}

struct orientation orientation_by_quarters(unsigned clockwise)
{
	return (struct orientation){
		.transposed = clockwise % 2 == 1,
		.mirror_x = clockwise == 1 || clockwise == 2,
		.mirror_y = clockwise == 2 || clockwise == 3,
	};
}

const int32_t *rotate_frame_matrix(const AVFrame *frame)
{
	const AVFrameSideData *data = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);

	return data && data->size >= 9 * sizeof(int32_t) ? (const int32_t *)(const void *)data->data : NULL;
}

bool orientation_is_upright(struct orientation o)
{
	return !o.transposed && !o.mirror_x && !o.mirror_y;
}

/* Whether all samples of a plane have one size, and keep it when rows become columns. */
static bool can_turn(const AVPixFmtDescriptor *descriptor)
{
	if (descriptor->flags & (AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_BAYER) ||
	    descriptor->log2_chroma_w != descriptor->log2_chroma_h)
		return false;
	for (int i = 1; i < descriptor->nb_components; i++) {
		if (descriptor->comp[i].plane == descriptor->comp[i - 1].plane &&
		    descriptor->comp[i].step != descriptor->comp[i - 1].step)
			return false;
	}
	return true;
}

/* A format that can be rotated and to which the conversion is lossless. */
static enum AVPixelFormat turnable_format(enum AVPixelFormat format)
{
	const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get(format);
	bool deep = descriptor->comp[0].depth > 8;

	if (can_turn(descriptor))
		return format;
	if (descriptor->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL))
		return deep ? AV_PIX_FMT_RGB48 : AV_PIX_FMT_RGB24;
	return deep ? AV_PIX_FMT_YUV444P16 : AV_PIX_FMT_YUV444P;
}

/* Makes *picture a picture of that shape, with memory, and with the colours of `frame`. */
static int prepare_picture(AVFrame **picture, struct orientation o, enum AVPixelFormat format,
			   const AVFrame *frame)
{
	int width = o.transposed ? frame->height : frame->width;
	int height = o.transposed ? frame->width : frame->height;
	AVRational aspect = frame->sample_aspect_ratio;
	AVFrame *p = *picture;

	if (!p || p->format != format || p->width != width || p->height != height) {
		av_frame_free(picture);
		*picture = p = av_frame_alloc();
		if (!p)
			return log_no_memory();
		p->format = format;
		p->width = width;
		p->height = height;
		if (av_frame_get_buffer(p, 0) < 0)
			return log_no_memory();
	}
	p->color_range = frame->color_range;
	p->colorspace = frame->colorspace;
	p->sample_aspect_ratio = o.transposed ? (AVRational){ aspect.den, aspect.num } : aspect;
	return 0;
}

/* A walk through the source's samples: its start, and the steps to the next column and to the next row. */
struct walk {
	const uint8_t *first;
	ptrdiff_t right, down;
};

/* Inlined with constant `bytes`. */
static inline void turn_samples(struct walk from, uint8_t *to, ptrdiff_t stride, int width, int height,
				size_t bytes)
{
	for (int top = 0; top < height; top += TILE)
		for (int left = 0; left < width; left += TILE)
			for (int y = top; y < height && y < top + TILE; y++)
				for (int x = left; x < width && x < left + TILE; x++)
					memcpy(to + y * stride + x * (ptrdiff_t)bytes,
					       from.first + x * from.right + y * from.down, bytes);
}

static void turn_plane(struct orientation o, const AVFrame *from, AVFrame *to, int plane, int width,
		       int height, int bytes)
{
	ptrdiff_t across = bytes, along = from->linesize[plane];
	struct walk walk = {
		.first = from->data[plane],
		.right = o.transposed ? along : across,
		.down = o.transposed ? across : along,
	};
	uint8_t *data = to->data[plane];
	ptrdiff_t stride = to->linesize[plane];

	if (o.mirror_x) {
		walk.first += (width - 1) * walk.right;
		walk.right = -walk.right;
	}
	if (o.mirror_y) {
		walk.first += (height - 1) * walk.down;
		walk.down = -walk.down;
	}
	if (bytes == 1)
		turn_samples(walk, data, stride, width, height, 1);
	else if (bytes == 2)
		turn_samples(walk, data, stride, width, height, 2);
	else if (bytes == 4)
		turn_samples(walk, data, stride, width, height, 4);
	else
		turn_samples(walk, data, stride, width, height, (size_t)bytes);
}

static void turn_picture(struct orientation o, const AVFrame *from, AVFrame *to)
{
	const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get((enum AVPixelFormat)from->format);
	int done = 0;

	for (int i = 0; i < descriptor->nb_components; i++) {
		const AVComponentDescriptor *c = &descriptor->comp[i];
		bool chroma = (i == 1 || i == 2) && !(descriptor->flags & AV_PIX_FMT_FLAG_RGB);
		int log2_w = chroma ? descriptor->log2_chroma_w : 0,
		    log2_h = chroma ? descriptor->log2_chroma_h : 0;

		if (done & 1 << c->plane)
			continue;
		done |= 1 << c->plane;
		turn_plane(o, from, to, c->plane, AV_CEIL_RSHIFT(to->width, log2_w),
			   AV_CEIL_RSHIFT(to->height, log2_h), c->step);
	}
}

const AVFrame *rotator_run(struct rotator *r, struct orientation o, const AVFrame *frame)
{
	enum AVPixelFormat format = turnable_format((enum AVPixelFormat)frame->format);

	if (format != (enum AVPixelFormat)frame->format) {
		if (prepare_picture(&r->plain, (struct orientation){ 0 }, format, frame) < 0 ||
		    converter_run(&r->converter, frame, r->plain) < 0)
			return NULL;
		frame = r->plain;
	}
	if (prepare_picture(&r->turned, o, format, frame) < 0)
		return NULL;
	turn_picture(o, frame, r->turned);
	return r->turned;
}

void rotator_close(struct rotator *r)
{
	converter_close(&r->converter);
	av_frame_free(&r->plain);
	av_frame_free(&r->turned);
}
