/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The caller's buffers that frames are read into. */
#include "media/read/target.h"

#include <errno.h>
#include <libavutil/pixdesc.h>
#include "base/log.h"
#include "media/converter.h"

int target_init_layout(struct target *t)
{
	const struct video_format *f = &t->format;
	char text[FOURCC_TEXT_MAX];

	if (video_format_layout(f, &t->layout) == 0)
		return 0;
	log_error("the device's format %s %ux%u in %u planes is inconsistent: check its bytesperline and "
		  "sizeimage",
		  fourcc_text(f->fourcc, text), f->width, f->height, f->n_planes);
	return -ERANGE;
}

static bool has_room(const struct target *t, const struct frame *buffer)
{
	for (unsigned i = 0; i < t->format.n_planes; i++) {
		if (!buffer->planes[i].data || buffer->planes[i].bytes < t->format.sizeimage[i])
			return false;
	}
	return true;
}

int target_acquire(const struct target *t, bool wait, struct frame *buffer)
{
	int err;

	*buffer = (struct frame){ 0 };
	err = t->acquire(t->opaque, wait, buffer);
	if (err == 0 && !has_room(t, buffer))
		err = -EMSGSIZE;
	if (err < 0)
		av_buffer_unref(&buffer->memory);
	return err;
}

struct frame_shape target_shape(const struct target *t)
{
	return (struct frame_shape){ t->format.pix->av, (int)t->format.width, (int)t->format.height };
}

bool target_has_shape(const struct target *t, struct frame_shape shape)
{
	struct frame_shape own = target_shape(t);

	return converter_format_without_range(shape.format) == own.format && shape.width == own.width &&
	       shape.height == own.height;
}

/* ITU-R BT.601 has one matrix for both of its systems, libavutil has two names for it. */
static bool is_same_matrix(enum AVColorSpace a, enum AVColorSpace b)
{
	return a == b || ((a == AVCOL_SPC_SMPTE170M || a == AVCOL_SPC_BT470BG) &&
			  (b == AVCOL_SPC_SMPTE170M || b == AVCOL_SPC_BT470BG));
}

static bool has_colours(const struct target *t, enum AVPixelFormat format, enum AVColorRange range,
			enum AVColorSpace matrix)
{
	const struct video_format *own = &t->format;

	if (av_pix_fmt_desc_get(own->pix->av)->flags & AV_PIX_FMT_FLAG_RGB)
		return true;
	if (own->range != AVCOL_RANGE_UNSPECIFIED &&
	    converter_full_range(format, range) != converter_full_range(own->pix->av, own->range))
		return false;
	return !converter_matrix_is_stated(own->matrix) || !converter_matrix_is_stated(matrix) ||
	       is_same_matrix(own->matrix, matrix);
}

bool target_accepts(const struct target *t, struct frame_shape shape, enum AVColorRange range,
		    enum AVColorSpace matrix)
{
	return target_has_shape(t, shape) && has_colours(t, shape.format, range, matrix);
}

void target_planes(const struct target *t, const struct frame *buffer, uint8_t *data[4], int linesize[4])
{
	const struct picture_layout *l = &t->layout;

	for (unsigned i = 0; i < l->n_planes; i++) {
		data[i] = buffer->planes[l->planes[i].memory_plane].data + l->planes[i].offset;
		linesize[i] = (int)l->planes[i].stride;
	}
}

bool target_contains(const struct target *t, const struct frame *buffer, const AVFrame *frame)
{
	uint8_t *data[4];
	int linesize[4];

	target_planes(t, buffer, data, linesize);
	for (unsigned i = 0; i < t->layout.n_planes; i++) {
		if (frame->data[i] != data[i] || frame->linesize[i] != linesize[i])
			return false;
	}
	return true;
}

void target_set_payload(const struct target *t, struct frame *frame)
{
	frame->n_planes = t->format.n_planes;
	for (unsigned i = 0; i < frame->n_planes; i++)
		frame->planes[i].bytes = t->format.sizeimage[i];
}
