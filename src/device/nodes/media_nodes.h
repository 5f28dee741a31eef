/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The media device that a video node belongs to, and the nodes that its graph names (kernel documentation,
 * "Media Controller"). */
#ifndef DEVICE_NODES_MEDIA_NODES_H
#define DEVICE_NODES_MEDIA_NODES_H

#include "device/device.h"

/* The numbers by which the interfaces of a graph name an open node. Returns 0 or a negative errno. */
int media_nodes_numbers(const struct device *node, uint32_t *major_number, uint32_t *minor_number);
/* Opens the media device of a video node, or a node that the graph of a media device names: for
 * device_ioctl() alone, without capabilities and queue. Returns 0, -ENOENT where there is none, or another
 * negative errno; none is logged. device_close() takes what either leaves, also on failure. */
int media_nodes_open(struct device *media, const struct device *node);
int media_nodes_open_interface(struct device *interface, const struct device *media, uint32_t major_number,
			       uint32_t minor_number);

#endif
