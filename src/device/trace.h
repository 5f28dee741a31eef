/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The trace (-vv): one line a call. DEVICE: NAME key=value key=value = RESULT
 *
 * RESULT is 0, a count, or a negative errno by name ("-EAGAIN"). What the device answers is shown only
 * where it succeeded. Values of several planes are joined by ','. Tests read these lines.
 */
#ifndef DEVICE_TRACE_H
#define DEVICE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct trace {
	size_t length;
	char text[480];
};

/* What is asked, before the call: the call may overwrite it. */
void trace_ioctl_begin(struct trace *trace, unsigned long request, const void *argument);
/* What is answered, and the line. */
void trace_ioctl_end(struct trace *trace, const char *path, unsigned long request, const void *argument,
		     int result);

/* The line of a call that is no ioctl. */
void trace_call(const char *path, ssize_t result, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
