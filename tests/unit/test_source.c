/* What is done when the source changes, call by call. SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/command.h"
#include "statement.h"
#include "trace_log.h"

#define DEVICE "sim" /* in the trace */

static char folder[] = "/tmp/v4l2q-source.XXXXXX";

static int record(struct trace_log *log, const char *keys)
{
	char device[128], pattern[64];
	char *argv[] = { "capture",       "-qyd", device,          "-o", pattern, "-n", "30",
			 "--min-buffers", "4",    "--max-buffers", "4",  NULL };
	int status, stderr_fd = dup(STDERR_FILENO);

	snprintf(device, sizeof device, "sim:size=96x64,fps=0,%s", keys);
	snprintf(pattern, sizeof pattern, "%s/%%d.nut", folder);
	trace_log_open(log);
	assert_non_null(freopen("/dev/null", "w", stderr)); /* the report for people */
	status = command_capture.run(sizeof argv / sizeof *argv - 1, argv);
	fflush(stderr);
	dup2(stderr_fd, STDERR_FILENO);
	close(stderr_fd);
	trace_check(log, true);
	return status;
}

/* Where in the log the nth call of that name is. */
static size_t find(const struct trace_log *log, const char *name, unsigned n)
{
	for (size_t i = 0; i < log->n_calls; i++)
		if (!strcmp(log->calls[i].name, name) && --n == 0)
			return i;
	fail_msg("too few calls of %s", name);
	return 0;
}

/* From the first STREAMOFF to the STREAMON behind it, without what only asks. */
static const char *restart(const struct trace_log *log)
{
	static const char *const acts[] = { "VIDIOC_STREAMOFF", "VIDIOC_REQBUFS", "VIDIOC_S_DV_TIMINGS",
					    "VIDIOC_S_FMT", "VIDIOC_STREAMON" };
	static char text[400];
	size_t end = find(log, "VIDIOC_STREAMON", 2);

	*text = '\0';
	for (size_t i = find(log, "VIDIOC_STREAMOFF", 1); i <= end; i++) {
		const struct trace_call *call = &log->calls[i];

		for (size_t k = 0; k < N_ELEMENTS(acts); k++)
			if (!strcmp(call->name, acts[k]))
				snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s%s",
					 *text ? " " : "", acts[k] + strlen("VIDIOC_"),
					 trace_has(call, "count=0")   ? "(0)"
					 : trace_has(call, "count=4") ? "(4)"
								      : "");
	}
	return text;
}

/* Without orphans all buffers must have come home before; with them, the file thread may still hold some. */
static void another_size(void **state)
{
	static const char *const keys[] = { "event=9:128x96,caps=mmap", "event=9:128x96,caps=mmap+orphan",
					    "event=9:128x96,caps=mmap,lock=50",
					    "event=9:128x96,caps=mmap,create=no" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
		struct trace_log log;

		assert_int_equal(record(&log, keys[i]), 0);
		assert_string_equal(
			restart(&log),
			"STREAMOFF REQBUFS(0) S_DV_TIMINGS S_FMT REQBUFS(0) REQBUFS(0) REQBUFS(0) "
			"REQBUFS(4) STREAMON");
		assert_true(trace_has(&log.calls[find(&log, "VIDIOC_S_DV_TIMINGS", 1)], "size=128x96"));
		assert_true(trace_has(&log.calls[find(&log, "VIDIOC_S_FMT", 1)], "asked_pixelformat=YUYV"));
		assert_int_equal(trace_count(&log, 0, DEVICE, "VIDIOC_STREAMOFF", ""), 2);
		assert_int_equal(trace_count(&log, 0, DEVICE, "VIDIOC_SUBSCRIBE_EVENT", ""), 2);
		assert_int_equal(log.n_errors, 0);
		trace_log_close(&log);
	}
}

/* The stream is stopped even so; the buffers stay. */
static void the_same_again(void **state)
{
	static const char *const keys[] = { "event=9:96x64", "event=9", "event=9+10+11:96x64,lock=20" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
		struct trace_log log;

		assert_int_equal(record(&log, keys[i]), 0);
		assert_string_equal(restart(&log), "STREAMOFF STREAMON");
		assert_int_equal(trace_count(&log, 0, DEVICE, "VIDIOC_S_DV_TIMINGS", ""), 0);
		assert_int_equal(trace_count(&log, 0, DEVICE, "VIDIOC_S_FMT", ""), 0);
		assert_int_equal(log.n_errors, 0);
		trace_log_close(&log);
	}
}

int main(void)
{
	static const struct statement statements[] = {
		{ 42, "another_size", another_size, NULL },
		{ 42, "the_same_again", the_same_again, NULL },
	};
	char path[64];
	int n_failed;

	if (!mkdtemp(folder))
		return 1;
	n_failed = statements_run("source", statements, N_ELEMENTS(statements));
	for (unsigned i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%u.nut", folder, i);
		unlink(path);
	}
	rmdir(folder);
	return n_failed;
}
