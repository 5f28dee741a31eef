/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A struct v4l2_buffer with its planes, for both the single- and the multi-planar API. Rule: kernel
 * documentation, "Buffers" (struct v4l2_buffer, struct v4l2_plane).
 */
#ifndef QUEUE_V4L2_BUFFER_H
#define QUEUE_V4L2_BUFFER_H

#include "device/device.h"
#include "queue/buffer.h"

struct v4l2_planar_buffer {
	struct v4l2_buffer buffer;
	struct v4l2_plane planes[MAX_PLANES]; /* valid for either API */
	uint32_t n_planes;
};

/* Sets the type and makes the ioctl; for a single-planar device plane 0 is moved to struct v4l2_buffer and
 * back. Fields that the caller does not set must be zero, so that nothing of an earlier call reaches the
 * driver. Returns as device_ioctl(). */
int v4l2_buffer_ioctl(struct device *device, unsigned long request, struct v4l2_planar_buffer *buffer);

#endif
