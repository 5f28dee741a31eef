/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of codec nodes' codecs, and the options that become their controls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <linux/videodev2.h>
#include "base/array.h"
#include "base/codec_name.h"
#include "fake_device.h"
#include "m2m/codec_controls.h"

static void names(void **state)
{
	static const struct {
		const char *name;
		uint32_t fourccs[CODEC_FOURCCS_MAX];
	} rows[] = {
		{ "h264_v4l2", { V4L2_PIX_FMT_H264 } },
		{ "hevc_v4l2", { V4L2_PIX_FMT_HEVC } },
		{ "mjpeg_v4l2", { V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_JPEG } },
		{ "fwht_v4l2", { V4L2_PIX_FMT_FWHT } },
		{ "rawvideo_v4l2", { 0 } },
		{ "H264_v4l2", { 0 } },
		{ "h264", { 0 } },
	};
	char text[CODEC_NAME_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t fourccs[CODEC_FOURCCS_MAX] = { 0 };

		fake_catch_log();
		codec_name_parse(rows[i].name, fourccs);
		assert_memory_equal(fourccs, rows[i].fourccs, sizeof fourccs);
		if (fourccs[0])
			assert_string_equal(codec_name_text(fourccs[0], text), rows[i].name);
		else
			assert_non_null(strstr(fake_error, "expected one of mjpeg_v4l2, h264_v4l2, "));
	}
	assert_true(codec_name_is_node("any_v4l2"));
	assert_false(codec_name_is_node("_v4l2"));
	assert_false(codec_name_is_node("h264_v4l2m2m"));
	assert_false(codec_name_is_node(NULL));
	assert_null(codec_name_text(V4L2_PIX_FMT_NV12, text));
	assert_string_equal(codec_name_bare(V4L2_PIX_FMT_FWHT), "fwht");
}

/* In the order of their ids, as drivers enumerate them. */
enum { B_FRAMES, GOP, BITRATE, RATE_CONTROL, HEADERS, I_QP, P_QP, I_PERIOD, PROFILE, N_CONTROLS };

static struct fake_control controls[] = {
	[B_FRAMES] = { .info = { V4L2_CID_MPEG_VIDEO_B_FRAMES, V4L2_CTRL_TYPE_INTEGER, "Video B Frames", 0, 3,
				 1, 2 } },
	[BITRATE] = { .info = { V4L2_CID_MPEG_VIDEO_BITRATE, V4L2_CTRL_TYPE_INTEGER, "Video Bitrate", 0,
				100000000, 1, 1 } },
	[GOP] = { .info = { V4L2_CID_MPEG_VIDEO_GOP_SIZE, V4L2_CTRL_TYPE_INTEGER, "Video GOP Size", 0, 1000,
			    1, 12 } },
	[I_PERIOD] = { .info = { V4L2_CID_MPEG_VIDEO_H264_I_PERIOD, V4L2_CTRL_TYPE_INTEGER,
				 "H264 I-Frame Period", 0, 1000, 1, 12 } },
	[PROFILE] = { .info = { V4L2_CID_MPEG_VIDEO_H264_PROFILE, V4L2_CTRL_TYPE_MENU, "H264 Profile", 0, 3,
				1, 0 },
		      .menu = { "Baseline", "Constrained Baseline", "Main", "High" } },
	[I_QP] = { .info = { V4L2_CID_MPEG_VIDEO_H264_I_FRAME_QP, V4L2_CTRL_TYPE_INTEGER,
			     "H264 I-Frame QP Value", 0, 51, 1, 1 } },
	[P_QP] = { .info = { V4L2_CID_MPEG_VIDEO_H264_P_FRAME_QP, V4L2_CTRL_TYPE_INTEGER,
			     "H264 P-Frame QP Value", 0, 51, 1, 1 } },
	[HEADERS] = { .info = { V4L2_CID_MPEG_VIDEO_HEADER_MODE, V4L2_CTRL_TYPE_MENU, "Sequence Header Mode",
				0, 1, 1, 0 },
		      .menu = { "Separate", "Joined" } },
	[RATE_CONTROL] = { .info = { V4L2_CID_MPEG_VIDEO_FRAME_RC_ENABLE, V4L2_CTRL_TYPE_BOOLEAN,
				     "Frame Level Rate Control", 0, 1, 1, 0 } },
	[N_CONTROLS] = { .info = { 0 } },
};

static void options(void **state)
{
	static const struct {
		const char *text;
		int result;
		int64_t values[N_CONTROLS]; /* -1: as they were */
		const char *error;
	} rows[] = {
		{ NULL, 0, { 0, -1, -1, -1, 1, -1, -1, -1, -1 }, NULL },
		{ "bitrate=4M,gop=60,profile=high", 0, { 0, 60, 4000000, 1, 1, -1, -1, 60, 3 }, NULL },
		{ "bitrate=1500k", 0, { 0, -1, 1500000, 1, 1, -1, -1, -1, -1 }, NULL },
		{ "qp=28", 0, { 0, -1, -1, 0, 1, 28, 28, -1, -1 }, NULL },
		{ "video_gop_size=7,h264_profile=2", 0, { 0, 7, -1, -1, 1, -1, -1, -1, 2 }, NULL },
		{ "bitrate=fast", -ERANGE, { 0, -1, -1, 1, 1, -1, -1, -1, -1 }, "invalid value 'fast'" },
		{ "bitrate", -ERANGE, { 0, -1, -1, -1, 1, -1, -1, -1, -1 }, "expected bitrate=VALUE" },
		{ "level=4.1", -ERANGE, { 0, -1, -1, -1, 1, -1, -1, -1, -1 }, "has no control for it" },
		{ "speed=1", -ERANGE, { 0, -1, -1, -1, 1, -1, -1, -1, -1 }, "unknown control 'speed'" },
		{ "video_b_frames=2",
		  -ERANGE,
		  { 2, -1, -1, -1, 1, -1, -1, -1, -1 },
		  "a recording can have none" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fake_device fake = { .controls = controls };
		struct control_value *former = NULL;
		struct device device;

		for (size_t c = 0; c < N_CONTROLS; c++)
			controls[c].value = -1;
		fake_catch_log();
		fake_device_open(&device, &fake, V4L2_BUF_TYPE_VIDEO_CAPTURE);
		assert_int_equal(codec_controls_set(&device, V4L2_PIX_FMT_H264, rows[i].text, &former),
				 rows[i].result);
		for (size_t c = 0; c < N_CONTROLS; c++)
			assert_int_equal(controls[c].value, rows[i].values[c]);
		if (rows[i].error)
			assert_non_null(strstr(fake_error, rows[i].error));
		control_values_free(&former);
		device_close(&device);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names), cmocka_unit_test(options) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
