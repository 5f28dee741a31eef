/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A device's frames as libav sees them: packets (for copying) and pictures (for encoding). */
#include "media/write/frame_packet.h"

#include <errno.h>
#include <string.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include "base/array.h"
#include "base/log.h"

/* As wide as any vector instruction reads. */
#define WIDE_BYTES 64

/* libavcodec has no name for fields that are apart, in buffers of their own or one below the other. */
static const enum AVFieldOrder field_orders[] = {
	[FIELD_NONE] = AV_FIELD_PROGRESSIVE,
	[FIELD_INTERLACED] = AV_FIELD_TT,
	[FIELD_INTERLACED_TB] = AV_FIELD_TT,
	[FIELD_INTERLACED_BT] = AV_FIELD_BB,
};

enum AVFieldOrder frame_packet_field_order(const struct video_format *format)
{
	if (format->field >= ARRAY_SIZE(field_orders))
		return AV_FIELD_UNKNOWN;
	/* 525-line television sends the bottom field first, all others the top one. */
	if (format->field == FIELD_INTERLACED && (format->height == 480 || format->height == 486))
		return AV_FIELD_BB;
	return field_orders[format->field];
}

void frame_packet_codecpar(const struct video_format *format, AVCodecParameters *p)
{
	const struct pixfmt *pix = format->pix;

	p->codec_type = AVMEDIA_TYPE_VIDEO;
	p->codec_id = pix && pix->codec != AV_CODEC_ID_NONE ? pix->codec : AV_CODEC_ID_RAWVIDEO;
	p->width = (int)format->width;
	p->height = (int)format->height;
	p->format = pix ? pix->av : AV_PIX_FMT_NONE;
	p->color_range = format->range;
	p->color_space = format->matrix;
	p->color_primaries = format->primaries;
	p->color_trc = format->transfer;
	p->field_order = frame_packet_field_order(format);
	p->sample_aspect_ratio = (AVRational){ 0, 1 };
	if (p->codec_id == AV_CODEC_ID_RAWVIDEO && p->format != AV_PIX_FMT_NONE) {
		p->codec_tag = avcodec_pix_fmt_to_codec_tag((enum AVPixelFormat)p->format);
		p->bits_per_coded_sample =
			av_get_bits_per_pixel(av_pix_fmt_desc_get((enum AVPixelFormat)p->format));
	}
}

int frame_packet_open(struct frame_packet *p, const struct video_format *format)
{
	const struct pixfmt *pix = format->pix;
	char text[FOURCC_TEXT_MAX];
	int err;

	p->format = *format;
	p->raw = pix && pix->av != AV_PIX_FMT_NONE && pix->codec == AV_CODEC_ID_RAWVIDEO;
	if (!p->raw)
		return 0;
	err = video_format_layout(format, &p->layout);
	if (err < 0)
		log_error("%s %ux%u: the planes and rows that the device describes do not fit together: %s",
			  fourcc_text(format->fourcc, text), format->width, format->height, err_str(err));
	return err;
}

void frame_packet_close(struct frame_packet *p)
{
	av_buffer_pool_uninit(&p->pool);
}

/* Recycled memory for `bytes` of a frame. */
static AVBufferRef *gather_memory(struct frame_packet *p, size_t bytes)
{
	if (p->pool && p->pool_bytes < bytes)
		av_buffer_pool_uninit(&p->pool); /* freed when its last buffer is home */
	if (!p->pool) {
		p->pool_bytes = bytes;
		p->pool = av_buffer_pool_init(bytes + WIDE_BYTES, NULL);
	}
	return p->pool ? av_buffer_pool_get(p->pool) : NULL;
}

static void count_copied(struct frame_packet *p, size_t bytes)
{
	atomic_fetch_add_explicit(&p->copied_bytes, bytes, memory_order_relaxed);
}

/* Whether every row of the picture lies inside what the frame says it holds. */
static bool long_enough(const struct frame_packet *p, const struct frame *frame)
{
	const struct picture_layout *l = &p->layout;

	for (unsigned i = 0; i < l->n_planes; i++) {
		size_t end = l->planes[i].offset + l->planes[i].row_bytes;

		if (l->planes[i].rows > 0)
			end += (size_t)l->planes[i].stride * (l->planes[i].rows - 1);
		if (l->planes[i].memory_plane >= frame->n_planes ||
		    frame->planes[l->planes[i].memory_plane].bytes < end)
			return false;
	}
	return true;
}

static const uint8_t *plane_start(const struct frame_packet *p, const struct frame *frame, unsigned i)
{
	return frame->planes[p->layout.planes[i].memory_plane].data + p->layout.planes[i].offset;
}

