/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for a device to be plugged in again. */
#ifndef DEVICE_HOTPLUG_H
#define DEVICE_HOTPLUG_H

#include <stdint.h>

/* Waits until the device of that name (see struct device) is present and can be opened. timeout_ns 0: no
 * limit. Returns 0, -ETIMEDOUT, -ECANCELED when signal_fd becomes readable, or another negative errno,
 * logged. */
int hotplug_wait(const char *name, int signal_fd, int64_t timeout_ns);

#endif
