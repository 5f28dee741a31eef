/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames of a camera in the layout or the pixel format of an encoder. */
#include "session/encoding_picture.h"

#include <errno.h>
#include "base/log.h"
#include "base/picture.h"
#include "media/libav.h"

#define VECTOR_BYTES 16 /* libswscale may write beyond rows that are not whole vectors */

/* What has libavutil's layout is wrapped, all else has memory of its own. */
static int open_picture_frame(AVFrame **frame, const struct video_format *format,
			      const struct video_format *size, bool in_place)
{
	AVFrame *f = *frame = av_frame_alloc();

	if (!f)
		return log_no_memory();
	f->format = format->pix->av;
	f->width = (int)format->width;
	f->height = (int)format->height;
	if (!in_place && av_frame_get_buffer(f, 0) < 0)
		return log_no_memory();
	f->width = (int)size->width;
	f->height = (int)size->height;
	f->color_range = size->range;
	f->colorspace = size->matrix;
	return 0;
}

static bool fits_vectors(const struct picture_layout *layout)
{
	for (unsigned i = 0; i < layout->n_planes; i++)
		if (layout->planes[i].stride % VECTOR_BYTES || layout->planes[i].offset % VECTOR_BYTES)
			return false;
	return layout->in_place;
}

int encoding_picture_open(struct encoding_picture *p, const struct video_format *from,
			  const struct video_format *to)
{
	char name[FOURCC_TEXT_MAX];
	int err;

	p->from = *from;
	p->to = *to;
	if (video_format_layout(from, &p->from_layout) < 0 || video_format_layout(to, &p->to_layout) < 0) {
		log_error("frames cannot be converted to the encoder's %s", fourcc_text(to->fourcc, name));
		return -ENOTSUP;
	}
	if (from->fourcc == to->fourcc)
		return 0;
	err = converter_check(from->pix->av, to->pix->av);
	if (err == 0)
		err = open_picture_frame(&p->source, from, from, p->from_layout.in_place);
	if (err == 0)
		err = open_picture_frame(&p->target, to, from, fits_vectors(&p->to_layout));
	return err;
}

void encoding_picture_close(struct encoding_picture *p)
{
	converter_close(&p->converter);
	av_frame_free(&p->source);
	av_frame_free(&p->target);
	*p = (struct encoding_picture){ 0 };
}

/* sws_scale_frame() copies frames that are not reference-counted. */
static int wrap(AVFrame *frame, const struct picture_layout *layout, uint8_t *const payloads[MAX_PLANES])
{
	for (unsigned i = 0; i < layout->n_planes; i++) {
		frame->data[i] = payloads[layout->planes[i].memory_plane] + layout->planes[i].offset;
		frame->linesize[i] = (int)layout->planes[i].stride;
	}
	frame->buf[0] = av_buffer_create(frame->data[0], 1, libav_keep_memory, NULL, 0);
	return frame->buf[0] ? 0 : log_no_memory();
}

static int convert_for_node(struct encoding_picture *p, uint8_t *const from[MAX_PLANES],
			    uint8_t *const to[MAX_PLANES])
{
	bool wraps_source = p->from_layout.in_place, wraps_target = fits_vectors(&p->to_layout);
	int err = 0;

	if (wraps_source)
		err = wrap(p->source, &p->from_layout, from);
	else
		picture_load(&p->from_layout, (const uint8_t *const *)from, p->source->data,
			     p->source->linesize);
	if (err == 0 && wraps_target)
		err = wrap(p->target, &p->to_layout, to);
	if (err == 0)
		err = converter_run(&p->converter, p->source, p->target);
	if (err == 0 && !wraps_target)
		picture_store(&p->to_layout, to, (const uint8_t *const *)p->target->data,
			      p->target->linesize);
	if (wraps_source)
		av_buffer_unref(&p->source->buf[0]);
	if (wraps_target)
		av_buffer_unref(&p->target->buf[0]);
	return err;
}

int encoding_picture_fill(void *opaque, const struct buffer *from, struct buffer *to)
{
	struct encoding_picture *p = opaque;
	uint8_t *from_payloads[MAX_PLANES] = { NULL }, *to_payloads[MAX_PLANES] = { NULL };

	for (uint32_t i = 0; i < from->n_planes; i++)
		from_payloads[i] = plane_payload(&from->planes[i]);
	for (uint32_t i = 0; i < to->n_planes; i++) {
		if (to->planes[i].length < p->to.sizeimage[i])
			return -ENOSPC;
		to_payloads[i] = to->planes[i].data;
		to->planes[i].data_offset = 0;
		to->planes[i].bytesused = p->to.sizeimage[i];
	}
	if (p->source)
		return convert_for_node(p, from_payloads, to_payloads);
	p->n_copied++;
	p->bytes_copied += picture_copy(&p->to_layout, to_payloads, &p->from_layout,
					(const uint8_t *const *)from_payloads);
	return 0;
}
