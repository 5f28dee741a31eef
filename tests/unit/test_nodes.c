/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Nodes, what is said of those that cannot be used, and the trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/array.h"
#include "base/page.h"
#include "device/node_errors.h"
#include "device/nodes/conversion.h"
#include "device/nodes/holders.h"
#include "device/obstacles.h"
#include "device/trace_ioctls.h"
#include "fake_device.h"

static void jobs(void **state)
{
	static const struct {
		uint32_t caps;
		bool capture, output;
	} rows[] = {
		{ V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING, true, false },
		{ V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_READWRITE, true, false },
		{ V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_STREAMING, true, false },
		{ V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_STREAMING, false, true },
		{ V4L2_CAP_VIDEO_OUTPUT_MPLANE | V4L2_CAP_STREAMING, false, true },
		{ V4L2_CAP_VIDEO_M2M_MPLANE | V4L2_CAP_STREAMING, false, false },
		{ V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_STREAMING,
		  false, false },
		{ V4L2_CAP_VIDEO_CAPTURE, false, false },
		{ V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING, false, false },
		{ V4L2_CAP_VBI_CAPTURE | V4L2_CAP_READWRITE, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(nodes_serve_role(rows[i].caps, DEVICE_CAPTURE), rows[i].capture);
		assert_int_equal(nodes_serve_role(rows[i].caps, DEVICE_OUTPUT), rows[i].output);
		assert_int_equal(nodes_serve_role(rows[i].caps, DEVICE_ANY),
				 rows[i].capture || rows[i].output);
	}
}

static void caps_in_words(void **state)
{
	char text[100], small[20];

	(void)state;
	assert_string_equal(
		nodes_caps_text(V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_STREAMING | V4L2_CAP_READWRITE, text,
				sizeof text),
		"capture mplane, streaming, read/write");
	assert_string_equal(nodes_caps_text(0, text, sizeof text), "");
	assert_string_equal(nodes_caps_text(UINT32_MAX, small, sizeof small), "capture, ...");
}

static void explanations(void **state)
{
	char folder[] = "/tmp/nodesXXXXXX", file[64];
	struct device device;

	(void)state;
	fake_catch_log();
	assert_non_null(mkdtemp(folder));
	snprintf(file, sizeof file, "%s/video0", folder);
	assert_int_equal(device_open(&device, file, DEVICE_CAPTURE), -ENOENT);
	assert_non_null(strstr(fake_error, "no such device"));
	fclose(fopen(file, "w"));
	assert_int_equal(device_open(&device, file, DEVICE_CAPTURE), -ENOTTY);
	assert_non_null(strstr(fake_error, "regular file"));
	assert_null(strstr(fake_error, "remove"));
	assert_int_equal(device_open(&device, folder, DEVICE_CAPTURE), -ENOTTY);
	assert_non_null(strstr(fake_error, "directory"));
	assert_int_equal(device_open(&device, "/dev/null", DEVICE_CAPTURE), -ENOTTY);
	assert_non_null(strstr(fake_error, "not a V4L2"));
	assert_int_equal(device_open(&device, "999999999", DEVICE_CAPTURE), -ENOENT);
	assert_non_null(strstr(fake_error, "/dev/video999999999"));
	assert_int_equal(device.fd, -1);
	device_close(&device);
	unlink(file);
	rmdir(folder);
}

static void refused_is_told_by_its_errno(void **state)
{
	static const struct {
		int err, answer;
		const char *says;
	} rows[] = {
		{ -EACCES, -EACCES, "no permission" },
		{ -EPERM, -EACCES, "no permission" },
		{ -EBUSY, -EBUSY, "busy" },
		{ -ENXIO, -ENODEV, "gone" },
		{ -EMEDIUMTYPE, -EMEDIUMTYPE, "not a capture device (capabilities: output, streaming)" },
		{ -EIO, -EIO, "cannot be opened" },
	};

	(void)state;
	fake_catch_log();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(node_error_report("/dev/null", rows[i].err, DEVICE_CAPTURE,
						   V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_STREAMING),
				 rows[i].answer);
		if (!strstr(fake_error, rows[i].says))
			fail_msg("%s: %s", rows[i].says, fake_error);
		if (rows[i].err == -EMEDIUMTYPE)
			assert_true(strstr(fake_error, "and there are no others") ||
				    strstr(fake_error, "; available capture devices: "));
	}
}

static void a_machine_without_the_job_is_told(void **state)
{
	struct node display = { .path = "/dev/video0", .caps = V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_STREAMING };

	(void)state;
	fake_catch_log();
	assert_int_equal(node_error_none(&display, 1, DEVICE_CAPTURE), -ENOENT);
	assert_non_null(strstr(fake_error, "no capture device among the video nodes"));
}

