/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds video hardware in sysfs that has no driver. Nothing here logs. */
#ifndef DEVICE_NODES_MISSING_DRIVER_H
#define DEVICE_NODES_MISSING_DRIVER_H

#include <stdbool.h>

struct missing_driver {
	char device[80]; /* "USB device 1-4 (HD Webcam)" */
	char module[64]; /* "uvcvideo" */
	char bind[160];  /* command that binds it to its driver; "": the driver is not loaded */
};

/* Finds the first device without a driver that is video hardware by its USB class, or by its module in the
 * running kernel's tables. root: "", or a folder to use in place of /. Returns whether there is one. */
bool missing_driver_find(const char *root, struct missing_driver *missing);

#endif
