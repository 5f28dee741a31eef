/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * AVCodecContext.get_buffer2. Each frame gets a struct decoder_buffer as its opaque_ref, which
 * libavcodec copies with the frame and unreferences with its last copy: that is when the buffer is no
 * longer used, also as a reference frame inside the decoder.
 */
#include "media/read/decoder_buffers.h"

#include <errno.h>
#include <libavutil/imgutils.h>
#include <libavutil/mem.h>
#include <libavutil/pixdesc.h>
#include "base/array.h"
#include "media/converter.h"
#include "media/read/limits.h"

/* SIMD code may access so much beyond the last row; avcodec_default_get_buffer2() leaves as much. */
#define MARGIN_BYTES 64

struct decoder_buffer {
	struct decoder_buffers *owner;
	int64_t bytes;       /* of libavcodec's memory */
	struct frame buffer; /* the target's buffer, with a reference; memory NULL: none */
	bool counted;        /* in owner->n_used */
	bool taken;          /* returned by decoder_buffers_take() */
};

/* How far decoders write beyond the frame: rows and columns of a plane are rounded up to these units. Other
 * decoders get what avcodec_align_dimensions2() returns, which is the most that any decoder needs, and
 * usually more than a device's buffer has. */
static const struct padding {
	enum AVCodecID codec;
	int rows, columns;
	int rows_read; /* rows read, not written, below the last one */
} paddings[] = {
	{ AV_CODEC_ID_H264, 1, 1, 2 },   /* asks for the coded size, which is whole macroblocks */
	{ AV_CODEC_ID_HEVC, 1, 1, 0 },   /* the same */
	{ AV_CODEC_ID_MJPEG, 16, 8, 0 }, /* whole blocks in each of two fields */
	{ AV_CODEC_ID_FFV1, 1, 1, 0 },     { AV_CODEC_ID_HUFFYUV, 1, 16, 0 },
	{ AV_CODEC_ID_FFVHUFF, 1, 16, 0 }, { AV_CODEC_ID_UTVIDEO, 1, 16, 0 },
};

static const struct padding *find_padding(enum AVCodecID codec)
{
	for (size_t i = 0; i < ARRAY_SIZE(paddings); i++) {
		if (paddings[i].codec == codec)
			return &paddings[i];
	}
	return NULL;
}

/* The part of a plane that a decoder may access. */
struct plane_extent {
	int row_bytes, rows, rows_read;
};

static struct plane_extent find_plane_extent(AVCodecContext *decoder, const AVFrame *frame, int plane)
{
	const struct padding *p = find_padding(decoder->codec_id);
	const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get((enum AVPixelFormat)frame->format);
	int log2_h = plane == 1 || plane == 2 ? descriptor->log2_chroma_h : 0;
	int width = frame->width, height = frame->height, alignment[AV_NUM_DATA_POINTERS];
	struct plane_extent extent = { 0 };

	if (!p)
		avcodec_align_dimensions2(decoder, &width, &height, alignment);
	extent.row_bytes = av_image_get_linesize((enum AVPixelFormat)frame->format, width, plane);
	extent.rows = AV_CEIL_RSHIFT(height, log2_h);
	if (p) {
		/* A sample has one byte or two; two are assumed. */
		extent.row_bytes = FFALIGN(extent.row_bytes, p->columns * 2);
		extent.rows = FFALIGN(extent.rows, p->rows);
		extent.rows_read = p->rows_read;
	}
	return extent;
}

/* Bytes from a plane's start to the next plane in the same memory, or to the end of the memory. */
static size_t plane_room(const struct target *target, const struct frame *buffer, unsigned plane,
			 bool *is_last)
{
	const struct picture_layout *l = &target->layout;
	size_t end = buffer->planes[l->planes[plane].memory_plane].bytes;

	*is_last = true;
	for (unsigned i = 0; i < l->n_planes; i++) {
		if (l->planes[i].memory_plane == l->planes[plane].memory_plane &&
		    l->planes[i].offset > l->planes[plane].offset && l->planes[i].offset < end) {
			end = l->planes[i].offset;
			*is_last = false;
		}
	}
	return end - l->planes[plane].offset;
}

/* Whether the buffer has the alignment and the padding that avcodec.h demands of get_buffer2. */
static bool buffer_suits(const struct target *target, AVCodecContext *decoder, const AVFrame *frame,
			 const struct frame *buffer)
{
	int width = frame->width, height = frame->height, alignment[AV_NUM_DATA_POINTERS], linesize[4];
	uint8_t *data[4];

	avcodec_align_dimensions2(decoder, &width, &height, alignment);
	target_planes(target, buffer, data, linesize);
	for (unsigned i = 0; i < target->layout.n_planes; i++) {
		struct plane_extent extent = find_plane_extent(decoder, frame, (int)i);
		bool is_last;
		size_t room = plane_room(target, buffer, i, &is_last);
		size_t needed = (size_t)linesize[i] * extent.rows;

		if (is_last)
			needed += (size_t)linesize[i] * extent.rows_read + MARGIN_BYTES;
		if (linesize[i] % alignment[i] || (uintptr_t)data[i] % alignment[i] ||
		    extent.row_bytes > linesize[i] || needed > room)
			return false;
	}
	return true;
}

