/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Draws decoded frames into the target's buffers, converted and scaled where necessary. */
#include "media/read/scaler.h"

#include <errno.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include "base/log.h"
#include "base/picture.h"

/* Below this many pixels, slice threads cost libswscale more time than they save. */
#define THREADS_FROM_PIXELS (1920 * 1080)
#define VECTOR_BYTES 16

int scaler_open(struct scaler *s, const struct target *target, enum scaling scaling)
{
	s->target = target;
	s->scaling = scaling;
	s->from = av_frame_alloc();
	s->to = av_frame_alloc();
	return s->from && s->to ? 0 : log_no_memory();
}

void scaler_close(struct scaler *s)
{
	converter_close(&s->converter);
	av_frame_free(&s->from);
	av_frame_free(&s->to);
	av_frame_free(&s->aligned);
	av_frame_free(&s->whole);
	*s = (struct scaler){ 0 };
}

/* Relative to the device's sample aspect ratio; a file of the device's size that does not specify its own is
 * assumed to have that. */
static AVRational aspect_on_device(const struct scaler *s, struct frame_shape shape, AVRational aspect)
{
	struct frame_shape to = target_shape(s->target);
	bool known = aspect.num > 0 && aspect.den > 0;

	return known || shape.width != to.width || shape.height != to.height
		       ? crop_relative_aspect(aspect, s->target->format.sample_aspect)
		       : aspect;
}

int scaler_check(struct scaler *s, struct frame_shape shape, AVRational aspect)
{
	struct frame_shape to = target_shape(s->target);

	if (crop_find(s->scaling, shape, aspect_on_device(s, shape, aspect), to, &s->crop) < 0) {
		log_error("the file's frames are %dx%d and the device's %dx%d: use --fit=letterbox, scale or "
			  "crop",
			  shape.width, shape.height, to.width, to.height);
		return -ERANGE;
	}
	s->shape = shape;
	s->aspect = aspect;
	if (target_has_shape(s->target, shape) || converter_check(shape.format, to.format) == 0)
		return 0;
	return -ERANGE;
}

bool scaler_is_whole(const struct scaler *s)
{
	struct frame_shape to = target_shape(s->target);
	const struct crop *c = &s->crop;

	return c->from.width == s->shape.width && c->from.height == s->shape.height &&
	       c->to.width == to.width && c->to.height == to.height && s->shape.width == to.width &&
	       s->shape.height == to.height;
}

static void store_picture(const struct target *target, const AVFrame *frame, struct frame *buffer)
{
	uint8_t *payloads[MAX_PLANES] = { NULL };

	for (unsigned i = 0; i < target->format.n_planes; i++)
		payloads[i] = buffer->planes[i].data;
	picture_store(&target->layout, payloads, (const uint8_t *const *)frame->data, frame->linesize);
	buffer->copied_bytes += target->layout.packed_bytes;
}

/* Where pictures are drawn: in the buffer, or in s->whole if libav cannot use that in place. */
static void drawing_planes(const struct scaler *s, const struct frame *buffer, uint8_t *data[4],
			   int linesize[4])
{
	if (!s->whole) {
		target_planes(s->target, buffer, data, linesize);
		return;
	}
	for (unsigned i = 0; i < 4; i++) {
		data[i] = s->whole->data[i];
		linesize[i] = s->whole->linesize[i];
	}
}

static void fill_black(const struct scaler *s, const struct frame *buffer, int x, int y, int width,
		       int height)
{
	enum AVPixelFormat format = s->target->format.pix->av;
	bool from_rgb = av_pix_fmt_desc_get((enum AVPixelFormat)s->from->format)->flags & AV_PIX_FMT_FLAG_RGB;
	/* As in converter_run(). */
	enum AVColorRange range = s->to->color_range != AVCOL_RANGE_UNSPECIFIED || from_rgb
					  ? s->to->color_range
					  : s->from->color_range;
	bool full = converter_full_range(format, range);
	uint8_t *data[4] = { 0 };
	int linesize[4] = { 0 };
	ptrdiff_t strides[4];

	if (width <= 0 || height <= 0)
		return;
	drawing_planes(s, buffer, data, linesize);
	crop_offset_planes(format, x, y, data, linesize);
	for (unsigned i = 0; i < 4; i++)
		strides[i] = linesize[i];
	av_image_fill_black(data, strides, format, full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG, width, height);
}

