/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Error messages for nodes that cannot be used, with the cause and a remedy. */
#ifndef DEVICE_NODE_ERRORS_H
#define DEVICE_NODE_ERRORS_H

#include "device/nodes/nodes.h"

/* Logs why a node could not be opened or used: absent, no permission (with the group that has it), busy (with
 * the processes that have it open), a regular file, a directory, not a V4L2 node, a node of another role
 * (with those of the right one). err is the errno of the failed call, caps the node's capabilities where they
 * are known. Returns the errno for device_open(). */
int node_error_report(const char *path, int err, enum device_role role, uint32_t caps);
/* Logs that an open memory-to-memory node does not fill the role, what it converts instead, and which options
 * use it. Returns -EMEDIUMTYPE. */
int node_error_codec(struct device *device, enum device_role role);
/* Logs that none of the n nodes has the capability, and returns -ENOENT; or, where a node cannot be opened
 * for lack of permission, logs that and returns -EACCES. */
int node_error_none(const struct node *nodes, int n, enum device_role role);
/* Logs that the device has delivered no frame for this time. */
void node_error_no_frames(const struct device *device, int64_t stall_ns);

#endif
