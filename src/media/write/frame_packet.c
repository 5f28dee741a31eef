/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes AVPackets (to be muxed or decoded) and AVFrames (to be encoded) of a device's frames. */
#include "media/write/frame_packet.h"

#include <errno.h>
#include <string.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include "base/log.h"
#include "base/picture.h"
#include "media/write/frame_check.h"

/* The widest load of any SIMD instruction set (AVX-512). */
#define SIMD_BYTES 64
/* For sample aspect ratios; containers have at least 16 bits for a term. */
#define MAX_ASPECT_TERM 65535

/* --- description --- */

/* Muxers write it as FieldOrder (RFC 9559, 5.1.4.1.28.2) or as the fiel atom (QuickTime File Format). */
enum AVFieldOrder frame_packet_field_order(const struct video_format *format)
{
	switch (format->field) {
	case FIELD_NONE:
	case FIELD_TOP:
	case FIELD_BOTTOM: /* a single field has no interlaced lines */
		return AV_FIELD_PROGRESSIVE;
	case FIELD_ANY:
		return AV_FIELD_UNKNOWN;
	default:
		return video_format_bottom_first(format) ? AV_FIELD_BB : AV_FIELD_TT;
	}
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
	par->field_order = frame_packet_field_order(format);
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
	fp->weaves = weaver_is_for(format);
	if (!fp->raw)
		return 0;
	err = fp->weaves ? weaver_open(&fp->weaver, format, &fp->format) : 0;
	if (err == 0)
		err = video_format_layout(&fp->format, &fp->layout);
	if (err < 0)
		log_error("%s %ux%u: the driver's plane sizes and strides are inconsistent: %s",
			  fourcc_text(format->fourcc, text), format->width, format->height, err_str(err));
	return err;
}

void frame_packet_close(struct frame_packet *fp)
{
	av_buffer_pool_uninit(&fp->pool);
	weaver_close(&fp->weaver);
}

bool frame_packet_set_field_order(struct frame_packet *fp, const struct frame *frame)
{
	uint32_t before = fp->format.field;

	if (fp->weaves && frame->second_memory)
		fp->format.field = frame->field == FIELD_BOTTOM ? FIELD_INTERLACED_BT : FIELD_INTERLACED_TB;
	return fp->format.field != before;
}

/* Starts with the whole picture: the frame itself, or its two fields woven. If it succeeds, end_picture()
 * must follow. */
static int begin_picture(struct frame_packet *fp, const struct frame *frame, struct frame *whole)
{
	*whole = *frame;
	return fp->weaves ? weaver_weave(&fp->weaver, frame, whole) : 0;
}

static void end_picture(const struct frame_packet *fp, struct frame *frame, struct frame *whole)
{
	frame->copied_bytes = whole->copied_bytes;
	if (fp->weaves)
		av_buffer_unref(&whole->memory);
}

/* --- packets --- */

static void load_picture(const struct frame_packet *fp, const struct frame *frame, uint8_t *const data[4],
			 const int linesize[4])
{
	const uint8_t *payloads[MAX_PLANES] = { NULL };

	for (unsigned i = 0; i < frame->n_planes; i++)
		payloads[i] = frame->planes[i].data;
	picture_load(&fp->layout, payloads, data, linesize);
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
	frame->copied_bytes += bytes;
	memset(packet->data + bytes, 0, AV_INPUT_BUFFER_PADDING_SIZE);
	return 0;
}

/* Copies the picture without padding, in libavutil's layout. */
static int pack_rows(struct frame_packet *fp, struct frame *frame, AVPacket *packet)
{
	uint8_t *data[4];
	int linesize[4];
	int err = alloc_packet(fp, frame, fp->layout.packed_bytes, packet);

	if (err == 0)
		err = av_image_fill_arrays(data, linesize, packet->data, fp->format.pix->av,
					   (int)fp->format.width, (int)fp->format.height, 1);
	if (err < 0)
		return err;
	load_picture(fp, frame, data, linesize);
	return 0;
}

/* Concatenates all planes of an unknown format. */
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

/* A stream without parameter sets cannot be decoded unless they are in the container's header. */
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

/* As frame_packet_make(), for a whole picture. */
static int make_packet(struct frame_packet *fp, struct frame *frame, AVPacket *packet)
{
	bool first = !fp->started;
	int err = frame_check(frame, &fp->format, &fp->layout);

	if (err < 0)
		return err;
	fp->started = true;
	if (first && frame->parameter_sets && !frame->has_parameter_sets && frame->n_planes == 1)
		return prepend_parameter_sets(fp, frame, packet);
	if (fp->raw)
		return fp->layout.packed ? reference_plane(frame, fp->layout.packed_bytes, packet)
					 : pack_rows(fp, frame, packet);
	return frame->n_planes == 1 ? reference_plane(frame, frame->planes[0].bytes, packet)
				    : concatenate_planes(fp, frame, packet);
}

int frame_packet_make(struct frame_packet *fp, struct frame *frame, AVPacket *packet)
{
	struct frame whole;
	int err = begin_picture(fp, frame, &whole);

	if (err < 0)
		return err;
	err = make_packet(fp, &whole, packet);
	end_picture(fp, frame, &whole);
	return err;
}

const char *frame_packet_copies(const struct frame_packet *fp)
{
	if (fp->weaves)
		return "their two fields are woven";
	if (fp->raw)
		return fp->layout.packed ? NULL : "their rows or planes do not follow one another";
	return fp->format.n_planes == 1 ? NULL : "their planes do not follow one another";
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

/* Copies the picture to memory with libavutil's layout, alignment and padding. */
static int copy_picture(const struct frame_packet *fp, struct frame *frame, AVFrame *out)
{
	int err;

	set_avframe_format(fp, out);
	err = av_frame_get_buffer(out, 0);
	if (err < 0)
		return err;
	load_picture(fp, frame, out->data, out->linesize);
	frame->copied_bytes += fp->layout.packed_bytes;
	return 0;
}

static int reference_picture(const struct frame_packet *fp, const struct frame *frame, AVFrame *out)
{
	out->buf[0] = av_buffer_ref(frame->memory);
	if (!out->buf[0])
		return -ENOMEM;
	set_avframe_format(fp, out);
	for (unsigned i = 0; i < fp->layout.n_planes; i++) {
		const struct picture_plane *p = &fp->layout.planes[i];

		out->data[i] = frame->planes[p->memory_plane].data + p->offset;
		out->linesize[i] = (int)p->stride;
	}
	return 0;
}

static int make_avframe(struct frame_packet *fp, struct frame *frame, bool aligned, AVFrame *out)
{
	int err = frame_check(frame, &fp->format, &fp->layout);

	if (err < 0)
		return err;
	if (!fp->layout.in_place)
		return copy_picture(fp, frame, out);
	err = reference_picture(fp, frame, out);
	if (err == 0 && aligned && (frame->unpadded || !simd_aligned(out, &fp->layout))) {
		av_frame_unref(out);
		err = copy_picture(fp, frame, out);
	}
	return err;
}

int frame_packet_make_avframe(struct frame_packet *fp, struct frame *frame, bool aligned, AVFrame *out)
{
	struct frame whole;
	int err = begin_picture(fp, frame, &whole);

	if (err < 0)
		return err;
	err = make_avframe(fp, &whole, aligned, out);
	end_picture(fp, frame, &whole);
	return err;
}
