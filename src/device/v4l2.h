/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernel V4L2 nodes, through libv4l2. */
#ifndef DEVICE_V4L2_H
#define DEVICE_V4L2_H

#include <stdint.h>
#include <linux/videodev2.h>

struct device_ops;
extern const struct device_ops device_v4l2;

/* Opens the node without libv4l2, reads its capabilities and closes it. Returns 0, -ENOTTY where it is not a
 * V4L2 node, or another negative errno; logs only the trace. */
int v4l2_querycap(const char *path, struct v4l2_capability *info);

/* The capabilities of the node itself, where the driver reports them apart from those of the whole device
 * (kernel documentation, "ioctl VIDIOC_QUERYCAP"). */
uint32_t v4l2_device_caps(const struct v4l2_capability *info);

#endif