static int gather_rows(struct frame_packet *p, const struct frame *frame, AVPacket *packet)
{
	const struct picture_layout *l = &p->layout;
	uint8_t *to;

	if (!(packet->buf = gather_memory(p, l->packed_bytes)))
		return -ENOMEM;
	to = packet->data = packet->buf->data;
	for (unsigned i = 0; i < l->n_planes; i++) {
		av_image_copy_plane(to, (int)l->planes[i].row_bytes, plane_start(p, frame, i),
				    (int)l->planes[i].stride, (int)l->planes[i].row_bytes,
				    (int)l->planes[i].rows);
		to += (size_t)l->planes[i].row_bytes * l->planes[i].rows;
	}
	packet->size = (int)l->packed_bytes;
	count_copied(p, l->packed_bytes);
	return 0;
}

/* Bytes whose sense is not ours to know: all planes, one behind the other. */
static int gather_bytes(struct frame_packet *p, const struct frame *frame, AVPacket *packet)
{
	size_t total = 0;
	uint8_t *to;

	for (unsigned i = 0; i < frame->n_planes; i++)
		total += frame->planes[i].bytes;
	if (total > INT32_MAX - WIDE_BYTES)
		return -EINVAL;
	if (!(packet->buf = gather_memory(p, total)))
		return -ENOMEM;
	to = packet->data = packet->buf->data;
	for (unsigned i = 0; i < frame->n_planes; i++) {
		memcpy(to, frame->planes[i].data, frame->planes[i].bytes);
		to += frame->planes[i].bytes;
	}
	packet->size = (int)total;
	count_copied(p, total);
	return 0;
}

/* The frame's first memory plane as it is. */
static int lend(const struct frame *frame, size_t bytes, AVPacket *packet)
{
	if (bytes > INT32_MAX)
		return -EINVAL;
	if (!(packet->buf = av_buffer_ref(frame->memory)))
		return -ENOMEM;
	packet->data = frame->planes[0].data;
	packet->size = (int)bytes;
	return 0;
}

static int refuse_short(const struct frame_packet *p, const struct frame *frame)
{
	char text[FOURCC_TEXT_MAX];
	size_t bytes = 0;

	for (unsigned i = 0; i < frame->n_planes && i < MAX_PLANES; i++)
		bytes += frame->planes[i].bytes;
	log_error("a frame of %zu bytes in %u planes cannot hold a %s picture of %ux%u", bytes,
		  frame->n_planes, fourcc_text(p->format.fourcc, text), p->format.width, p->format.height);
	return -EINVAL;
}

int frame_packet_make(struct frame_packet *p, const struct frame *frame, AVPacket *packet)
{
	if (frame->n_planes < 1 || frame->n_planes > MAX_PLANES || (p->raw && !long_enough(p, frame)))
		return refuse_short(p, frame);
	if (p->raw)
		return p->layout.packed ? lend(frame, p->layout.packed_bytes, packet)
					: gather_rows(p, frame, packet);
	return frame->n_planes == 1 ? lend(frame, frame->planes[0].bytes, packet)
				    : gather_bytes(p, frame, packet);
}

static void describe(const struct frame_packet *p, AVFrame *out)
{
	out->format = p->format.pix->av;
	out->width = (int)p->format.width;
	out->height = (int)p->format.height;
	out->color_range = p->format.range;
	out->colorspace = p->format.matrix;
	out->color_primaries = p->format.primaries;
	out->color_trc = p->format.transfer;
}

static bool readable_wide(const AVFrame *f, const struct picture_layout *l)
{
	for (unsigned i = 0; i < l->n_planes; i++) {
		if ((uintptr_t)f->data[i] % WIDE_BYTES || f->linesize[i] % WIDE_BYTES ||
		    l->planes[i].row_bytes % WIDE_BYTES)
			return false;
	}
	return true;
}

/* Into memory that is aligned and padded as libav likes it. */
static int move_to_own_memory(struct frame_packet *p, AVFrame *out)
{
	AVFrame *copy = av_frame_alloc();
	int err = -ENOMEM;

	if (!copy)
		return err;
	describe(p, copy);
	if ((err = av_frame_get_buffer(copy, 0)) < 0 || (err = av_frame_copy(copy, out)) < 0) {
		av_frame_free(&copy);
		return err;
	}
	av_frame_unref(out);
	av_frame_move_ref(out, copy);
	av_frame_free(&copy);
	count_copied(p, p->layout.packed_bytes);
	return 0;
}

int frame_packet_make_avframe(struct frame_packet *p, const struct frame *frame, bool aligned, AVFrame *out)
{
	if (frame->n_planes < 1 || frame->n_planes > MAX_PLANES || !long_enough(p, frame))
		return refuse_short(p, frame);
	if (!(out->buf[0] = av_buffer_ref(frame->memory)))
		return -ENOMEM;
	describe(p, out);
	for (unsigned i = 0; i < p->layout.n_planes; i++) {
		out->data[i] = (uint8_t *)plane_start(p, frame, i);
		out->linesize[i] = (int)p->layout.planes[i].stride;
	}
	return aligned && !readable_wide(out, &p->layout) ? move_to_own_memory(p, out) : 0;
}
