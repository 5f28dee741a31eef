/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hardware that a V4L2 node belongs to, from sysfs, and the node's other names. Nothing here logs. */
#ifndef DEVICE_NODES_HARDWARE_H
#define DEVICE_NODES_HARDWARE_H

#include <limits.h>
#include "device/nodes/nodes.h"

struct hardware {
	char sysfs[PATH_MAX];      /* folder of the whole device; "": a virtual device */
	char node_sysfs[PATH_MAX]; /* folder of the part that the node belongs to: of a USB device, an
				      interface */
	char bus[80];              /* "usb 1-1.4", "platform vivid.0"; "": a virtual device */
	char driver[40];           /* "uvcvideo"; "": not known */
	char label[80];            /* name of the node: of the entity for a sub-device */
	char product[80];          /* USB: product string */
	char usb_id[12];           /* of USB: "046d:082d" */
	unsigned usb_mbits;        /* USB: speed of the connection in megabits per second; 0: not known */
};

/* Finds the hardware of a node by its name in sysfs, "video0". root: "", or a folder to use in place of /.
 * Returns false for a node that sysfs does not know. */
bool hardware_of(const char *root, const char *name, struct hardware *hardware);
/* The same of a node by its path, or by that of a link to it. */
bool hardware_of_path(const char *root, const char *path, struct hardware *hardware);
/* The media device ("/dev/media0") of the node; bus_info, NULL if not known, distinguishes several of one
 * hardware. Returns path, or NULL where there is none. */
const char *hardware_media(const char *root, const struct hardware *hardware, const char *bus_info,
			   char path[NODE_PATH_MAX]);
/* Calls visit with each link in a folder such as /dev/v4l/by-id that leads to the node. */
void hardware_links(const char *folder, const char *node, void (*visit)(void *opaque, const char *link),
		    void *opaque);

/* Reads the first line of a file in a folder of sysfs into text, "" where there is none. */
void hardware_read_line(const char *folder, const char *file, char *text, size_t size);

#endif
