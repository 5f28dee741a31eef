/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is done when the source changes, call by call. */
/* Runs under: asan tsan */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/v4l2-dv-timings.h>
#include "base/array.h"
#include "cli/command.h"
#include "device/inputs/dv_timings.h"
#include "table_test.h"
#include "trace_log.h"

#define DEVICE "sim" /* in the trace */

static char folder[] = "/tmp/v4l2q-source.XXXXXX";

static int record(struct trace_log *log, const char *keys)
{
	char device[128], pattern[64];
	char *argv[] = { "capture", "--no-confine",  "-qyd", device,          "-o", pattern, "-n",
			 "30",      "--min-buffers", "4",    "--max-buffers", "4",  NULL };
	int status, stderr_fd = dup(STDERR_FILENO);

	snprintf(device, sizeof device, "sim:size=96x64,fps=0,%s", keys);
	snprintf(pattern, sizeof pattern, "%s/%%d.nut", folder);
	trace_log_open(log);
	assert_non_null(freopen("/dev/null", "w", stderr)); /* the report for people */
	status = command_capture.run(ARRAY_SIZE(argv) - 1, argv);
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

/* A receiver by its script: what QUERY_DV_TIMINGS answers, call by call, the last for ever. */
static struct receiver {
	int widths[8]; /* below 0: an errno */
	unsigned n_queries;
	uint32_t set, format;
	char calls[100];
} receiver;

static void tell(struct v4l2_dv_timings *timings, uint32_t width)
{
	*timings = (struct v4l2_dv_timings){ .type = V4L2_DV_BT_656_1120 };
	timings->bt.width = width;
	timings->bt.height = 64;
	timings->bt.pixelclock = 64 * (uint64_t)width;
}

static int query(struct v4l2_dv_timings *timings)
{
	int width = receiver.widths[receiver.n_queries];

	receiver.n_queries += receiver.widths[receiver.n_queries + 1] != 0;
	if (width > 0)
		tell(timings, (uint32_t)width);
	return width > 0 ? 0 : width;
}

static int receiver_ioctl(struct device *device, unsigned long request, void *argument)
{
	size_t used = strlen(receiver.calls);
	int err = 0;

	(void)device;
	if (request == VIDIOC_QUERY_DV_TIMINGS) {
		err = query(argument);
	} else if (request == VIDIOC_G_DV_TIMINGS) {
		tell(argument, receiver.set);
	} else if (request == VIDIOC_S_DV_TIMINGS) {
		receiver.set = ((struct v4l2_dv_timings *)argument)->bt.width;
		snprintf(receiver.calls + used, sizeof receiver.calls - used, " set=%u", receiver.set);
	} else if (request == VIDIOC_DQEVENT) {
		snprintf(receiver.calls + used, sizeof receiver.calls - used, " events");
		err = -ENOENT;
	} else if (request == VIDIOC_G_FMT) {
		((struct v4l2_format *)argument)->fmt.pix = (struct v4l2_pix_format){
			.width = receiver.format,
			.height = 64,
			.pixelformat = V4L2_PIX_FMT_YUYV,
			.bytesperline = receiver.format * 2,
			.sizeimage = receiver.format * 128,
		};
	} else {
		err = -ENOTTY;
	}
	errno = -err;
	return err ? -1 : 0;
}

static struct device receiver_open(const struct receiver *script)
{
	static const struct device_ops ops = { .ioctl = receiver_ioctl };

	receiver = *script;
	return (struct device){
		.ops = &ops, .path = (char *)"receiver", .fd = -1, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE
	};
}

/* A driver may set itself to the new source, timings and format, and then asks for a restart all the same. */
static void a_device_that_followed_by_itself_has_changed(void **state)
{
	static const struct {
		uint32_t set, format;
		int changed;
	} rows[] = { { 96, 96, 0 }, { 128, 128, 1 }, { 96, 128, 1 } };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct device device = receiver_open(&(struct receiver){
			.widths = { (int)rows[i].set }, .set = rows[i].set, .format = rows[i].format });
		struct video_format before = { .width = 96, .height = 64 };
		char text[DV_TIMINGS_TEXT_MAX];
		struct video_source source;

		assert_int_equal(dv_timings_wait(&device, -1, 0, &source), 0);
		assert_int_equal(dv_timings_compare(&device, &before, &source, text), rows[i].changed);
	}
}

/* What comes while it is followed is followed too, as long as it pays; events are forgotten only where the
 * source is asked again. */
static void no_change_is_lost_while_one_is_followed(void **state)
{
	static const struct {
		int widths[8];
		const char *calls;
	} rows[] = {
		{ { 96 }, " set=96 events" },
		{ { 96, 128 }, " set=96 events set=128 events" },
		{ { 96, 100, 104, 108, 112 }, " set=96 events set=100 events set=104 events set=108" },
		{ { 96, -ENOLINK, -ENOLCK, 96 }, " set=96 events events events" },
		{ { 96, -ENOLINK, 128 }, " set=96 events events set=128 events" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct receiver script = { .set = 64 };
		struct video_source source;
		struct device device;

		memcpy(script.widths, rows[i].widths, sizeof script.widths);
		device = receiver_open(&script);
		assert_int_equal(dv_timings_wait(&device, -1, 0, &source), 0);
		assert_int_equal(dv_timings_apply(&device, -1, 0, &source), 0);
		assert_string_equal(receiver.calls, rows[i].calls);
	}
}

static void a_source_that_leaves_while_it_is_followed_is_waited_for(void **state)
{
	struct device device = receiver_open(&(struct receiver){ .widths = { 96, -ENOLINK }, .set = 64 });
	struct video_source source;

	(void)state;
	assert_int_equal(dv_timings_wait(&device, -1, 0, &source), 0);
	assert_int_equal(dv_timings_apply(&device, -1, 1, &source), -ETIMEDOUT);
}

/* Interlaced ones are called by their fields. */
static void timings_are_called_by_size_scan_and_rate(void **state)
{
	static const struct {
		struct v4l2_dv_timings timings;
		const char *name;
	} rows[] = {
		{ V4L2_DV_BT_CEA_640X480P59_94, "640x480p59.94" },
		{ V4L2_DV_BT_CEA_1920X1080P60, "1920x1080p60" },
		{ V4L2_DV_BT_CEA_1920X1080I50, "1920x1080i50" },
		{ V4L2_DV_BT_CEA_720X480I59_94, "720x480i59.94" },
		{ { .bt.width = 16, .bt.height = 8 }, "16x8p0" },
	};
	char name[DV_TIMINGS_NAME_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(dv_timings_name(&rows[i].timings.bt, name), rows[i].name);
}

int main(void)
{
	static const struct table_test tests[] = {
		{ 42, "timings_are_called_by_size_scan_and_rate", timings_are_called_by_size_scan_and_rate,
		  NULL },
		{ 42, "another_size", another_size, NULL },
		{ 42, "the_same_again", the_same_again, NULL },
		{ 42, "device_that_followed_by_itself_has_changed",
		  a_device_that_followed_by_itself_has_changed, NULL },
		{ 42, "no_change_is_lost_while_one_is_followed", no_change_is_lost_while_one_is_followed,
		  NULL },
		{ 42, "source_that_leaves_while_it_is_followed_is_waited_for",
		  a_source_that_leaves_while_it_is_followed_is_waited_for, NULL },
	};
	char path[64];
	int n_failed;

	if (!mkdtemp(folder))
		return 1;
	n_failed = table_test_run("source", tests, N_ELEMENTS(tests));
	for (unsigned i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%u.nut", folder, i);
		unlink(path);
	}
	rmdir(folder);
	return n_failed;
}
