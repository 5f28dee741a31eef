/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Converts frames between the buffers of two pools. */
#include "session/frame_converter.h"

#include <errno.h>
#include "base/log.h"
#include "base/picture.h"
#include "media/frame_decoder.h"
#include "media/libav.h"
#include "media/write/frame_packet.h"

struct video_format frame_converter_pictures(const struct video_format *from)
{
	struct video_format pictures = *from;

	if (video_format_is_compressed(from) && from->range == AVCOL_RANGE_UNSPECIFIED)
		pictures.range = frame_decoder_usual_range(from->pix->codec);
	return pictures;
}

static int check_formats(struct frame_converter *c)
{
	const struct video_format *to = &c->target.format;
	char from_text[FOURCC_TEXT_MAX], to_text[FOURCC_TEXT_MAX];

	if (video_format_layout(&c->from, &c->layout) == 0 &&
	    converter_check(c->from.pix->av, to->pix->av) == 0)
		return 0;
	log_error("frames of %s cannot be converted to %s: choose another format with --pixelformat, in play "
		  "with --from-pixelformat",
		  fourcc_text(c->from.fourcc, from_text), fourcc_text(to->fourcc, to_text));
	return -ERANGE;
}

static AVRational sample_aspect(const struct video_format *format)
{
	return (AVRational){ (int)format->sample_aspect.num, (int)format->sample_aspect.den };
}

static void describe_picture(struct frame_converter *c)
{
	AVFrame *frame = c->frame;

	frame->format = c->from.pix->av;
	frame->width = (int)c->from.width;
	frame->height = (int)c->from.height;
	frame->sample_aspect_ratio = sample_aspect(&c->from);
	frame->color_range = c->from.range;
	frame->colorspace = c->from.matrix;
}

static int open_picture(struct frame_converter *c)
{
	struct frame_shape shape = { c->from.pix->av, (int)c->from.width, (int)c->from.height };

	c->frame = av_frame_alloc();
	if (!c->frame)
		return log_no_memory();
	describe_picture(c);
	if (!c->layout.in_place && av_frame_get_buffer(c->frame, 0) < 0)
		return log_no_memory();
	return scaler_check(&c->scaler, shape, c->frame->sample_aspect_ratio);
}

/* The format of the pictures is assumed until the first one is decoded. */
static int open_decoder(struct frame_converter *c)
{
	struct frame_shape shape = { frame_decoder_usual_format(c->from.pix->codec), (int)c->from.width,
				     (int)c->from.height };
	AVCodecParameters *par = avcodec_parameters_alloc();
	int err = -ENOMEM;

	c->frame = av_frame_alloc();
	c->packet = av_packet_alloc();
	libav_init();
	if (par && c->frame && c->packet) {
		frame_packet_codecpar(&c->from, par);
		c->is_stream = !libav_is_intra_only(par->codec_id);
		err = frame_decoder_open(&c->decoder, par, true);
	}
	avcodec_parameters_free(&par);
	if (err == -ENOMEM)
		return log_no_memory();
	return err < 0 ? err : scaler_check(&c->scaler, shape, sample_aspect(&c->from));
}

int frame_converter_open(struct frame_converter *c, const struct video_format *from,
			 const struct video_format *to, enum scaling scaling)
{
	bool decodes = video_format_is_compressed(from);
	int err;

	c->from = *from;
	c->target.format = *to;
	c->copies = scaling == SCALING_PAD && from->fourcc == to->fourcc;
	err = target_init_layout(&c->target);
	if (err == 0 && !decodes)
		err = check_formats(c);
	if (err < 0 || c->copies)
		return err;
	err = scaler_open(&c->scaler, &c->target, scaling);
	if (err < 0)
		return err;
	return decodes ? open_decoder(c) : open_picture(c);
}

/* libswscale copies frames that are not reference-counted. */
static AVBufferRef *refer_to(const struct plane *plane)
{
	return av_buffer_create(plane->data, plane->length, libav_keep_memory, NULL, 0);
}

