/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Video hardware that sysfs shows, and that no driver has taken. Nothing here logs. */
#ifndef DEVICE_NODES_MISSING_DRIVER_H
#define DEVICE_NODES_MISSING_DRIVER_H

#include <stdbool.h>

struct missing_driver {
	char device[80]; /* "USB device 1-4 (HD Webcam)" */
	char module[64]; /* "uvcvideo" */
	char bind[160];  /* the command that gives it to its driver; "": that is not loaded */
};

/* Finds the first device without a driver that is video hardware by its USB class or by its module in the
 * running kernel's tables. root: "", or a folder to look in instead of /. Returns whether there is one. */
bool missing_driver_find(const char *root, struct missing_driver *missing);

#endif
