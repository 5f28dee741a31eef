/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trace (-vv): one line a call. */
#include "device/trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/log.h"

static void add_arguments(struct trace *trace, const char *format, va_list arguments)
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
	add_arguments(trace, format, arguments);
	va_end(arguments);
}

/* Adds " = 0" or " = -EAGAIN": strerror() texts contain blanks, which separate values. */
static void add_result(struct trace *trace, ssize_t result)
{
	const char *name = result < 0 && result > -4096 ? strerrorname_np((int)-result) : NULL;

	if (name)
		trace_add(trace, " = -%s", name);
	else
		trace_add(trace, " = %zd", result);
}

void trace_end(struct trace *trace, const char *path, ssize_t result)
{
	add_result(trace, result);
	log_trace("%s: %s", path, trace->text);
}

void trace_call(const char *path, ssize_t result, const char *format, ...)
{
	struct trace trace = { 0 };
	va_list arguments;

	va_start(arguments, format);
	add_arguments(&trace, format, arguments);
	va_end(arguments);
	trace_end(&trace, path, result);
}
