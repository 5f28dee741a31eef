/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The format of a video stream, and where each plane of a picture lies in its buffers. */
#include "base/video_format.h"

#include <errno.h>
#include <string.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include "base/array.h"
#include "base/picture.h"

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

bool video_fields_are_opposite(uint32_t a, uint32_t b)
{
	return (a == FIELD_TOP && b == FIELD_BOTTOM) || (a == FIELD_BOTTOM && b == FIELD_TOP);
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
 * scaled by the ratio of its row to a row of the first plane. It leaves open what that is of an odd size,
 * which drivers round up (v4l2_fill_pixfmt() in v4l2-common.c, for one) or down (v4l2loopback: so many bits a
 * pixel): sizeimage tells.
 */
enum rounding {
	ROUND_UP,    /* to whole macropixels, to rows of chroma that begin in the picture */
	ROUND_BYTES, /* down to whole bytes */
	ROUND_DOWN,  /* to whole macropixels, to rows of chroma that end in the picture */
};

/* Tried in this order. exact: the layout must be of just sizeimage bytes. Rounding up is what libavutil does.
 */
static const struct attempt {
	enum rounding columns, rows;
	bool exact;
} attempts[] = {
	{ ROUND_UP, ROUND_UP, false },  { ROUND_UP, ROUND_DOWN, true },     { ROUND_BYTES, ROUND_UP, true },
	{ ROUND_DOWN, ROUND_UP, true }, { ROUND_BYTES, ROUND_DOWN, false }, { ROUND_DOWN, ROUND_DOWN, false },
};

/* The pixels and bytes of a macropixel in a row of a device's plane: the least that has all of its
 * components. */
struct macropixel {
	uint64_t pixels, bytes;
};

static uint64_t round_to(uint64_t n, uint64_t to, uint64_t from, enum rounding rounding)
{
	return rounding == ROUND_UP      ? (n + from - 1) / from * to
	       : rounding == ROUND_BYTES ? n * to / from
					 : n / from * to;
}

static struct macropixel get_macropixel(const struct pixfmt *pix, unsigned plane)
{
	unsigned group = 1U << av_pix_fmt_desc_get(pix->av)->log2_chroma_w;
	uint64_t one = (uint64_t)av_image_get_linesize(pix->av, 1, (int)plane);
	uint64_t all = (uint64_t)av_image_get_linesize(pix->av, (int)group, (int)plane);

	if (pix->chroma_between) /* all rows are of one length */
		return (struct macropixel){ group, group };
	if (pix->group_bytes) {
		all = (uint64_t)av_image_get_linesize(pix->av, (int)group, 0);
		return (struct macropixel){ strlen(pix->order[0]) * group / all, pix->group_bytes };
	}
	return (struct macropixel){ one == all ? group : 1, one };
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

/* The stride of a plane behind the first one in the same memory plane. Rounded up, it is at least `row`: with
 * an odd bytesperline NV12 would otherwise lack a byte of the last chroma sample. */
static uint64_t derive_stride(const struct video_format *format, struct macropixel m, uint64_t row,
			      enum rounding rounding)
{
	struct macropixel first = get_macropixel(format->pix, 0);
	uint64_t bytes = format->bytesperline[0], stride;

	if (rounding == ROUND_DOWN)
		return round_to(bytes / first.bytes * first.pixels, m.bytes, m.pixels, ROUND_DOWN);
	if (rounding == ROUND_BYTES)
		return bytes * first.pixels * m.bytes / (first.bytes * m.pixels);
	stride = round_to(bytes * first.pixels * m.bytes, 1, first.bytes * m.pixels, ROUND_UP);
	return stride < row ? row : stride;
}

/* Fills in rows, row bytes and stride of planes[plane]. */
static int set_stride(const struct video_format *format, unsigned plane, struct attempt attempt,
		      struct picture_layout *layout)
{
	const struct pixfmt *pix = format->pix;
	struct picture_plane *p = &layout->planes[plane];
	struct macropixel m = get_macropixel(pix, plane);
	int full = av_image_get_linesize(pix->av, (int)format->width, (int)plane);
	unsigned memory = format->n_planes > 1 ? plane_in_memory_order(format, plane) : 0;
	uint64_t row, stride;

	if (full <= 0 || m.pixels == 0)
		return -EINVAL;
	p->full_row_bytes = (uint32_t)full;
	p->group_bytes = (uint32_t)m.bytes;
	p->order = pix->order[plane];
	row = round_to(format->width, m.bytes, m.pixels, ROUND_UP);
	stride = format->bytesperline[memory];
	if (stride == 0) /* some drivers leave bytesperline 0 where there is no padding */
		stride = round_to(format->width, m.bytes, m.pixels, attempt.columns);
	else if (format->n_planes == 1 && plane > 0 && !pix->group_bytes && !pix->chroma_between)
		stride = derive_stride(format, m, row, attempt.columns);
	if (stride < m.bytes || stride < round_to(format->width, m.bytes, m.pixels, ROUND_DOWN) ||
	    stride > UINT32_MAX)
		return -EINVAL;
	p->stride = (uint32_t)stride;
	p->row_bytes = (uint32_t)(stride < row ? stride : row);
	if (!p->order && p->row_bytes > p->full_row_bytes)
		p->row_bytes = p->full_row_bytes;
	return 0;
}

/* Fills in the numbers of rows, and how they follow each other. */
static int set_rows(const struct video_format *format, unsigned plane, struct attempt attempt,
		    struct picture_layout *layout)
{
	struct picture_plane *p = &layout->planes[plane];
	bool chroma = plane == 1 || plane == 2;
	unsigned log2_h = chroma ? av_pix_fmt_desc_get(format->pix->av)->log2_chroma_h : 0;

	p->full_rows = (uint32_t)round_to(format->height, 1, 1U << log2_h, ROUND_UP);
	p->rows = (uint32_t)round_to(format->height, 1, 1U << log2_h, attempt.rows);
	p->group_rows = 1;
	p->group_stride = p->stride;
	if (format->pix->chroma_between) {
		p->group_rows = chroma ? 1 : 2;
		p->group_stride = 3 * p->stride;
	}
	return p->rows > 0 && p->stride <= UINT32_MAX / 3 ? 0 : -EINVAL;
}

/* Fills in the memory plane and the offset of all planes. */
static int set_offsets(const struct video_format *format, struct attempt attempt,
		       struct picture_layout *layout)
{
	uint64_t offset = 0, end = 0;

	for (unsigned n = 0; n < layout->n_planes; n++) {
		unsigned plane = plane_in_memory_order(format, n);
		struct picture_plane *p = &layout->planes[plane];

		p->memory_plane = format->n_planes > 1 ? n : 0;
		if (format->n_planes > 1 || format->pix->group_bytes)
			offset = 0;
		if (format->pix->chroma_between && n > 0)
			offset = 2 * (uint64_t)p->stride;
		p->offset = (uint32_t)offset;
		end = offset + picture_end(p) - p->offset;
		if (end > format->sizeimage[p->memory_plane])
			return -EINVAL;
		offset += (uint64_t)p->stride * p->rows;
	}
	return attempt.exact && end != format->sizeimage[0] ? -EINVAL : 0;
}

static int set_packed(const struct video_format *format, struct picture_layout *layout)
{
	uint64_t sum = 0;

	layout->in_place = pixfmt_is_in_place(format->pix);
	layout->packed = format->n_planes == 1;
	for (unsigned i = 0; i < layout->n_planes; i++) {
		const struct picture_plane *p = &layout->planes[i];

		if (p->row_bytes != p->full_row_bytes || p->rows != p->full_rows)
			layout->in_place = false;
		if (p->offset != sum || p->stride != p->row_bytes)
			layout->packed = false;
		sum += (uint64_t)p->full_row_bytes * p->full_rows;
	}
	if (sum > INT32_MAX) /* libavutil's sizes are ints */
		return -EINVAL;
	layout->packed = layout->packed && layout->in_place;
	layout->packed_bytes = (uint32_t)sum;
	return 0;
}

static int try_layout(const struct video_format *format, struct attempt attempt,
		      struct picture_layout *layout)
{
	int err = 0;

	for (unsigned plane = 0; err == 0 && plane < layout->n_planes; plane++) {
		err = set_stride(format, plane, attempt, layout);
		if (err == 0)
			err = set_rows(format, plane, attempt, layout);
	}
	if (err == 0)
		err = set_offsets(format, attempt, layout);
	return err < 0 ? err : set_packed(format, layout);
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
	err = -EINVAL;
	for (size_t i = 0; err < 0 && i < ARRAY_SIZE(attempts); i++)
		if (!attempts[i].exact || format->n_planes == 1)
			err = try_layout(format, attempts[i], &result);
	if (err == 0)
		*layout = result;
	return err;
}
