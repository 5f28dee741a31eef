/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Collects the trace of calls to devices. */
#include "trace_log.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number of "-EINVAL" and its like. */
static long parse_result(const char *text)
{
	for (int err = 1; *text == '-' && err < 200; err++) {
		const char *name = strerrorname_np(err);

		if (name && !strcmp(name, text + 1))
			return -err;
	}
	return strtol(text, NULL, 10);
}

static struct trace_call *add_call(struct trace_log *log)
{
	if (log->n_calls == log->n_room) {
		log->n_room = log->n_room ? 2 * log->n_room : 256;
		log->calls = realloc(log->calls, log->n_room * sizeof *log->calls);
		assert(log->calls);
	}
	return &log->calls[log->n_calls++];
}

static void copy(char *to, size_t size, const char *from, size_t length)
{
	assert(length < size);
	memcpy(to, from, length);
	to[length] = '\0';
}

/* "DEVICE: NAME key=value key=value = RESULT" */
static void parse(struct trace_log *log, const char *line)
{
	struct trace_call *call = add_call(log);
	const char *name = strstr(line, ": "), *result = strstr(line, " = "), *values;

	assert(name && result);
	copy(call->device, sizeof call->device, line, (size_t)(name - line));
	name += 2;
	values = name + strcspn(name, " ");
	copy(call->name, sizeof call->name, name, (size_t)(values - name));
	copy(call->values, sizeof call->values, values, (size_t)(result - values));
	call->result = parse_result(result + 3);
}

static void collect(void *opaque, enum log_level level, const char *message)
{
	struct trace_log *log = opaque;

	if (level == LOG_LEVEL_TRACE)
		parse(log, message);
	if (level == LOG_LEVEL_ERROR) {
		log->n_errors++;
		snprintf(log->last_error, sizeof log->last_error, "%s", message);
	}
	if (level == LOG_LEVEL_WARN) {
		log->n_warnings++;
		snprintf(log->last_warning, sizeof log->last_warning, "%s", message);
	}
}

void trace_log_open(struct trace_log *log)
{
	*log = (struct trace_log){ 0 };
	log_set_sink(collect, log);
}

void trace_log_close(struct trace_log *log)
{
	log_set_sink(NULL, NULL);
	free(log->calls);
	*log = (struct trace_log){ 0 };
}

long trace_value(const struct trace_call *call, const char *key)
{
	size_t length = strlen(key);

	for (const char *at = call->values; (at = strstr(at, key)); at += length)
		if (at > call->values && at[-1] == ' ' && at[length] == '=')
			return strtol(at + length + 1, NULL, 0);
	return -1;
}

bool trace_has(const struct trace_call *call, const char *text)
{
	size_t length = strlen(text);

	if (!length)
		return true;
	for (const char *at = call->values; (at = strstr(at, text)); at += length)
		if (at > call->values && at[-1] == ' ' && (at[length] == ' ' || !at[length]))
			return true;
	return false;
}

static const struct trace_call *next(const struct trace_log *log, size_t *from, const char *device,
				     const char *name, const char *text)
{
	while (*from < log->n_calls) {
		const struct trace_call *call = &log->calls[(*from)++];

		if (!strcmp(call->device, device) && !strcmp(call->name, name) && trace_has(call, text))
			return call;
	}
	return NULL;
}

unsigned trace_count(const struct trace_log *log, size_t from, const char *device, const char *name,
		     const char *text)
{
	unsigned n = 0;

	while (next(log, &from, device, name, text))
		n++;
	return n;
}

unsigned trace_count_ok(const struct trace_log *log, size_t from, const char *device, const char *name,
			const char *text)
{
	const struct trace_call *call;
	unsigned n = 0;

	while ((call = next(log, &from, device, name, text)))
		n += call->result >= 0;
	return n;
}

const struct trace_call *trace_find(const struct trace_log *log, size_t from, const char *device,
				    const char *name, const char *text)
{
	return next(log, &from, device, name, text);
}

/* One call as trace_order() shows it. */
static void shorten(const struct trace_call *call, char *text, size_t size)
{
	const char *name = strncmp(call->name, "VIDIOC_", 7) ? call->name : call->name + 7;
	long count = trace_value(call, "count");
	char number[24] = "", failure[24] = "";

	if (count >= 0)
		snprintf(number, sizeof number, "(%ld)", count);
	if (call->result < 0)
		snprintf(failure, sizeof failure, ":%s", strerrorname_np((int)-call->result));
	snprintf(text, size, "%s%s%s", name, number, failure);
}

struct order {
	char text[4096];
	size_t length;
};

/* "QBUF*4" for n of them one after another. */
static void add_run(struct order *order, const char *text, unsigned n)
{
	char times[16] = "";

	if (n == 0)
		return;
	if (n > 1)
		snprintf(times, sizeof times, "*%u", n);
	order->length += (size_t)snprintf(order->text + order->length, sizeof order->text - order->length,
					  "%s%s%s", order->length ? " " : "", text, times);
	assert(order->length < sizeof order->text);
}

const char *trace_order(const struct trace_log *log, size_t from, const char *device)
{
	static struct order order;
	char last[96] = "", text[96];
	unsigned n = 0;

	order = (struct order){ 0 };
	for (; from < log->n_calls; from++) {
		if (strcmp(log->calls[from].device, device))
			continue;
		shorten(&log->calls[from], text, sizeof text);
		if (n > 0 && !strcmp(text, last)) {
			n++;
			continue;
		}
		add_run(&order, last, n);
		strcpy(last, text);
		n = 1;
	}
	add_run(&order, last, n);
	return order.text;
}
