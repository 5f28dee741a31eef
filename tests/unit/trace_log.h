/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Collects the trace of calls to devices, and judges it. */
#ifndef TESTS_TRACE_LOG_H
#define TESTS_TRACE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include "base/log.h"

struct trace_call {
	char device[16];  /* its path */
	char name[32];    /* "VIDIOC_QBUF", "mmap", "poll" */
	char values[400]; /* " key=value key=value" */
	long result;      /* what the call returned: 0, a count, a negative errno */
};

struct trace_log {
	struct trace_call *calls;
	size_t n_calls, n_room;
	unsigned n_warnings, n_errors;
	char last_error[256], last_warning[256];
};

/* From here on every message goes into the log, until trace_log_close(). */
void trace_log_open(struct trace_log *log);
void trace_log_close(struct trace_log *log);

/* The value of "key=", the first of several that ',' separates; -1 where there is none. */
long trace_value(const struct trace_call *call, const char *key);
bool trace_has(const struct trace_call *call, const char *text); /* " key=value" among the values */

/* Of the device, from call number `from` on: how many calls of that name have the text ("" : any; " count=0
 * ") in their values. */
unsigned trace_count(const struct trace_log *log, size_t from, const char *device, const char *name,
		     const char *text);
/* Those that succeeded. */
unsigned trace_count_ok(const struct trace_log *log, size_t from, const char *device, const char *name,
			const char *text);
/* The first such call; NULL: none. */
const struct trace_call *trace_find(const struct trace_log *log, size_t from, const char *device,
				    const char *name, const char *text);

/* The device's calls from number `from` on in short: "REQBUFS(4) QUERYBUF*4 mmap*4 QBUF*4 STREAMON", failures
 * with their errno behind them ("QBUF:EINVAL"). Static memory, good until the next call. */
const char *trace_order(const struct trace_log *log, size_t from, const char *device);

/* Fails the test where one of the rules is broken that hold for every stream of every device. closed: all
 * streams have come to their end, so nothing may be left allocated or mapped. */
void trace_check(const struct trace_log *log, bool closed);

#endif
