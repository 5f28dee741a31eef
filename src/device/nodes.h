/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The V4L2 nodes of this machine, and why one cannot be used. */
#ifndef DEVICE_NODES_H
#define DEVICE_NODES_H

#include "device/device.h"

struct node {
	char path[32];               /* "/dev/video0" */
	int err;                     /* 0, or why it could not be asked */
	struct v4l2_capability info; /* zero where err is not 0 */
	uint32_t caps;
};

/* All /dev/video* in numerical order. Returns how many (0 too), or a negative errno; *nodes is the caller's
 * to free(). */
int nodes_list(struct node **nodes);
/* Whether the node can do the role's job by streaming or by read()/write(). */
bool node_serves(uint32_t caps, enum device_role role);
/* The first node that can; -ENOENT having said so, with `-d sim` as the way to try things without one. */
int nodes_first(enum device_role role, char path[32]);
/* "capture mplane, streaming, read/write" into text, which is returned. */
char *node_caps_text(uint32_t caps, char *text, size_t size);

/* Logs one helpful error for a node that failed to open or to serve and returns the errno for device_open():
 * absent, no permission (names the group), busy (names the processes that hold it, from /proc), a regular
 * file, a directory, a node that is not V4L2, a node for another job (names the one of the same device that
 * would do). */
int node_explain(const char *path, int err, enum device_role role, uint32_t caps);
/* "PID 812 (cheese), PID 900 (obs)": who has the node open, this process left out; "" when none is to be
 * seen. */
char *node_holders(const char *path, char *text, size_t size);
/* STREAMON's errno in words that help: ENOSPC is USB bandwidth, not disk; NULL for those that need no more
 * than err_str(). */
const char *streamon_hint(int err);

#endif
