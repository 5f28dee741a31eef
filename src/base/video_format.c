/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The format of a video stream, and where each plane of a picture lies in its buffers. */
#include "base/video_format.h"

#include <errno.h>
#include <libavutil/common.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include "base/array.h"

const char *video_field_name(uint32_t field)
{
	static const char *const names[] = {
		[FIELD_ANY] = "any",
		[FIELD_NONE] = "none",
		[FIELD_TOP] = "top",
		[FIELD_BOTTOM] = "bottom",
		[FIELD_INTERLACED] = "interlaced",
		[FIELD_SEQ_TB] = "seq-tb",
		[FIELD_SEQ_BT] = "seq-bt",
		[FIELD_ALTERNATE] = "alternate",
		[FIELD_INTERLACED_TB] = "interlaced-tb",
		[FIELD_INTERLACED_BT] = "interlaced-bt",
	};

	return names[field < ARRAY_SIZE(names) ? field : FIELD_ANY];
}

bool video_field_is_single(uint32_t field)
{
	return field == FIELD_TOP || field == FIELD_BOTTOM || field == FIELD_ALTERNATE;
}

/* Where the order is the standard's: "Field Order" in the kernel's V4L2 documentation. Frames of 525-line
 * systems have 480 or 486 active lines (ITU-R BT.601). */
bool video_format_bottom_first(const struct video_format *format)
{
	uint32_t height = video_field_is_single(format->field) ? 2 * format->height : format->height;

	switch (format->field) {
	case FIELD_SEQ_BT:
	case FIELD_INTERLACED_BT:
		return true;
	case FIELD_INTERLACED:
	case FIELD_ALTERNATE:
		return format->total_lines ? format->total_lines == 525 : height == 480 || height == 486;
	default:
		return false;
	}
}

uint64_t video_format_bytes(const struct video_format *format)
{
	uint64_t bytes = 0;

	for (uint32_t p = 0; p < format->n_planes; p++)
		bytes += format->sizeimage[p];
	return bytes;
}

/*
 * The layout follows the kernel's documentation ("Image Formats", "YUV Formats"): in one memory plane each
 * component plane follows the last row of the one before it, padding included, and its stride is bytesperline
 * scaled by the ratio of its row to a row of the first plane.
 */

/* The bytes from one sample of an AVPixelFormat plane to the next, and the plane's subsampling. */
struct plane_shape {
	unsigned step, log2_w, log2_h;
};

static struct plane_shape get_plane_shape(const AVPixFmtDescriptor *descriptor, unsigned plane)
{
	struct plane_shape shape = { 0 };
	bool chroma = plane == 1 || plane == 2;

	for (unsigned i = 0; i < descriptor->nb_components; i++) {
		if ((unsigned)descriptor->comp[i].plane == plane && shape.step == 0)
			shape.step = (unsigned)descriptor->comp[i].step;
	}
	shape.log2_w = chroma ? descriptor->log2_chroma_w : 0;
	shape.log2_h = chroma ? descriptor->log2_chroma_h : 0;
	return shape;
}

/* Scales stride0, the stride of the first plane, to another plane of the same memory plane. */
static uint64_t derive_stride(uint64_t stride0, struct plane_shape first, struct plane_shape shape)
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

/* Maps the n-th plane in memory to its AVPixelFormat plane, and the other way round. */
static unsigned plane_in_memory_order(const struct video_format *format, unsigned n)
{
	return format->pix->swap_chroma && n > 0 ? 3 - n : n;
}

/* Fills in rows, row bytes and stride of planes[plane]. */
static int set_stride(const struct video_format *format, unsigned plane, struct picture_layout *layout)
{
	const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get(format->pix->av);
	struct plane_shape shape = get_plane_shape(descriptor, plane);
	int row_bytes = av_image_get_linesize(format->pix->av, (int)format->width, (int)plane);
	unsigned memory = format->n_planes > 1 ? plane_in_memory_order(format, plane) : 0;
	uint64_t stride;

	if (row_bytes <= 0)
		return -EINVAL;
	layout->planes[plane].row_bytes = (uint32_t)row_bytes;
	layout->planes[plane].rows = (uint32_t)AV_CEIL_RSHIFT((int)format->height, shape.log2_h);
	if (format->bytesperline[memory] == 0)
		stride =
			(uint64_t)row_bytes; /* some drivers leave bytesperline 0 where there is no padding */
	else if (format->n_planes > 1 || plane == 0)
		stride = format->bytesperline[memory];
	else
		stride = derive_stride(format->bytesperline[0], get_plane_shape(descriptor, 0), shape);
	if (stride < (uint64_t)row_bytes || stride > UINT32_MAX)
		return -EINVAL;
	layout->planes[plane].stride = (uint32_t)stride;
	return 0;
}

/* Fills in the memory plane and the offset of all planes. */
static int set_offsets(const struct video_format *format, struct picture_layout *layout)
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

static int set_packed(const struct video_format *format, struct picture_layout *layout)
{
	uint64_t sum = 0;

	layout->packed = format->n_planes == 1;
	for (unsigned i = 0; i < layout->n_planes; i++) {
		if (layout->planes[i].offset != sum ||
		    layout->planes[i].stride != layout->planes[i].row_bytes)
			layout->packed = false;
		sum += (uint64_t)layout->planes[i].row_bytes * layout->planes[i].rows;
	}
	if (sum > INT32_MAX) /* libavutil's sizes are ints */
		return -EINVAL;
	layout->packed_bytes = (uint32_t)sum;
	return 0;
}

int video_format_layout(const struct video_format *format, struct picture_layout *layout)
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
		err = set_stride(format, plane, &result);
		if (err < 0)
			return err;
	}
	err = set_offsets(format, &result);
	if (err < 0)
		return err;
	err = set_packed(format, &result);
	if (err < 0)
		return err;
	*layout = result;
	return 0;
}
