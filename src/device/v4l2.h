/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the device room itself uses of a kernel node. */
#ifndef DEVICE_V4L2_H
#define DEVICE_V4L2_H

#include <linux/videodev2.h>

/* Asks the node what it is, without libv4l2, and closes it again. Returns 0 or a negative errno: -ENOTTY
 * where it is no V4L2 node. Logs only the trace. */
int v4l2_querycap(const char *path, struct v4l2_capability *info);

#endif
