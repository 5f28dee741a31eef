/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The trace (-vv): one line a call. DEVICE: NAME key=value key=value = RESULT
 *
 * RESULT is 0, a count, or the name of an errno ("-EAGAIN"). Values of several planes are joined by ','.
 * Tests read these lines.
 */
#ifndef DEVICE_TRACE_H
#define DEVICE_TRACE_H

#include <stddef.h>
#include <sys/types.h>

/* A line while it is put together; what does not fit is cut. */
struct trace {
	size_t length;
	char text[480];
};

void trace_add(struct trace *trace, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds the result and logs the line. */
void trace_end(struct trace *trace, const char *path, ssize_t result);
/* Logs the whole line of a call that is no ioctl. */
void trace_call(const char *path, ssize_t result, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
