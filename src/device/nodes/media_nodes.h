/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The media device that a video node belongs to, and the nodes that its graph names (kernel documentation,
 * "Media Controller"). */
#ifndef DEVICE_NODES_MEDIA_NODES_H
#define DEVICE_NODES_MEDIA_NODES_H

#include "device/device.h"

/* The device numbers by which the interfaces of a graph identify an open node. Returns 0 or a negative errno.
 */
int media_nodes_numbers(const struct device *node, uint32_t *major_number, uint32_t *minor_number);
/* Open the media device of a video node, and a node that belongs to the graph of a media device. Only
 * device_ioctl() may be used with them: they have no capabilities and no queue. Return 0, -ENOENT where there
 * is none, or another negative errno, not logged. device_close() must be called, also on failure. */
int media_nodes_open(struct device *media, const struct device *node);
int media_nodes_open_interface(struct device *interface, const struct device *media, uint32_t major_number,
			       uint32_t minor_number);

#endif