/* What codec nodes list, and what is said of them. */
static void codec_nodes_tell_what_they_do(void **state)
{
	static const struct {
		struct conversion conversion;
		const char *text, *usage;
	} rows[] = {
		{ { JOB_ENCODER,
		    { 2, { V4L2_PIX_FMT_NV12, V4L2_PIX_FMT_YUV420 } },
		    { 2, { V4L2_PIX_FMT_HEVC, V4L2_PIX_FMT_H264 } } },
		  "an encoder of NV12, YU12 into HEVC, H264",
		  "v4l2q capture -c hevc_v4l2 --codec-device /dev/video1" },
		{ { JOB_DECODER, { 1, { V4L2_PIX_FMT_FWHT } }, { 1, { V4L2_PIX_FMT_NV12 } } },
		  "a decoder of FWHT into NV12",
		  "v4l2q play -c fwht_v4l2 --codec-device /dev/video1" },
		{ { JOB_CONVERTER,
		    { 10, { V4L2_PIX_FMT_GREY, V4L2_PIX_FMT_GREY, V4L2_PIX_FMT_GREY } },
		    { 1, { V4L2_PIX_FMT_RGB24 } } },
		  " and 2 more into RGB3",
		  "v4l2q play --convert-device /dev/video1" },
		{ { JOB_STATELESS_DECODER, { 1, { V4L2_PIX_FMT_H264_SLICE } }, { 1, { V4L2_PIX_FMT_NV12 } } },
		  "a stateless decoder of S264 into NV12",
		  "" },
	};
	char text[CONVERSION_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_non_null(strstr(conversion_text(&rows[i].conversion, text), rows[i].text));
		assert_string_equal(conversion_usage(&rows[i].conversion, "/dev/video1", text),
				    rows[i].usage);
	}
}

/* That a program wrote it there in the device's absence. Links to files elsewhere are no such files. */
static void files_in_place_of_nodes_are_to_be_removed(void **state)
{
	char file[] = "/dev/v4l2q-test-XXXXXX", elsewhere[] = "/tmp/elsewhereXXXXXX";
	int fd = mkstemp(file), other = mkstemp(elsewhere);

	(void)state;
	if (fd < 0) {
		print_message("# SKIP: /dev cannot be written\n");
		unlink(elsewhere);
		close(other);
		skip();
	}
	fake_catch_log();
	assert_int_equal(node_error_report(file, -ENOTTY, DEVICE_CAPTURE, 0), -ENOTTY);
	assert_non_null(strstr(fake_error, "a program wrote to this name"));
	assert_non_null(strstr(fake_error, "remove the file"));
	unlink(file);
	assert_int_equal(symlink(elsewhere, file), 0);
	assert_int_equal(node_error_report(file, -ENOTTY, DEVICE_CAPTURE, 0), -ENOTTY);
	unlink(file);
	unlink(elsewhere);
	close(fd);
	close(other);
	assert_non_null(strstr(fake_error, "a regular file, not a device"));
	assert_null(strstr(fake_error, "remove"));
}

