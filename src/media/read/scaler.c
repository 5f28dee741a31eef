/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A decoded picture into a blank one of the target. */
#include "media/read/scaler.h"

#include <errno.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include "base/array.h"
#include "base/log.h"

/* Smaller pictures are converted fast enough, and at less cost than threads that wait for each other. */
#define THREADS_FROM_PIXELS (1920 * 1080)

enum AVPixelFormat fit_plain_format(enum AVPixelFormat format)
{
	static const struct {
		enum AVPixelFormat full, plain;
	} names[] = {
		{ AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV420P }, { AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUV422P },
		{ AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUV444P }, { AV_PIX_FMT_YUVJ440P, AV_PIX_FMT_YUV440P },
		{ AV_PIX_FMT_YUVJ411P, AV_PIX_FMT_YUV411P },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (names[i].full == format)
			return names[i].plain;
	}
	return format;
}

int fit_open(struct fit *fit, const struct reader_target *target)
{
	const struct video_format *f = &target->format;
	char text[FOURCC_TEXT_MAX];

	fit->target = *target;
	if (video_format_layout(f, &fit->layout) < 0) {
		log_error("no picture can be laid out as %s %ux%u in %u planes", fourcc_text(f->fourcc, text),
			  f->width, f->height, f->n_planes);
		return -ERANGE;
	}
	fit->av = f->pix->av;
	fit->from = av_frame_alloc();
	fit->to = av_frame_alloc();
	if (fit->from && fit->to)
		return 0;
	log_error("%s", err_str(-ENOMEM));
	return -ENOMEM;
}

void fit_close(struct fit *fit)
{
	converter_close(&fit->converter);
	av_frame_free(&fit->from);
	av_frame_free(&fit->to);
	*fit = (struct fit){ 0 };
}

static struct frame_shape target_size(const struct fit *fit)
{
	const struct video_format *f = &fit->target.format;

	return (struct frame_shape){ fit->av, (int)f->width, (int)f->height };
}

static bool is_said(enum AVColorSpace matrix)
{
	return matrix != AVCOL_SPC_UNSPECIFIED && matrix != AVCOL_SPC_RGB && matrix != AVCOL_SPC_RESERVED;
}

/* BT.601's has two names. */
static bool same_matrix(enum AVColorSpace a, enum AVColorSpace b)
{
	return a == b || ((a == AVCOL_SPC_SMPTE170M || a == AVCOL_SPC_BT470BG) &&
			  (b == AVCOL_SPC_SMPTE170M || b == AVCOL_SPC_BT470BG));
}

static bool same_colours(const struct fit *fit, enum AVPixelFormat format, enum AVColorRange range,
			 enum AVColorSpace matrix)
{
	const struct video_format *to = &fit->target.format;

	if (av_pix_fmt_desc_get(fit->av)->flags & AV_PIX_FMT_FLAG_RGB)
		return true;
	if (to->range != AVCOL_RANGE_UNSPECIFIED &&
	    converter_full_range(format, range) != converter_full_range(fit->av, to->range))
		return false;
	return !is_said(to->matrix) || !is_said(matrix) || same_matrix(to->matrix, matrix);
}

static bool same_shape(const struct fit *fit, struct frame_shape picture)
{
	struct frame_shape to = target_size(fit);

	return fit_plain_format(picture.format) == to.format && picture.width == to.width &&
	       picture.height == to.height;
}

bool fit_is_idle(const struct fit *fit, struct frame_shape picture, enum AVColorRange range,
		 enum AVColorSpace matrix)
{
	return same_shape(fit, picture) && same_colours(fit, picture.format, range, matrix);
}

int fit_check(struct fit *fit, struct frame_shape picture, AVRational aspect)
{
	struct frame_shape to = target_size(fit);

	if (crop_find(fit->target.scaling, picture, aspect, to, &fit->place) < 0) {
		log_error("the file's pictures are %dx%d and the device's %dx%d: --fit=letterbox, scale or "
			  "crop makes them fit",
			  picture.width, picture.height, to.width, to.height);
		return -ERANGE;
	}
	fit->last = picture;
	fit->last_aspect = aspect;
	if (same_shape(fit, picture) || converter_check(picture.format, to.format) == 0)
		return 0;
	return -ERANGE;
}

bool fit_has_room(const struct fit *fit, const struct frame *blank)
{
	for (unsigned i = 0; i < fit->target.format.n_planes; i++) {
		if (!blank->planes[i].data || blank->planes[i].bytes < fit->target.format.sizeimage[i])
			return false;
	}
	return blank->memory;
}

void fit_planes(const struct fit *fit, const struct frame *blank, uint8_t *data[4], int linesize[4])
{
	const struct picture_layout *l = &fit->layout;

	for (unsigned i = 0; i < l->n_planes; i++) {
		data[i] = blank->planes[l->planes[i].memory_plane].data + l->planes[i].offset;
		linesize[i] = (int)l->planes[i].stride;
	}
}

bool fit_lies_in(const struct fit *fit, const struct frame *blank, const AVFrame *frame)
{
	uint8_t *data[4];
	int linesize[4];

	fit_planes(fit, blank, data, linesize);
	for (unsigned i = 0; i < fit->layout.n_planes; i++) {
		if (frame->data[i] != data[i] || frame->linesize[i] != linesize[i])
			return false;
	}
	return true;
}

void fit_set_payload(const struct fit *fit, struct frame *picture)
{
	picture->n_planes = fit->target.format.n_planes;
	for (unsigned i = 0; i < picture->n_planes; i++)
		picture->planes[i].bytes = fit->target.format.sizeimage[i];
}