static void draw_bars(const struct scaler *s, const struct frame *buffer)
{
	const struct crop *c = &s->crop;
	struct frame_shape whole = target_shape(s->target);
	const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get(whole.format);
	/* Includes the chroma samples of an odd last column or row. */
	int right = FFALIGN(c->to.x + c->to.width, 1 << descriptor->log2_chroma_w);
	int bottom = FFALIGN(c->to.y + c->to.height, 1 << descriptor->log2_chroma_h);

	fill_black(s, buffer, 0, 0, whole.width, c->to.y);
	fill_black(s, buffer, 0, bottom, whole.width, whole.height - bottom);
	fill_black(s, buffer, 0, c->to.y, c->to.x, c->to.height);
	fill_black(s, buffer, right, c->to.y, whole.width - right, c->to.height);
}

static void set_from(const struct scaler *s, const AVFrame *frame)
{
	const struct crop *c = &s->crop;
	AVFrame *from = s->from;

	from->format = converter_format_without_range((enum AVPixelFormat)frame->format);
	from->width = c->from.width;
	from->height = c->from.height;
	from->color_range = frame->color_range;
	if (converter_full_range((enum AVPixelFormat)frame->format, frame->color_range))
		from->color_range = AVCOL_RANGE_JPEG;
	/* If the file does not specify its matrix, it is taken to be the device's, without conversion. */
	from->colorspace =
		converter_matrix_is_stated(frame->colorspace) ? frame->colorspace : s->target->format.matrix;
	for (unsigned i = 0; i < 4; i++) {
		from->data[i] = frame->data[i];
		from->linesize[i] = frame->linesize[i];
	}
	crop_offset_planes((enum AVPixelFormat)from->format, c->from.x, c->from.y, from->data,
			   from->linesize);
}

static void set_to(const struct scaler *s, const struct frame *buffer)
{
	const struct video_format *format = &s->target->format;
	const struct crop *c = &s->crop;
	AVFrame *to = s->to;

	to->format = format->pix->av;
	to->width = c->to.width;
	to->height = c->to.height;
	to->color_range = format->range;
	to->colorspace = format->matrix;
	drawing_planes(s, buffer, to->data, to->linesize);
	crop_offset_planes(format->pix->av, c->to.x, c->to.y, to->data, to->linesize);
}

/* From 4:2:0 to packed 4:2:2 libswscale has an unscaled converter, used with SWS_FAST_BILINEAR, which repeats
 * rows of chroma instead of filtering them. It takes a third of the time, and the difference is hard to see.
 */
static int sws_flags(const AVFrame *from, const AVFrame *to)
{
	bool unscaled = from->format == AV_PIX_FMT_YUV420P && from->width == to->width &&
			from->height == to->height &&
			(to->format == AV_PIX_FMT_YUYV422 || to->format == AV_PIX_FMT_UYVY422);

	return unscaled ? SWS_FAST_BILINEAR : SWS_BICUBIC;
}

/* libswscale (6 at least) crashes where it stores NV12 as YUV 4:2:0 in rows that are not aligned, and writes
 * whole vectors where a plane's last row ends within one, over the first row of the next plane. */
static bool is_aligned(const AVFrame *frame)
{
	for (unsigned i = 0; i < 4 && frame->data[i]; i++) {
		if ((uintptr_t)frame->data[i] % VECTOR_BYTES || frame->linesize[i] % VECTOR_BYTES)
			return false;
	}
	return true;
}

