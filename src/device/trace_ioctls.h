/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trace lines of ioctls: the arguments in and out. */
#ifndef DEVICE_TRACE_IOCTLS_H
#define DEVICE_TRACE_IOCTLS_H

#include "device/trace.h"

/* Begins a line with the input fields; call it before the ioctl, which may overwrite its argument. */
void trace_ioctl_begin(struct trace *trace, unsigned long request, const void *argument);
/* Adds the output fields where the ioctl succeeded, and logs the line. */
void trace_ioctl_end(struct trace *trace, const char *path, unsigned long request, const void *argument,
		     int result);

#endif