static int wrap_or_load(struct frame_converter *c, const struct buffer *from,
			const uint8_t *const payloads[MAX_PLANES])
{
	if (!c->layout.in_place) {
		picture_load(&c->layout, payloads, c->frame->data, c->frame->linesize);
		return 0;
	}
	for (unsigned i = 0; i < c->layout.n_planes; i++) {
		const struct picture_plane *plane = &c->layout.planes[i];

		c->frame->data[i] = plane_payload(&from->planes[plane->memory_plane]) + plane->offset;
		c->frame->linesize[i] = (int)plane->stride;
	}
	c->frame->buf[0] = refer_to(&from->planes[0]);
	return c->frame->buf[0] ? 0 : log_no_memory();
}

/* libav copies the data, as it reads beyond their end. */
static int decode_buffer(struct frame_converter *c, const struct buffer *from)
{
	int err;

	c->packet->data = plane_payload(&from->planes[0]);
	c->packet->size = (int)plane_payload_bytes(&from->planes[0]);
	libav_clear_error();
	err = avcodec_send_packet(c->decoder, c->packet);
	if (err >= 0)
		err = avcodec_receive_frame(c->decoder, c->frame);
	if (err < 0 && err != -ENOMEM && !c->warned) {
		log_warn("a frame cannot be decoded and is dropped: %s", libav_err_str(err));
		c->warned = true;
	}
	if (err == 0)
		c->frame->sample_aspect_ratio = sample_aspect(&c->from);
	return err;
}

static int read_picture(struct frame_converter *c, const struct buffer *from,
			const uint8_t *const payloads[MAX_PLANES])
{
	return c->decoder ? decode_buffer(c, from) : wrap_or_load(c, from, payloads);
}

static int convert_buffer(struct frame_converter *c, const struct buffer *from,
			  const uint8_t *const payloads[MAX_PLANES], struct buffer *to)
{
	struct frame drawn = { .n_planes = to->n_planes, .memory = refer_to(&to->planes[0]) };
	int err = drawn.memory ? read_picture(c, from, payloads) : log_no_memory();

	c->n_undecodable += c->decoder && err < 0;
	for (uint32_t p = 0; p < to->n_planes; p++)
		drawn.planes[p].data = to->planes[p].data;
	if (err == 0)
		err = scaler_draw(&c->scaler, c->frame, &drawn);
	av_buffer_unref(&drawn.memory);
	if (c->decoder)
		av_frame_unref(c->frame);
	else if (c->layout.in_place)
		av_buffer_unref(&c->frame->buf[0]);
	return err;
}

int frame_converter_fill(void *opaque, const struct buffer *from, struct buffer *to)
{
	struct frame_converter *c = opaque;
	const uint8_t *from_payloads[MAX_PLANES] = { NULL };
	uint8_t *to_payloads[MAX_PLANES] = { NULL };

	for (uint32_t p = 0; p < from->n_planes; p++)
		from_payloads[p] = plane_payload(&from->planes[p]);
	for (uint32_t p = 0; p < to->n_planes; p++) {
		if (to->planes[p].length < c->target.format.sizeimage[p])
			return -ENOSPC;
		to_payloads[p] = to->planes[p].data;
		to->planes[p].data_offset = 0;
		to->planes[p].bytesused = c->target.format.sizeimage[p];
	}
	if (!c->copies)
		return convert_buffer(c, from, from_payloads, to);
	c->n_copied++;
	c->bytes_copied += picture_copy(&c->target.layout, to_payloads, &c->layout, from_payloads);
	return 0;
}

void frame_converter_skip(struct frame_converter *c, const struct buffer *from)
{
	if (!c->is_stream)
		return;
	decode_buffer(c, from);
	av_frame_unref(c->frame);
}

void frame_converter_close(struct frame_converter *c)
{
	scaler_close(&c->scaler);
	av_frame_free(&c->frame);
	avcodec_free_context(&c->decoder);
	av_packet_free(&c->packet);
	*c = (struct frame_converter){ 0 };
}
