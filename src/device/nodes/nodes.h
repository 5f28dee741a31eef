/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The V4L2 nodes of this machine and their capabilities. */
#ifndef DEVICE_NODES_NODES_H
#define DEVICE_NODES_NODES_H

#include "device/device.h"

#define NODE_PATH_MAX 32

struct node {
	char path[NODE_PATH_MAX];    /* "/dev/video0" */
	int err;                     /* 0, or the error of VIDIOC_QUERYCAP */
	struct v4l2_capability info; /* zero where err is not 0 */
	uint32_t caps;
	bool is_subdevice; /* a sub-device of a media pipeline: only its name is known */
};

/* Lists all /dev/video* in numerical order. Returns their number, or a negative errno; the caller frees
 * *nodes. */
int nodes_list(struct node **nodes);
/* Lists nodes of all kinds: also VBI, radio, SDR, touch and sub-devices, in this order. */
int nodes_list_all(struct node **nodes);
/* The first of n nodes that can fill the role, or NULL. */
const struct node *nodes_find(const struct node *nodes, int n, enum device_role role);
/* Whether a node with these capabilities can fill the role by streaming or by read() and write(). */
bool nodes_serve_role(uint32_t caps, enum device_role role);
/* Whether it is a memory-to-memory node, such as a codec or a scaler. */
bool nodes_is_m2m(uint32_t caps);
/* Whether it is a loopback node, whose frames come from another program (v4l2loopback). */
bool nodes_is_loopback(const struct v4l2_capability *info);
/* "capture mplane, streaming, read/write" into text, which is returned. */
char *nodes_caps_text(uint32_t caps, char *text, size_t size);

#endif
