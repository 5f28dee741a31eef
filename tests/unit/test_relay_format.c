/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which format a relay asks of a camera, as its output takes it, and whether frames are converted then. */
/* Runs under: asan */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/videodev2.h>
#include "base/array.h"
#include "fake_device.h"
#include "session/relay.h"

#define YUYV V4L2_PIX_FMT_YUYV
#define NV12 V4L2_PIX_FMT_NV12
#define MJPG V4L2_PIX_FMT_MJPEG
#define H264 V4L2_PIX_FMT_H264
#define BAYER V4L2_PIX_FMT_IPU3_SGRBG10

/* As most webcams: large pictures are fast only where they are compressed. */
static const struct fake_mode webcam[] = {
	{ H264, 1280, 720, 30 },
	{ MJPG, 640, 480, 30 },
	{ MJPG, 1280, 720, 30 },
	{ MJPG, 1920, 1080, 30 },
	{ YUYV, 640, 480, 30 },
	{ YUYV, 1280, 720, 10 },
	{ 0 },
};
static const struct fake_mode compressed[] = {
	{ H264, 1280, 720, 30 },
	{ MJPG, 640, 480, 30 },
	{ MJPG, 1280, 720, 30 },
	{ 0 },
};
static const struct fake_mode opaque[] = { { BAYER, 1280, 720, 30 }, { 0 } };

static const struct fake_mode raw_output[] = {
	{ NV12, 640, 480, 0 },
	{ NV12, 1280, 720, 0 },
	{ NV12, 1920, 1080, 0 },
	{ YUYV, 640, 480, 0 },
	{ YUYV, 1280, 720, 0 },
	{ YUYV, 1920, 1080, 0 },
	{ 0 },
};
static const struct fake_mode any_output[] = {
	{ YUYV, 640, 480, 0 },
	{ YUYV, 1280, 720, 0 },
	{ YUYV, 1920, 1080, 0 },
	{ MJPG, 640, 480, 0 },
	{ MJPG, 1280, 720, 0 },
	{ MJPG, 1920, 1080, 0 },
	{ 0 },
};
/* Those of which another program has set the size. */
static const struct fake_mode set_output[] = { { YUYV, 320, 240, 0 }, { MJPG, 320, 240, 0 }, { 0 } };

struct row {
	const char *name;
	const struct fake_mode *camera, *output;
	struct negotiate_request from, to;
	uint32_t present;
	const char *result; /* why frames are converted, and how; NULL: refused */
};

static const struct row rows[] = {
	{ "as it is", webcam, raw_output, { 0 }, { 0 }, YUYV, "YUYV 640x480, YUYV" },
	{ "set to what the output lacks", webcam, raw_output, { 0 }, { 0 }, MJPG, "YUYV 640x480, YUYV" },
	{ "what both take compressed", webcam, any_output, { 0 }, { 0 }, MJPG, "MJPG 640x480, MJPG" },
	{ "a size that is only compressed",
	  webcam,
	  raw_output,
	  { .width = 1920, .height = 1080 },
	  { 0 },
	  YUYV,
	  "MJPG 1920x1080, YUYV: the capture device has the size and rate asked for in no raw format" },
	{ "a size that is raw, too",
	  webcam,
	  raw_output,
	  { .width = 1280, .height = 720 },
	  { 0 },
	  YUYV,
	  "YUYV 1280x720, YUYV" },
	{ "a rate that is only compressed",
	  webcam,
	  raw_output,
	  { .width = 1280, .height = 720, .fps = { 30, 1 } },
	  { 0 },
	  YUYV,
	  "MJPG 1280x720, YUYV: the capture device has the size and rate asked for in no raw format" },
	{ "the same, where the output takes it compressed",
	  webcam,
	  any_output,
	  { .width = 1280, .height = 720, .fps = { 30, 1 } },
	  { 0 },
	  YUYV,
	  "MJPG 1280x720, MJPG" },
	{ "the output's size, only compressed",
	  webcam,
	  raw_output,
	  { 0 },
	  { .width = 1920, .height = 1080 },
	  YUYV,
	  "MJPG 1920x1080, YUYV: the capture device has the size and rate asked for in no raw format" },
	{ "the output's format",
	  webcam,
	  any_output,
	  { 0 },
	  { .pixelformat = "YUYV" },
	  MJPG,
	  "YUYV 640x480, YUYV" },
	{ "the output's format, which the camera lacks: raw is cheaper",
	  webcam,
	  raw_output,
	  { 0 },
	  { .pixelformat = "NV12" },
	  MJPG,
	  "YUYV 640x480, NV12: the devices have no format and size in common" },
	{ "the same of a camera that only compresses",
	  compressed,
	  any_output,
	  { 0 },
	  { .pixelformat = "YUYV" },
	  MJPG,
	  "MJPG 640x480, YUYV: the capture device has no raw format" },
	{ "the camera's format is asked for",
	  webcam,
	  raw_output,
	  { .pixelformat = "MJPG" },
	  { 0 },
	  YUYV,
	  "MJPG 640x480, YUYV: the output does not take the format and size asked for" },
	{ "pictures before a stream",
	  compressed,
	  raw_output,
	  { .width = 1280, .height = 720 },
	  { 0 },
	  H264,
	  "MJPG 1280x720, YUYV: the capture device has the size and rate asked for in no raw format" },
	{ "one size before one format",
	  compressed,
	  set_output,
	  { 0 },
	  { 0 },
	  MJPG,
	  "MJPG 640x480, YUYV: the capture device has no raw format" },
	{ "what nothing converts", opaque, raw_output, { 0 }, { 0 }, BAYER, NULL },
};

static char *describe_result(const struct relay *relay, char *text, size_t size)
{
	const struct video_format *from = &relay->source.setup.format, *to = &relay->sink.setup.format;
	char from_text[FOURCC_TEXT_MAX], to_text[FOURCC_TEXT_MAX];

	snprintf(text, size, "%s %ux%u, %s%s%s", fourcc_text(from->fourcc, from_text), from->width,
		 from->height, fourcc_text(to->fourcc, to_text), relay->converts ? ": " : "",
		 relay->converts ? relay->why : "");
	return text;
}

static void the_cheapest_format_that_serves(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct fake_device camera = { .modes = row->camera, .fps = 30 };
		struct fake_device output = { .modes = row->output };
		struct relay relay = { 0 };
		char result[300];
		int err;

		camera.pix = (struct v4l2_pix_format){
			.pixelformat = row->present, .width = 640, .height = 480, .sizeimage = 640 * 480 * 2
		};
		output.pix = (struct v4l2_pix_format){ .pixelformat = row->output->fourcc,
						       .width = row->output->width,
						       .height = row->output->height,
						       .sizeimage = 640 * 480 * 2 };
		fake_device_open(&relay.source.setup.device, &camera, V4L2_BUF_TYPE_VIDEO_CAPTURE);
		fake_device_open(&relay.sink.setup.device, &output, V4L2_BUF_TYPE_VIDEO_OUTPUT);
		relay.source.setup.request = row->from;
		relay.sink.setup.request = row->to;
		fake_catch_log();
		err = relay_format_negotiate(&relay);
		if (!row->result ? err != -ERANGE
				 : err || strcmp(describe_result(&relay, result, sizeof result), row->result))
			fail_msg("%s: %d, %s", row->name, err, err ? fake_error : result);
		device_close(&relay.source.setup.device);
		device_close(&relay.sink.setup.device);
	}
	assert_non_null(strstr(fake_error, "which can be neither decoded nor converted; "));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_cheapest_format_that_serves) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
