/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A v4l2_buffer with its planes, one shape for single- and multi-planar. Rule: kernel documentation,
 * "Buffers" (struct v4l2_buffer, struct v4l2_plane).
 */
#ifndef QUEUE_V4L2_BUFFER_H
#define QUEUE_V4L2_BUFFER_H

#include "device/device.h"
#include "queue/buffer.h"

struct wire {
	struct v4l2_buffer buffer;
	struct v4l2_plane planes[MAX_PLANES]; /* what callers read and write, whatever the type */
	uint32_t n_planes;
};

/* Fresh and zeroed: nothing of an earlier exchange reaches the driver. */
void wire_init(struct wire *wire, const struct device *device, enum v4l2_memory memory, uint32_t index,
	       uint32_t n_planes);
/* The ioctl with planes[] folded into the single-planar fields before it, and unfolded behind it. */
int wire_ioctl(struct device *device, unsigned long request, struct wire *wire);

#endif
