/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trace: puts a call's line together. */
#include "device/trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <linux/videodev2.h>
#include "base/array.h"
#include "base/log.h"
#include "device/device.h"
#include "device/trace_internal.h"

static void add_list(struct trace *trace, const char *format, va_list arguments)
{
	size_t space = sizeof trace->text - trace->length;
	int n = vsnprintf(trace->text + trace->length, space, format, arguments);

	if (n > 0)
		trace->length += (size_t)n < space ? (size_t)n : space - 1;
}

void trace_add(struct trace *trace, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_list(trace, format, arguments);
	va_end(arguments);
}

void trace_add_type(struct trace *trace, uint32_t type)
{
	static const char *const names[] = {
		[V4L2_BUF_TYPE_VIDEO_CAPTURE] = "capture",
		[V4L2_BUF_TYPE_VIDEO_OUTPUT] = "output",
		[V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE] = "capture-mplane",
		[V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE] = "output-mplane",
	};

	if (type < ARRAY_SIZE(names) && names[type])
		trace_add(trace, " type=%s", names[type]);
	else
		trace_add(trace, " type=%u", type);
}

static const struct trace_row *find_row(unsigned long request)
{
	for (const struct trace_row *row = trace_buffer_rows; row->name; row++)
		if (row->request == request)
			return row;
	for (const struct trace_row *row = trace_setting_rows; row->name; row++)
		if (row->request == request)
			return row;
	return NULL;
}

const char *device_ioctl_name(unsigned long request)
{
	const struct trace_row *row = find_row(request);

	return row ? row->name : NULL;
}

/* " = 0", " = -EAGAIN": names, because numbers of errno mean nothing to a reader and texts of it have blanks.
 */
static void add_result(struct trace *trace, ssize_t result)
{
	const char *name = result < 0 && result > -4096 ? strerrorname_np((int)-result) : NULL;

	if (name)
		trace_add(trace, " = -%s", name);
	else
		trace_add(trace, " = %zd", result);
}

void trace_ioctl_begin(struct trace *trace, unsigned long request, const void *argument)
{
	const struct trace_row *row = find_row(request);

	trace->length = 0;
	if (!row)
		trace_add(trace, "ioctl request=0x%lx", request);
	else
		trace_add(trace, "%s", row->name);
	if (row && row->ask)
		row->ask(trace, argument);
}

void trace_ioctl_end(struct trace *trace, const char *path, unsigned long request, const void *argument,
		     int result)
{
	const struct trace_row *row = find_row(request);

	if (row && row->answer && result >= 0)
		row->answer(trace, argument);
	add_result(trace, result);
	log_trace("%s: %s", path, trace->text);
}

void trace_call(const char *path, ssize_t result, const char *format, ...)
{
	struct trace trace = { 0 };
	va_list arguments;

	va_start(arguments, format);
	add_list(&trace, format, arguments);
	va_end(arguments);
	add_result(&trace, result);
	log_trace("%s: %s", path, trace.text);
}
