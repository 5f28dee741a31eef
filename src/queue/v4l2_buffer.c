/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Moves plane 0 in and out of struct v4l2_buffer, where the single-planar API has it. */
#include "queue/v4l2_buffer.h"

#include <string.h>

static void plane_to_buffer(const struct v4l2_plane *plane, struct v4l2_buffer *buffer)
{
	buffer->bytesused = plane->bytesused;
	buffer->length = plane->length;
	memcpy(&buffer->m, &plane->m, sizeof plane->m);
}

static void buffer_to_plane(const struct v4l2_buffer *buffer, struct v4l2_plane *plane)
{
	plane->bytesused = buffer->bytesused;
	plane->length = buffer->length;
	plane->data_offset = 0;
	memcpy(&plane->m, &buffer->m, sizeof plane->m);
}

int v4l2_buffer_ioctl(struct device *device, unsigned long request, struct v4l2_planar_buffer *buffer)
{
	int err;

	buffer->buffer.type = device->type;
	if (device_is_multiplanar(device)) {
		buffer->buffer.m.planes = buffer->planes;
		buffer->buffer.length = buffer->n_planes;
		return device_ioctl(device, request, &buffer->buffer);
	}
	plane_to_buffer(&buffer->planes[0], &buffer->buffer);
	err = device_ioctl(device, request, &buffer->buffer);
	buffer_to_plane(&buffer->buffer, &buffer->planes[0]);
	return err;
}