/* Allocates *picture in this size, in the target's format and in memory of libavutil's. */
static int alloc_picture(struct scaler *s, AVFrame **picture, int width, int height)
{
	const struct video_format *format = &s->target->format;
	AVFrame *p = *picture;

	if (p && p->width == width && p->height == height)
		return 0;
	av_frame_free(picture);
	p = av_frame_alloc();
	if (!p)
		return log_no_memory();
	p->format = format->pix->av;
	p->width = width;
	p->height = height;
	p->color_range = format->range;
	p->colorspace = format->matrix;
	if (av_frame_get_buffer(p, 0) < 0) {
		av_frame_free(&p);
		return log_no_memory();
	}
	*picture = p;
	return 0;
}

static int convert(struct scaler *s, struct frame *buffer)
{
	AVFrame *to = s->to;
	int err;

	if (is_aligned(to))
		return converter_run(&s->converter, s->from, to);
	err = alloc_picture(s, &s->aligned, to->width, to->height);
	if (err < 0)
		return err;
	err = converter_run(&s->converter, s->from, s->aligned);
	if (err < 0)
		return err;
	av_image_copy(to->data, to->linesize, (const uint8_t **)s->aligned->data, s->aligned->linesize,
		      (enum AVPixelFormat)to->format, to->width, to->height);
	buffer->copied_bytes =
		(uint64_t)av_image_get_buffer_size((enum AVPixelFormat)to->format, to->width, to->height, 1);
	return 0;
}

static int convert_frame(struct scaler *s, const AVFrame *frame, struct frame *buffer)
{
	int64_t read = (int64_t)s->crop.from.width * s->crop.from.height;
	int64_t drawn = (int64_t)s->crop.to.width * s->crop.to.height;
	int err = 0;

	if (!s->target->layout.in_place)
		err = alloc_picture(s, &s->whole, (int)s->target->format.width,
				    (int)s->target->format.height);
	if (err < 0)
		return err;
	/* Without buf[0], sws_scale_frame() makes a copy of the input frame. */
	s->from->buf[0] = av_buffer_ref(frame->buf[0]);
	s->to->buf[0] = av_buffer_ref(buffer->memory);
	if (s->from->buf[0] && s->to->buf[0]) {
		set_from(s, frame);
		set_to(s, buffer);
		s->converter.flags = sws_flags(s->from, s->to);
		s->converter.threaded = read >= THREADS_FROM_PIXELS || drawn >= THREADS_FROM_PIXELS;
		err = convert(s, buffer);
		draw_bars(s, buffer); /* overwrites what libswscale wrote beyond the picture's rows */
		if (s->whole)
			store_picture(s->target, s->whole, buffer);
	} else {
		err = log_no_memory();
	}
	av_frame_unref(s->from);
	av_frame_unref(s->to);
	return err;
}

static bool is_checked(const struct scaler *s, struct frame_shape shape, AVRational aspect)
{
	return shape.format == s->shape.format && shape.width == s->shape.width &&
	       shape.height == s->shape.height && aspect.num == s->aspect.num && aspect.den == s->aspect.den;
}

int scaler_draw(struct scaler *s, const AVFrame *frame, struct frame *buffer)
{
	struct frame_shape shape = { (enum AVPixelFormat)frame->format, frame->width, frame->height };
	int err;

	target_set_payload(s->target, buffer);
	buffer->copied_bytes = 0;
	if (!is_checked(s, shape, frame->sample_aspect_ratio)) {
		err = scaler_check(s, shape, frame->sample_aspect_ratio);
		if (err < 0)
			return err;
	}
	if (scaler_is_whole(s) && target_accepts(s->target, shape, frame->color_range, frame->colorspace)) {
		store_picture(s->target, frame, buffer);
		return 0;
	}
	return convert_frame(s, frame, buffer);
}
