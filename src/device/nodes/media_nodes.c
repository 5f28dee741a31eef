/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The media device that a video node belongs to, and the nodes that its graph names. */
#include "device/nodes/media_nodes.h"

#include <errno.h>

int media_nodes_numbers(const struct device *node, uint32_t *major_number, uint32_t *minor_number)
{
	return node->ops->numbers ? node->ops->numbers(node, major_number, minor_number) : -ENOENT;
}

int media_nodes_open(struct device *media, const struct device *node)
{
	*media = (struct device){ .ops = node->ops, .fd = -1 };
	return node->ops->open_media ? node->ops->open_media(media, node) : -ENOENT;
}

int media_nodes_open_interface(struct device *interface, const struct device *media, uint32_t major_number,
			       uint32_t minor_number)
{
	*interface = (struct device){ .ops = media->ops, .fd = -1 };
	return media->ops->open_interface(interface, media, major_number, minor_number);
}