static void copy(const struct fit *fit, const AVFrame *frame, struct frame *blank)
{
	const struct picture_layout *l = &fit->layout;
	uint8_t *data[4];
	int linesize[4];

	fit_planes(fit, blank, data, linesize);
	for (unsigned i = 0; i < l->n_planes; i++)
		av_image_copy_plane(data[i], linesize[i], frame->data[i], frame->linesize[i],
				    (int)l->planes[i].row_bytes, (int)l->planes[i].rows);
	blank->copied_bytes = l->packed_bytes;
}

static void blacken(const struct fit *fit, const struct frame *blank, int x, int y, int width, int height)
{
	bool full = converter_full_range(fit->av, fit->to->color_range == AVCOL_RANGE_UNSPECIFIED
							  ? fit->from->color_range
							  : fit->to->color_range);
	uint8_t *data[4] = { 0 };
	int linesize[4] = { 0 };
	ptrdiff_t strides[4];

	if (width <= 0 || height <= 0)
		return;
	fit_planes(fit, blank, data, linesize);
	crop_offset_planes(fit->av, x, y, data, linesize);
	for (unsigned i = 0; i < 4; i++)
		strides[i] = linesize[i];
	av_image_fill_black(data, strides, fit->av, full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG, width,
			    height);
}

static void draw_borders(const struct fit *fit, const struct frame *blank)
{
	const struct crop *p = &fit->place;
	struct frame_shape whole = target_size(fit);
	int right = p->to.x + p->to.width, bottom = p->to.y + p->to.height;

	blacken(fit, blank, 0, 0, whole.width, p->to.y);
	blacken(fit, blank, 0, bottom, whole.width, whole.height - bottom);
	blacken(fit, blank, 0, p->to.y, p->to.x, p->to.height);
	blacken(fit, blank, right, p->to.y, whole.width - right, p->to.height);
}

static void describe_source(const struct fit *fit, const AVFrame *frame)
{
	const struct crop *p = &fit->place;
	AVFrame *from = fit->from;

	from->format = fit_plain_format((enum AVPixelFormat)frame->format);
	from->width = p->from.width;
	from->height = p->from.height;
	from->color_range = frame->color_range;
	if (converter_full_range((enum AVPixelFormat)frame->format, frame->color_range))
		from->color_range = AVCOL_RANGE_JPEG;
	/* What the file leaves unsaid is as the device has it, not as somebody guesses. */
	from->colorspace = is_said(frame->colorspace) ? frame->colorspace : fit->target.format.matrix;
	for (unsigned i = 0; i < 4; i++) {
		from->data[i] = frame->data[i];
		from->linesize[i] = frame->linesize[i];
	}
	crop_offset_planes((enum AVPixelFormat)from->format, p->from.x, p->from.y, from->data,
			   from->linesize);
}

static void describe_target(const struct fit *fit, const struct frame *blank)
{
	const struct crop *p = &fit->place;
	AVFrame *to = fit->to;

	to->format = fit->av;
	to->width = p->to.width;
	to->height = p->to.height;
	to->color_range = fit->target.format.range;
	to->colorspace = fit->target.format.matrix;
	fit_planes(fit, blank, to->data, to->linesize);
	crop_offset_planes(fit->av, p->to.x, p->to.y, to->data, to->linesize);
}

/* From 4:2:0 to packed 4:2:2 every other row of chroma is missing. libswscale has a direct way that takes the
 * one above for it, in a third of the time that filtering takes; which is worth more here than what one can
 * see. */
static int flags_for(const AVFrame *from, const AVFrame *to)
{
	bool direct = from->format == AV_PIX_FMT_YUV420P && from->width == to->width &&
		      from->height == to->height &&
		      (to->format == AV_PIX_FMT_YUYV422 || to->format == AV_PIX_FMT_UYVY422);

	return direct ? SWS_FAST_BILINEAR : SWS_BICUBIC;
}

static int convert(struct fit *fit, const AVFrame *frame, const struct frame *blank)
{
	int64_t read = (int64_t)fit->place.from.width * fit->place.from.height;
	int64_t drawn = (int64_t)fit->place.to.width * fit->place.to.height;
	int err = -ENOMEM;

	/* libswscale copies what has no reference. */
	fit->from->buf[0] = av_buffer_ref(frame->buf[0]);
	fit->to->buf[0] = av_buffer_ref(blank->memory);
	if (fit->from->buf[0] && fit->to->buf[0]) {
		describe_source(fit, frame);
		describe_target(fit, blank);
		draw_borders(fit, blank);
		fit->converter.flags = flags_for(fit->from, fit->to);
		fit->converter.threaded = read >= THREADS_FROM_PIXELS || drawn >= THREADS_FROM_PIXELS;
		err = converter_run(&fit->converter, fit->from, fit->to);
	}
	av_frame_unref(fit->from);
	av_frame_unref(fit->to);
	return err;
}

int fit_draw(struct fit *fit, const AVFrame *frame, struct frame *blank)
{
	struct frame_shape picture = { (enum AVPixelFormat)frame->format, frame->width, frame->height };
	AVRational aspect = frame->sample_aspect_ratio;
	int err;

	fit_set_payload(fit, blank);
	blank->copied_bytes = 0;
	if (fit_is_idle(fit, picture, frame->color_range, frame->colorspace)) {
		copy(fit, frame, blank);
		return 0;
	}
	if ((picture.format != fit->last.format || picture.width != fit->last.width ||
	     picture.height != fit->last.height || aspect.num != fit->last_aspect.num ||
	     aspect.den != fit->last_aspect.den) &&
	    (err = fit_check(fit, picture, aspect)) < 0)
		return err;
	return convert(fit, frame, blank);
}
