/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Converts frames of a capture device into an output device's buffers. */
#include "session/relay_convert.h"

#include <errno.h>
#include "base/log.h"
#include "media/libav.h"

static int check_source_format(struct relay_converter *c)
{
	char fourcc[FOURCC_TEXT_MAX];

	if (video_format_layout(&c->from, &c->layout) == 0 && c->layout.in_place &&
	    converter_check(c->from.pix->av, c->target.format.pix->av) == 0)
		return 0;
	log_error("frames of %s cannot be converted: choose another format with --from-pixelformat",
		  fourcc_text(c->from.fourcc, fourcc));
	return -ERANGE;
}

int relay_converter_open(struct relay_converter *c, const struct video_format *from,
			 const struct video_format *to, enum scaling scaling)
{
	AVRational aspect = { (int)from->sample_aspect.num, (int)from->sample_aspect.den };
	struct frame_shape shape;
	int err;

	c->from = *from;
	c->target.format = *to;
	err = check_source_format(c);
	if (err == 0)
		err = target_init_layout(&c->target);
	if (err == 0)
		err = scaler_open(&c->scaler, &c->target, scaling);
	if (err < 0)
		return err;
	shape = (struct frame_shape){ from->pix->av, (int)from->width, (int)from->height };
	c->frame = av_frame_alloc();
	return c->frame ? scaler_check(&c->scaler, shape, aspect) : log_no_memory();
}

static AVBufferRef *refer_to(const struct plane *plane)
{
	return av_buffer_create(plane->data, plane->length, libav_keep_memory, NULL, 0);
}

static void describe_picture(struct relay_converter *c, const struct buffer *from)
{
	AVFrame *frame = c->frame;

	frame->format = c->from.pix->av;
	frame->width = (int)c->from.width;
	frame->height = (int)c->from.height;
	frame->color_range = c->from.range;
	frame->colorspace = c->from.matrix;
	for (unsigned i = 0; i < c->layout.n_planes; i++) {
		const struct picture_plane *plane = &c->layout.planes[i];

		frame->data[i] = plane_payload(&from->planes[plane->memory_plane]) + plane->offset;
		frame->linesize[i] = (int)plane->stride;
	}
}

int relay_converter_fill(void *opaque, const struct buffer *from, struct buffer *to)
{
	struct relay_converter *c = opaque;
	struct frame drawn = { .n_planes = to->n_planes, .memory = refer_to(&to->planes[0]) };
	int err = -ENOMEM;

	c->frame->buf[0] = refer_to(&from->planes[0]);
	for (uint32_t p = 0; p < to->n_planes; p++) {
		drawn.planes[p].data = to->planes[p].data;
		drawn.planes[p].bytes = to->planes[p].length;
	}
	describe_picture(c, from);
	if (drawn.memory && c->frame->buf[0])
		err = scaler_draw(&c->scaler, c->frame, &drawn);
	for (uint32_t p = 0; p < to->n_planes && err == 0; p++) {
		to->planes[p].data_offset = 0;
		to->planes[p].bytesused = (uint32_t)drawn.planes[p].bytes;
	}
	av_buffer_unref(&drawn.memory);
	av_frame_unref(c->frame);
	return err;
}

void relay_converter_close(struct relay_converter *c)
{
	scaler_close(&c->scaler);
	av_frame_free(&c->frame);
	*c = (struct relay_converter){ 0 };
}
