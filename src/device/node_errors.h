/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Error messages for nodes that cannot be used, with the cause and a remedy. */
#ifndef DEVICE_NODE_ERRORS_H
#define DEVICE_NODE_ERRORS_H

#include "device/nodes/nodes.h"

/* Logs why a node could not be opened or used: absent, no permission (with the group), busy (with the
 * processes that hold it), a regular file, a directory, not a V4L2 node, a node for another job (with those
 * that would do). err is the errno met, caps the node's capabilities where they are known. Returns the errno
 * for device_open(). */
int node_error_report(const char *path, int err, enum device_role role, uint32_t caps);
/* Logs that a memory-to-memory node, which is open, does not fill the role, what it does instead and how it
 * is used. Returns -EMEDIUMTYPE. */
int node_error_codec(struct device *device, enum device_role role);
/* Logs that none of the n nodes has the capability, and returns -ENOENT; where one of them may not be opened,
 * logs that and returns -EACCES. */
int node_error_none(const struct node *nodes, int n, enum device_role role);
/* Reports that no frame has come from a device for so long. */
void node_error_no_frames(const struct device *device, int64_t stall_ns);

#endif
