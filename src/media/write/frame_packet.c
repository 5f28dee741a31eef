/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes AVPackets (to be muxed or decoded) and AVFrames (to be encoded) of a device's frames. */
#include "media/write/frame_packet.h"

#include <errno.h>
#include <string.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include "base/array.h"
#include "base/log.h"

/* The widest load of any SIMD instruction set (AVX-512). */
#define SIMD_BYTES 64
/* Of pixels; containers have 16 bits and more for one. */
#define MAX_ASPECT_TERM 65535

/* --- description --- */

/* Muxers write it as FieldOrder (RFC 9559, 5.1.4.1.28.2) or as the fiel atom (QuickTime File Format). */
static enum AVFieldOrder codecpar_field_order(const struct video_format *format)
{
	/* Separate fields (TOP, ALTERNATE, SEQ_TB and others) have no equivalent in libav. */
	static const enum AVFieldOrder orders[] = {
		[FIELD_NONE] = AV_FIELD_PROGRESSIVE,
		[FIELD_INTERLACED] = AV_FIELD_TT,
		[FIELD_INTERLACED_TB] = AV_FIELD_TT,
		[FIELD_INTERLACED_BT] = AV_FIELD_BB,
	};

	/* 525-line systems (BT.601: 480 or 486 active lines) transmit the bottom field first, all others the
	 * top field: "Field Order" in the kernel's V4L2 documentation. */
	if (format->field == FIELD_INTERLACED && (format->height == 480 || format->height == 486))
		return AV_FIELD_BB;
	return format->field < ARRAY_SIZE(orders) ? orders[format->field] : AV_FIELD_UNKNOWN;
}

void frame_packet_codecpar(const struct video_format *format, AVCodecParameters *par)
{
	const struct pixfmt *pix = format->pix;

	par->codec_type = AVMEDIA_TYPE_VIDEO;
	par->codec_id = pix && pix->codec != AV_CODEC_ID_NONE ? pix->codec : AV_CODEC_ID_RAWVIDEO;
	par->width = (int)format->width;
	par->height = (int)format->height;
	par->format = pix ? pix->av : AV_PIX_FMT_NONE;
	par->color_range = format->range;
	par->color_space = format->matrix;
	par->color_primaries = format->primaries;
	par->color_trc = format->transfer;
	par->field_order = codecpar_field_order(format);
	if (!av_reduce(&par->sample_aspect_ratio.num, &par->sample_aspect_ratio.den,
		       format->sample_aspect.num, format->sample_aspect.den, MAX_ASPECT_TERM) ||
	    par->sample_aspect_ratio.den == 0)
		par->sample_aspect_ratio = (AVRational){ 0, 1 };
	if (par->codec_id == AV_CODEC_ID_RAWVIDEO && par->format != AV_PIX_FMT_NONE) {
		par->codec_tag = avcodec_pix_fmt_to_codec_tag((enum AVPixelFormat)par->format);
		par->bits_per_coded_sample =
			av_get_bits_per_pixel(av_pix_fmt_desc_get((enum AVPixelFormat)par->format));
	}
}

int frame_packet_open(struct frame_packet *fp, const struct video_format *format)
{
	const struct pixfmt *pix = format->pix;
	char text[FOURCC_TEXT_MAX];
	int err;

	fp->format = *format;
	fp->raw = pix && pix->av != AV_PIX_FMT_NONE && pix->codec == AV_CODEC_ID_RAWVIDEO;
	if (!fp->raw)
		return 0;
	err = video_format_layout(format, &fp->layout);
	if (err < 0)
		log_error("%s %ux%u: the driver's plane sizes and strides are inconsistent: %s",
			  fourcc_text(format->fourcc, text), format->width, format->height, err_str(err));
	return err;
}

void frame_packet_close(struct frame_packet *fp)
{
	av_buffer_pool_uninit(&fp->pool);
}

/* --- checks --- */