/* A process that has the file open, and mapped or not. */
static pid_t start_holder(int fd, bool maps)
{
	int ready[2];
	pid_t child;
	char byte;

	assert_true(pipe(ready) == 0);
	child = fork();
	if (child == 0) {
		if (maps && (ftruncate(fd, (off_t)page_size()) < 0 ||
			     mmap(NULL, page_size(), PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED))
			_exit(1);
		assert_int_equal(write(ready[1], "x", 1), 1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return child;
}

static void end_holder(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* By a link too: that is how by-id names come. A busy device of which no buffers are mapped has those of
 * USERPTR or DMABUF, and whose they are is known where there is one holder alone. */
static void holders_are_found(void **state)
{
	char file[] = "/tmp/heldXXXXXX", link[32], text[200], wanted[32];
	int fd = mkstemp(file);
	pid_t child;

	(void)state;
	assert_true(fd >= 0);
	child = start_holder(fd, false);
	snprintf(link, sizeof link, "%s.by-id", file);
	assert_int_equal(symlink(file, link), 0);
	snprintf(wanted, sizeof wanted, "PID %d (", (int)child);
	assert_non_null(strstr(holders_text(link, true, text, sizeof text), wanted));
	assert_non_null(strstr(text, ", holds its buffers)"));
	assert_null(strchr(holders_text(link, false, text, sizeof text), ','));
	end_holder(child);

	child = start_holder(fd, true);
	snprintf(wanted, sizeof wanted, "PID %d (", (int)child);
	assert_non_null(strstr(holders_text(link, true, text, sizeof text), wanted));
	assert_non_null(strstr(text, ", streaming)"));
	assert_null(strstr(text, "), "));
	end_holder(child);
	assert_string_equal(holders_text(link, true, text, sizeof text), "");
	unlink(link);
	unlink(file);
	close(fd);
}

static void errors_of_streamon_have_a_cause(void **state)
{
	(void)state;
	assert_int_equal(obstacle_of_streamon(-ENOSPC, 0), OBSTACLE_BANDWIDTH);
	assert_int_equal(obstacle_of_streamon(-EINVAL, V4L2_CAP_STREAMING), N_OBSTACLES);
	assert_int_equal(obstacle_of_streamon(-EINVAL, V4L2_CAP_IO_MC), OBSTACLE_PIPELINE_UNSEEN);
}

/* All of them: what is logged and what a program that listens is told. */
static void obstacles_have_words(void **state)
{
	struct obstacle obstacle;

	(void)state;
	fake_catch_log();
	for (enum obstacle_kind kind = 0; kind < N_OBSTACLES; kind++) {
		obstacle_set(&obstacle, kind, "<a>", "<b>");
		assert_true(*obstacle_name(kind) && *obstacle.cause && *obstacle.cure);
		assert_null(strchr(obstacle.cause, '%'));
		assert_null(strchr(obstacle.cure, '%'));
	}
	obstacle_report("/dev/video0", OBSTACLE_BUSY, "PID 7 (obs)", NULL);
	assert_string_equal(fake_error,
			    "/dev/video0: busy: in use by PID 7 (obs); end that program, or wait for it");
	obstacle_report("/dev/video0", OBSTACLE_PERMISSION_GROUP, "video", "me");
	assert_non_null(strstr(fake_error, "group video; add yourself with \"sudo usermod -aG video me\""));
}

static void trace_line(unsigned long request, const void *asked, const void *answered, int result,
		       const char *line)
{
	struct trace trace;

	fake_catch_log();
	trace_ioctl_begin(&trace, request, asked);
	trace_ioctl_end(&trace, "/dev/video0", request, answered, result);
	assert_string_equal(fake_log, line);
}

static void the_trace_reads_as_promised(void **state)
{
	struct v4l2_plane planes[2] = { { .bytesused = 100, .length = 128 },
					{ .bytesused = 50, .data_offset = 8 } };
	struct v4l2_buffer buffer = { .index = 2,
				      .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
				      .memory = V4L2_MEMORY_MMAP };
	struct v4l2_buffer mplane = { .index = 1,
				      .type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE,
				      .memory = V4L2_MEMORY_MMAP,
				      .sequence = 7,
				      .length = 2,
				      .m.planes = planes };
	struct v4l2_requestbuffers asked = { .count = 4, .type = V4L2_BUF_TYPE_VIDEO_OUTPUT, .memory = 4 };
	struct v4l2_requestbuffers answered = { .count = 3 };

	(void)state;
	trace_line(VIDIOC_QBUF, &buffer, &buffer, 0,
		   "/dev/video0: VIDIOC_QBUF index=2 flags=0x0 bytesused=0 memory=MMAP type=capture = 0\n");
	trace_line(VIDIOC_DQBUF, &buffer, &buffer, -EAGAIN,
		   "/dev/video0: VIDIOC_DQBUF type=capture memory=MMAP = -EAGAIN\n");
	trace_line(VIDIOC_DQBUF, &mplane, &mplane, 0,
		   "/dev/video0: VIDIOC_DQBUF type=capture-mplane memory=MMAP index=1 flags=0x0 "
		   "bytesused=100,50 "
		   "data_offset=0,8 sequence=7 field=0 timestamp=0.000000 = 0\n");
	trace_line(VIDIOC_REQBUFS, &asked, &answered, 0,
		   "/dev/video0: VIDIOC_REQBUFS count=4 memory=DMABUF type=output granted=3 capabilities=0x0 "
		   "= 0\n");
	trace_line(0x1234, &buffer, &buffer, -4095, "/dev/video0: ioctl request=0x1234 = -4095\n");
	trace_line(VIDIOC_STREAMON, &buffer.type, &buffer.type, 0,
		   "/dev/video0: VIDIOC_STREAMON type=capture = 0\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs),
		cmocka_unit_test(caps_in_words),
		cmocka_unit_test(explanations),
		cmocka_unit_test(refused_is_told_by_its_errno),
		cmocka_unit_test(a_machine_without_the_job_is_told),
		cmocka_unit_test(codec_nodes_tell_what_they_do),
		cmocka_unit_test(files_in_place_of_nodes_are_to_be_removed),
		cmocka_unit_test(holders_are_found),
		cmocka_unit_test(errors_of_streamon_have_a_cause),
		cmocka_unit_test(obstacles_have_words),
		cmocka_unit_test(the_trace_reads_as_promised),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