/* Whether the frame can be in a buffer of the target, as far as it is known before one is acquired. */
static bool frame_suits(const struct decoder_buffers *buffers, const struct target *target,
			const AVCodecContext *decoder, const AVFrame *frame)
{
	struct frame_shape shown = { (enum AVPixelFormat)frame->format, decoder->width, decoder->height };
	enum AVColorRange range = buffers->range ? buffers->range : decoder->color_range;
	enum AVColorSpace matrix =
		converter_matrix_is_stated(buffers->matrix) ? buffers->matrix : decoder->colorspace;

	return target && target->layout.in_place && buffers->n_direct > 0 &&
	       !atomic_load(&buffers->target_unfit) && decoder->codec->capabilities & AV_CODEC_CAP_DR1 &&
	       decoder->lowres == 0 && target_accepts(target, shown, range, matrix);
}

static void free_decoder_buffer(void *opaque, uint8_t *data)
{
	struct decoder_buffer *b = (struct decoder_buffer *)data;

	(void)opaque;
	atomic_fetch_sub(&b->owner->bytes, b->bytes);
	if (b->counted)
		atomic_fetch_sub(&b->owner->n_used, 1);
	av_buffer_unref(&b->buffer.memory);
	av_free(b);
}

/* The frame owns the result, by its opaque_ref. */
static struct decoder_buffer *attach_decoder_buffer(struct decoder_buffers *buffers, AVFrame *frame)
{
	struct decoder_buffer *b = av_mallocz(sizeof *b);

	if (!b)
		return NULL;
	b->owner = buffers;
	frame->opaque_ref = av_buffer_create((uint8_t *)b, sizeof *b, free_decoder_buffer, NULL, 0);
	if (frame->opaque_ref)
		return b;
	av_free(b);
	return NULL;
}

static int acquire_for(struct decoder_buffer *b, const struct target *target, AVCodecContext *decoder,
		       AVFrame *frame)
{
	int err = target_acquire(target, false, &b->buffer);

	if (err == 0 && !buffer_suits(target, decoder, frame, &b->buffer))
		err = -EMSGSIZE;
	if (err == -EMSGSIZE)
		atomic_store(&b->owner->target_unfit, true);
	if (err < 0)
		return -EAGAIN;
	frame->buf[0] = av_buffer_ref(b->buffer.memory);
	return frame->buf[0] ? 0 : -ENOMEM;
}

/* -EAGAIN: there is no buffer now. */
static int use_target(struct decoder_buffers *buffers, const struct target *target, AVCodecContext *decoder,
		      AVFrame *frame)
{
	struct decoder_buffer *b = NULL;
	int err;

	if (atomic_fetch_add(&buffers->n_used, 1) < buffers->n_direct)
		b = attach_decoder_buffer(buffers, frame);
	if (!b) {
		atomic_fetch_sub(&buffers->n_used, 1);
		return -EAGAIN;
	}
	b->counted = true;
	err = acquire_for(b, target, decoder, frame);
	if (err < 0) {
		av_buffer_unref(&frame->opaque_ref);
		return err;
	}
	target_planes(target, &b->buffer, frame->data, frame->linesize);
	frame->extended_data = frame->data;
	return 0;
}

static int use_libavcodec(struct decoder_buffers *buffers, AVCodecContext *decoder, AVFrame *frame, int flags)
{
	int64_t bytes =
		av_image_get_buffer_size((enum AVPixelFormat)frame->format, frame->width, frame->height, 1);
	struct decoder_buffer *b;
	int err;

	if (bytes < 0 || atomic_load(&buffers->bytes) + bytes > buffers->max_bytes)
		return -ENOMEM;
	b = attach_decoder_buffer(buffers, frame);
	if (!b)
		return -ENOMEM;
	b->bytes = bytes;
	atomic_fetch_add(&buffers->bytes, bytes);
	err = avcodec_default_get_buffer2(decoder, frame, flags);
	if (err < 0)
		av_buffer_unref(&frame->opaque_ref);
	return err;
}

/* get_buffer2; the decoder's frame threads call it, too. */
static int get_buffer(AVCodecContext *decoder, AVFrame *frame, int flags)
{
	struct decoder_buffers *buffers = decoder->opaque;
	const struct target *target = atomic_load(&buffers->target);

	if (frame_suits(buffers, target, decoder, frame) && use_target(buffers, target, decoder, frame) == 0)
		return 0;
	return use_libavcodec(buffers, decoder, frame, flags);
}

void decoder_buffers_init(struct decoder_buffers *buffers, AVCodecContext *decoder)
{
	buffers->max_bytes = limits_frame_bytes();
	decoder->opaque = buffers;
	decoder->get_buffer2 = get_buffer;
#if LIBAVCODEC_VERSION_MAJOR < 60
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	/* Without this, frame threads pass each call to the thread that decodes and wait for it. */
	decoder->thread_safe_callbacks = 1;
#pragma GCC diagnostic pop
#endif
}

void decoder_buffers_enable(struct decoder_buffers *buffers, const struct target *target, unsigned n_direct)
{
	buffers->n_direct = n_direct;
	atomic_store(&buffers->target, target);
}

bool decoder_buffers_take(const struct decoder_buffers *buffers, const AVFrame *frame, struct frame *out)
{
	const struct target *target = atomic_load(&((struct decoder_buffers *)buffers)->target);
	struct decoder_buffer *b =
		frame->opaque_ref ? (struct decoder_buffer *)frame->opaque_ref->data : NULL;

	/* A decoder may output the same frame twice, or crop it by moving data[]. */
	if (!b || !b->buffer.memory || b->taken || !target_contains(target, &b->buffer, frame))
		return false;
	*out = b->buffer;
	out->memory = av_buffer_ref(b->buffer.memory);
	if (!out->memory)
		return false;
	b->taken = true;
	target_set_payload(target, out);
	return true;
}