/* Whether every row of the picture is within the frame's payload. */
static bool picture_in_payload(const struct frame_packet *fp, const struct frame *frame)
{
	const struct picture_layout *l = &fp->layout;

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

static int log_short_frame(const struct frame_packet *fp, const struct frame *frame)
{
	char text[FOURCC_TEXT_MAX];
	size_t bytes = 0;

	for (unsigned i = 0; i < frame->n_planes && i < MAX_PLANES; i++)
		bytes += frame->planes[i].bytes;
	log_error("frame too short: %zu bytes in %u planes for a %s picture of %ux%u", bytes, frame->n_planes,
		  fourcc_text(fp->format.fourcc, text), fp->format.width, fp->format.height);
	return -EINVAL;
}

/* --- packets --- */

static const uint8_t *plane_start(const struct frame_packet *fp, const struct frame *frame, unsigned i)
{
	return frame->planes[fp->layout.planes[i].memory_plane].data + fp->layout.planes[i].offset;
}

/* Gives the packet memory from the pool, to copy the frame to. */
static int alloc_packet(struct frame_packet *fp, struct frame *frame, size_t bytes, AVPacket *packet)
{
	if (fp->pool && fp->pool_bytes < bytes)
		av_buffer_pool_uninit(&fp->pool); /* freed after the last unref of its buffers */
	if (!fp->pool) {
		fp->pool_bytes = bytes;
		fp->pool = av_buffer_pool_init(bytes + AV_INPUT_BUFFER_PADDING_SIZE, NULL);
	}
	packet->buf = fp->pool ? av_buffer_pool_get(fp->pool) : NULL;
	if (!packet->buf)
		return -ENOMEM;
	packet->data = packet->buf->data;
	packet->size = (int)bytes;
	frame->copied_bytes = bytes;
	memset(packet->data + bytes, 0, AV_INPUT_BUFFER_PADDING_SIZE);
	return 0;
}

/* Copies the picture without its padding, planes in libavutil's order. */
static int pack_rows(struct frame_packet *fp, struct frame *frame, AVPacket *packet)
{
	const struct picture_layout *l = &fp->layout;
	int err = alloc_packet(fp, frame, l->packed_bytes, packet);
	uint8_t *to = packet->data;

	if (err < 0)
		return err;
	for (unsigned i = 0; i < l->n_planes; i++) {
		av_image_copy_plane(to, (int)l->planes[i].row_bytes, plane_start(fp, frame, i),
				    (int)l->planes[i].stride, (int)l->planes[i].row_bytes,
				    (int)l->planes[i].rows);
		to += (size_t)l->planes[i].row_bytes * l->planes[i].rows;
	}
	return 0;
}

/* Copies all planes of a format that is not known, one after the other. */
static int concatenate_planes(struct frame_packet *fp, struct frame *frame, AVPacket *packet)
{
	size_t total = 0;
	uint8_t *to;
	int err;

	for (unsigned i = 0; i < frame->n_planes; i++)
		total += frame->planes[i].bytes;
	if (total > INT32_MAX - AV_INPUT_BUFFER_PADDING_SIZE)
		return -EINVAL;
	err = alloc_packet(fp, frame, total, packet);
	if (err < 0)
		return err;
	to = packet->data;
	for (unsigned i = 0; i < frame->n_planes; i++) {
		memcpy(to, frame->planes[i].data, frame->planes[i].bytes);
		to += frame->planes[i].bytes;
	}
	return 0;
}

/* References the first plane. */
static int reference_plane(const struct frame *frame, size_t bytes, AVPacket *packet)
{
	if (bytes > INT32_MAX)
		return -EINVAL;
	packet->buf = av_buffer_ref(frame->memory);
	if (!packet->buf)
		return -ENOMEM;
	packet->data = frame->planes[0].data;
	packet->size = (int)bytes;
	return 0;
}

/* What comes without them cannot be decoded where the container's header does not hold them. */
static int prepend_parameter_sets(struct frame_packet *fp, struct frame *frame, AVPacket *packet)
{
	const AVBufferRef *sets = frame->parameter_sets;
	size_t bytes = frame->planes[0].bytes;
	int err;

	if (bytes > INT32_MAX - AV_INPUT_BUFFER_PADDING_SIZE - sets->size)
		return -EINVAL;
	err = alloc_packet(fp, frame, sets->size + bytes, packet);
	if (err < 0)
		return err;
	memcpy(packet->data, sets->data, sets->size);
	memcpy(packet->data + sets->size, frame->planes[0].data, bytes);
	return 0;
}

int frame_packet_make(struct frame_packet *fp, struct frame *frame, AVPacket *packet)
{
	bool first;

	if (frame->n_planes < 1 || frame->n_planes > MAX_PLANES ||
	    (fp->raw && !picture_in_payload(fp, frame)))
		return log_short_frame(fp, frame);
	first = !fp->started;
	fp->started = true;
	if (first && frame->parameter_sets && !frame->has_parameter_sets && frame->n_planes == 1)
		return prepend_parameter_sets(fp, frame, packet);
	if (fp->raw)
		return fp->layout.packed ? reference_plane(frame, fp->layout.packed_bytes, packet)
					 : pack_rows(fp, frame, packet);
	return frame->n_planes == 1 ? reference_plane(frame, frame->planes[0].bytes, packet)
				    : concatenate_planes(fp, frame, packet);
}

/* --- AVFrames --- */

static void set_avframe_format(const struct frame_packet *fp, AVFrame *out)
{
	out->format = fp->format.pix->av;
	out->width = (int)fp->format.width;
	out->height = (int)fp->format.height;
	out->color_range = fp->format.range;
	out->colorspace = fp->format.matrix;
	out->color_primaries = fp->format.primaries;
	out->color_trc = fp->format.transfer;
}

static bool simd_aligned(const AVFrame *f, const struct picture_layout *l)
{
	for (unsigned i = 0; i < l->n_planes; i++) {
		if ((uintptr_t)f->data[i] % SIMD_BYTES || f->linesize[i] % SIMD_BYTES ||
		    l->planes[i].row_bytes % SIMD_BYTES)
			return false;
	}
	return true;
}

/* Moves the picture to memory with libavutil's alignment and padding. */
static int copy_aligned(const struct frame_packet *fp, struct frame *frame, AVFrame *out)
{
	AVFrame *copy = av_frame_alloc();
	int err;

	if (!copy)
		return -ENOMEM;
	set_avframe_format(fp, copy);
	err = av_frame_get_buffer(copy, 0);
	if (err >= 0)
		err = av_frame_copy(copy, out);
	if (err >= 0) {
		av_frame_unref(out);
		av_frame_move_ref(out, copy);
		frame->copied_bytes = fp->layout.packed_bytes;
	}
	av_frame_free(&copy);
	return err < 0 ? err : 0;
}

int frame_packet_make_avframe(struct frame_packet *fp, struct frame *frame, bool aligned, AVFrame *out)
{
	if (frame->n_planes < 1 || frame->n_planes > MAX_PLANES || !picture_in_payload(fp, frame))
		return log_short_frame(fp, frame);
	out->buf[0] = av_buffer_ref(frame->memory);
	if (!out->buf[0])
		return -ENOMEM;
	set_avframe_format(fp, out);
	for (unsigned i = 0; i < fp->layout.n_planes; i++) {
		out->data[i] = (uint8_t *)plane_start(fp, frame, i);
		out->linesize[i] = (int)fp->layout.planes[i].stride;
	}
	if (aligned && (frame->unpadded || !simd_aligned(out, &fp->layout)))
		return copy_aligned(fp, frame, out);
	return 0;
}
