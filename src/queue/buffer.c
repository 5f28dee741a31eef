/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The payload of a buffer, and copying it. */
#include "queue/buffer.h"

#include <errno.h>
#include <string.h>
#include "base/picture.h"

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

static int copy_rows(struct buffer *to, const struct video_format *to_format,
		     const struct picture_layout *out, const struct buffer *from,
		     const struct picture_layout *in, uint64_t *copied)
{
	const uint8_t *from_payloads[MAX_PLANES] = { NULL };
	uint8_t *to_payloads[MAX_PLANES] = { NULL };

	for (uint32_t p = 0; p < to->n_planes; p++) {
		if (to->planes[p].length < to_format->sizeimage[p])
			return -ENOSPC;
		to->planes[p].data_offset = 0;
		to->planes[p].bytesused = to_format->sizeimage[p];
		to_payloads[p] = to->planes[p].data;
	}
	for (uint32_t p = 0; p < from->n_planes; p++)
		from_payloads[p] = plane_payload(&from->planes[p]);
	*copied += picture_copy(out, to_payloads, in, from_payloads);
	return 0;
}

static bool same_strides(const struct video_format *a, const struct video_format *b)
{
	return a->n_planes == b->n_planes &&
	       !memcmp(a->bytesperline, b->bytesperline, a->n_planes * sizeof *a->bytesperline);
}

int buffer_copy(struct buffer *to, const struct video_format *to_format, const struct buffer *from,
		const struct video_format *from_format, uint64_t *copied)
{
	struct picture_layout in, out;
	bool raw;
	int err;

	if (!same_picture(to_format, from_format))
		return -EINVAL;
	raw = video_format_layout(from_format, &in) == 0 && video_format_layout(to_format, &out) == 0;
	if (raw ? picture_same_layout(&in, &out) : same_strides(to_format, from_format))
		err = copy_bytes(to, from, copied);
	else
		err = raw ? copy_rows(to, to_format, &out, from, &in, copied) : -EINVAL;
	if (err < 0)
		return err;
	to->info = from->info;
	to->info.bytes = buffer_payload_bytes(to);
	return 0;
}
