/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a picture's rows lie in a buffer. The rules are those of the kernel's documentation, "YUV
 * Formats": in one memory plane each further component plane follows the last row of the one before
 * it, padding included, and its stride is bytesperline times what a row of it takes beside a row of
 * the first.
 */
#include <errno.h>
#include <string.h>
#include <libavutil/common.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include "base/pixfmt.h"

/* Bytes from one sample of an AVPixelFormat plane to the next, and how many rows and columns of the picture
 * share one. */
struct plane_shape {
	unsigned step, log2_w, log2_h;
};

static struct plane_shape plane_shape(const AVPixFmtDescriptor *description, unsigned plane)
{
	struct plane_shape shape = { 0 };
	bool chroma = plane == 1 || plane == 2;

	for (unsigned i = 0; i < description->nb_components; i++) {
		if ((unsigned)description->comp[i].plane == plane && shape.step == 0)
			shape.step = (unsigned)description->comp[i].step;
	}
	shape.log2_w = chroma ? description->log2_chroma_w : 0;
	shape.log2_h = chroma ? description->log2_chroma_h : 0;
	return shape;
}

/* The plane's bytes a row where the driver gave them for its first, stride0. */
static uint64_t derived_stride(uint64_t stride0, struct plane_shape first, struct plane_shape shape)
{
	uint64_t bytes = stride0 * shape.step / first.step;

	return (bytes + (UINT64_C(1) << shape.log2_w) - 1) >> shape.log2_w;
}

static int check_format(const struct video_format *format)
{
	if (!format->pix || format->pix->av == AV_PIX_FMT_NONE)
		return -ENOTSUP;
	if (format->n_planes != format->pix->n_memory_planes)
		return -EINVAL;
	if (format->width > INT32_MAX || format->height > INT32_MAX)
		return -EINVAL;
	return av_image_check_size(format->width, format->height, 0, NULL) < 0 ? -EINVAL : 0;
}

/* Which AVPixelFormat plane the driver puts n-th, and the other way round. */
static unsigned plane_in_memory_order(const struct video_format *format, unsigned n)
{
	return format->pix->swap_chroma && n > 0 ? 3 - n : n;
}

/* Fills in planes[plane] but its place. */
static int measure_plane(const struct video_format *format, unsigned plane, struct picture_layout *layout)
{
	const AVPixFmtDescriptor *description = av_pix_fmt_desc_get(format->pix->av);
	struct plane_shape shape = plane_shape(description, plane);
	int row_bytes = av_image_get_linesize(format->pix->av, (int)format->width, (int)plane);
	unsigned memory = format->n_planes > 1 ? plane_in_memory_order(format, plane) : 0;
	uint64_t stride;

	if (row_bytes <= 0)
		return -EINVAL;
	layout->planes[plane].row_bytes = (uint32_t)row_bytes;
	layout->planes[plane].rows = (uint32_t)AV_CEIL_RSHIFT((int)format->height, shape.log2_h);
	if (format->bytesperline[memory] == 0)
		stride = (uint64_t)row_bytes; /* some drivers leave it out where there is no padding */
	else if (format->n_planes > 1 || plane == 0)
		stride = format->bytesperline[memory];
	else
		stride = derived_stride(format->bytesperline[0], plane_shape(description, 0), shape);
	if (stride < (uint64_t)row_bytes || stride > UINT32_MAX)
		return -EINVAL;
	layout->planes[plane].stride = (uint32_t)stride;
	return 0;
}

static int place_planes(const struct video_format *format, struct picture_layout *layout)
{
	uint64_t offset = 0, end;

	for (unsigned n = 0; n < layout->n_planes; n++) {
		unsigned plane = plane_in_memory_order(format, n);
		unsigned memory = format->n_planes > 1 ? n : 0;
		uint64_t stride = layout->planes[plane].stride, rows = layout->planes[plane].rows;

		if (format->n_planes > 1)
			offset = 0;
		end = offset + stride * (rows - 1) + layout->planes[plane].row_bytes;
		if (end > format->sizeimage[memory])
			return -EINVAL;
		layout->planes[plane].memory_plane = memory;
		layout->planes[plane].offset = (uint32_t)offset;
		offset += stride * rows;
	}
	return 0;
}

static int sum_up(const struct video_format *format, struct picture_layout *layout)
{
	uint64_t sum = 0;

	layout->packed = format->n_planes == 1;
	for (unsigned i = 0; i < layout->n_planes; i++) {
		if (layout->planes[i].offset != sum ||
		    layout->planes[i].stride != layout->planes[i].row_bytes)
			layout->packed = false;
		sum += (uint64_t)layout->planes[i].row_bytes * layout->planes[i].rows;
	}
	if (sum > INT32_MAX) /* libav counts a picture's bytes in an int */
		return -EINVAL;
	layout->packed_bytes = (uint32_t)sum;
	return 0;
}

int picture_layout(const struct video_format *format, struct picture_layout *layout)
{
	struct picture_layout result = { 0 };
	int err, n;

	err = check_format(format);
	if (err < 0)
		return err;
	n = av_pix_fmt_count_planes(format->pix->av);
	if (n < 1 || n > 4 || (format->n_planes > 1 && (unsigned)n != format->n_planes))
		return -EINVAL;
	result.n_planes = (unsigned)n;
	for (unsigned plane = 0; plane < result.n_planes; plane++) {
		err = measure_plane(format, plane, &result);
		if (err < 0)
			return err;
	}
	if ((err = place_planes(format, &result)) < 0 || (err = sum_up(format, &result)) < 0)
		return err;
	*layout = result;
	return 0;
}
