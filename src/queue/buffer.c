/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The payload of a buffer, and copying it. */
#include "queue/buffer.h"

#include <errno.h>
#include <string.h>

uint64_t buffer_payload_bytes(const struct buffer *buffer)
{
	uint64_t bytes = 0;

	for (uint32_t p = 0; p < buffer->n_planes; p++)
		bytes += plane_payload_bytes(&buffer->planes[p]);
	return bytes;
}

static int copy_bytes(struct buffer *to, const struct buffer *from, uint64_t *copied)
{
	if (to->n_planes < from->n_planes)
		return -EINVAL;
	for (uint32_t p = 0; p < from->n_planes; p++)
		if (to->planes[p].length < plane_payload_bytes(&from->planes[p]))
			return -ENOSPC;
	for (uint32_t p = 0; p < from->n_planes; p++) {
		uint32_t bytes = plane_payload_bytes(&from->planes[p]);

		memcpy(to->planes[p].data, plane_payload(&from->planes[p]), bytes);
		to->planes[p].data_offset = 0;
		to->planes[p].bytesused = bytes;
		*copied += bytes;
	}
	return 0;
}

static bool same_picture(const struct video_format *a, const struct video_format *b)
{
	return a->fourcc == b->fourcc && a->width == b->width && a->height == b->height;
}

static bool same_layout(const struct video_format *a, const struct video_format *b)
{
	return a->n_planes == b->n_planes &&
	       !memcmp(a->bytesperline, b->bytesperline, a->n_planes * sizeof *a->bytesperline);
}

static int copy_rows(struct buffer *to, const struct video_format *to_format, const struct buffer *from,
		     const struct video_format *from_format, uint64_t *copied)
{
	struct picture_layout in, out;

	if (video_format_layout(from_format, &in) < 0 || video_format_layout(to_format, &out) < 0)
		return -EINVAL;
	for (uint32_t p = 0; p < to->n_planes; p++) {
		if (to->planes[p].length < to_format->sizeimage[p])
			return -ENOSPC;
		to->planes[p].data_offset = 0;
		to->planes[p].bytesused = to_format->sizeimage[p];
	}
	for (unsigned p = 0; p < in.n_planes; p++) {
		const uint8_t *from_row =
			plane_payload(&from->planes[in.planes[p].memory_plane]) + in.planes[p].offset;
		uint8_t *to_row = to->planes[out.planes[p].memory_plane].data + out.planes[p].offset;

		for (uint32_t row = 0; row < in.planes[p].rows; row++)
			memcpy(to_row + (size_t)row * out.planes[p].stride,
			       from_row + (size_t)row * in.planes[p].stride, in.planes[p].row_bytes);
		*copied += (uint64_t)in.planes[p].rows * in.planes[p].row_bytes;
	}
	return 0;
}

int buffer_copy(struct buffer *to, const struct video_format *to_format, const struct buffer *from,
		const struct video_format *from_format, uint64_t *copied)
{
	int err;

	if (!same_picture(to_format, from_format))
		return -EINVAL;
	err = same_layout(to_format, from_format) ? copy_bytes(to, from, copied)
						  : copy_rows(to, to_format, from, from_format, copied);
	if (err < 0)
		return err;
	to->info = from->info;
	to->info.bytes = buffer_payload_bytes(to);
	return 0;
}
