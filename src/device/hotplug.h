/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for a device to be plugged in again. */
#ifndef DEVICE_HOTPLUG_H
#define DEVICE_HOTPLUG_H

#include <stdint.h>

/* Waits until the node (a path as device_open() takes it; a simulated device is there at once) exists and may
 * be opened. timeout_ns 0: for ever. Returns 0; -ETIMEDOUT; -ECANCELED when signal_fd became readable;
 * another negative errno, logged. */
int hotplug_wait(const char *path, int signal_fd, int64_t timeout_ns);

#endif
