/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bytesperline and sizeimage of the simulated device's formats. */
#include <libavutil/pixdesc.h>
#include "base/picture.h"
#include "sim/sim_internal.h"

static void set_compressed_sizes(struct video_format *format)
{
	format->sizeimage[0] = format->width * format->height * 2;
	if (format->sizeimage[0] < 65536)
		format->sizeimage[0] = 65536;
	if (format->fourcc == V4L2_PIX_FMT_MJPEG)
		format->range = AVCOL_RANGE_JPEG;
}

/* The layout of a picture scaled by `times` in both directions, with the least strides, or format's own. */
static void find_layout(const struct video_format *format, uint32_t times, struct picture_layout *layout)
{
	struct video_format f = *format;

	f.width *= times;
	f.height *= times;
	for (unsigned i = 0; i < f.n_planes; i++)
		f.sizeimage[i] = UINT32_MAX;
	if (video_format_layout(&f, layout) < 0)
		*layout = (struct picture_layout){ 0 };
}

/* Rounds down by computing the sizes of a picture of twice the width and height, both of which are even. */
static void set_sizes(struct video_format *format, uint32_t times)
{
	struct picture_layout l;

	find_layout(format, times, &l);
	for (unsigned i = 0; i < l.n_planes; i++) {
		const struct picture_plane *p = &l.planes[i];
		size_t end = picture_row(p, p->rows - 1) + p->stride;

		if (format->n_planes == 1 || times == 1)
			end = end / times / times;
		else
			end = (size_t)(p->stride / times) * (p->rows / times);
		if (i == 0 || format->n_planes > 1)
			format->bytesperline[p->memory_plane] = p->stride / times;
		if (end > format->sizeimage[p->memory_plane])
			format->sizeimage[p->memory_plane] = (uint32_t)end;
	}
}

/* Pads the rows of all memory planes by the same ratio. */
static void pad_rows(const struct sim *sim, struct video_format *format)
{
	struct picture_layout l;
	uint32_t stride;

	find_layout(format, 1, &l);
	if (l.n_planes == 0)
		return;
	stride = sim->options.stride > l.planes[0].stride ? sim->options.stride : l.planes[0].stride;
	if (sim->options.align)
		stride = (stride + sim->options.align - 1) / sim->options.align * sim->options.align;
	if (stride == l.planes[0].stride)
		return;
	for (unsigned i = 0; i < l.n_planes; i++)
		format->bytesperline[l.planes[i].memory_plane] =
			(uint32_t)((uint64_t)stride * l.planes[i].row_bytes / l.planes[0].row_bytes);
	if (format->n_planes == 1)
		format->bytesperline[0] = stride;
}

static void set_raw_sizes(const struct sim *sim, struct video_format *format)
{
	if (av_pix_fmt_desc_get(format->pix->av)->flags & AV_PIX_FMT_FLAG_RGB)
		format->range = AVCOL_RANGE_JPEG;
	pad_rows(sim, format);
	set_sizes(format, sim->options.odd == SIM_ODD_DOWN && !format->bytesperline[0] ? 2 : 1);
}

static void set_sizes_of_planes(const struct sim *sim, struct video_format *format)
{
	if (format->pix->av == AV_PIX_FMT_NONE)
		set_compressed_sizes(format);
	else
		set_raw_sizes(sim, format);
	for (unsigned i = 0; i < format->n_planes; i++)
		format->sizeimage[i] += sim->options.data_offset;
}

void sim_image_sizes_fill(const struct sim_queue *queue, uint32_t fourcc, uint32_t width, uint32_t height,
			  struct video_format *format)
{
	*format = (struct video_format){
		.fourcc = fourcc,
		.pix = pixfmt_by_fourcc(fourcc),
		.width = width,
		.height = height,
		.field = sim_queue_is_output(queue) ? V4L2_FIELD_NONE : queue->sim->options.field,
		.range = AVCOL_RANGE_MPEG,
		.matrix = AVCOL_SPC_SMPTE170M,
		.primaries = AVCOL_PRI_BT709,
		.transfer = AVCOL_TRC_IEC61966_2_1,
		.fps = queue->format.fps,
	};
	format->n_planes = format->pix->n_memory_planes;
	if (queue->sim->options.align && queue->sim->m2m)
		format->height = (height + 15) / 16 * 16;
	set_sizes_of_planes(queue->sim, format);
}
