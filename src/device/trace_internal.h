/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the trace knows of each ioctl. */
#ifndef DEVICE_TRACE_INTERNAL_H
#define DEVICE_TRACE_INTERNAL_H

#include <stdint.h>
#include "device/trace.h"

typedef void trace_formatter(struct trace *trace, const void *argument);

/* ask reads what goes in, answer what comes out; either may be NULL. */
struct trace_row {
	unsigned long request;
	const char *name;
	trace_formatter *ask, *answer;
};
#define TRACE_ROW(request, ask, answer)                                                                      \
	{                                                                                                    \
		request, #request, ask, answer                                                               \
	}

/* Ended by a NULL name. The first is what happens a frame, so it is looked through first. */
extern const struct trace_row trace_buffer_rows[], trace_setting_rows[];

void trace_add(struct trace *trace, const char *format, ...) __attribute__((format(printf, 2, 3)));
void trace_add_type(struct trace *trace, uint32_t type);

#endif
