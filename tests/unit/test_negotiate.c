/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Negotiating format and rate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "base/array.h"
#include "device/format/colorimetry.h"
#include "device/format/negotiate.h"
#include "fake_device.h"

#define YUYV V4L2_PIX_FMT_YUYV
#define MJPG V4L2_PIX_FMT_MJPEG

/* Raw large pictures come slowly over USB, as they do from a real camera. */
static const struct fake_mode webcam[] = { { YUYV, 640, 480, 30 },
					   { YUYV, 320, 240, 30 },
					   { YUYV, 1280, 720, 10 },
					   { MJPG, 640, 480, 30 },
					   { MJPG, 1280, 720, 30 },
					   { MJPG, 1920, 1080, 30 },
					   { 0 } };
static const struct fake_mode converted[] = { { V4L2_PIX_FMT_RGB24, 640, 480, 30 }, { 0 } };

static int negotiate(struct fake_device *fake, struct negotiate_request request, struct video_format *format)
{
	struct device device;
	int err;

	fake_catch_log();
	if (!fake->modes)
		fake->modes = webcam;
	fake_device_open(&device, fake, V4L2_BUF_TYPE_VIDEO_CAPTURE);
	err = negotiate_format(&device, &request, format);
	device_close(&device);
	return err;
}

static void nothing_asked_sets_nothing(void **state)
{
	struct video_format format;
	struct fake_device fake = { 0 };

	(void)state;
	assert_int_equal(negotiate(&fake, (struct negotiate_request){ 0 }, &format), 0);
	assert_int_equal(fake.n_s_fmt, 0);
	assert_int_equal(format.fourcc, YUYV);
	assert_int_equal(format.width, 640);
	assert_int_equal(format.fps.num, 30);
	assert_int_equal(format.fps.den, 1);
	assert_int_equal(format.n_planes, 1);
	assert_int_equal(format.sizeimage[0], 640 * 480 * 2);
}

/* Another program may read along, and the driver then answers S_FMT with EBUSY. */
static void what_is_there_is_not_asked_for(void **state)
{
	struct negotiate_request request = { .width = 640, .height = 480, .pixelformat = "yuyv422" };
	struct fake_device fake = { .s_fmt_err = EBUSY };
	struct video_format format;

	(void)state;
	fake.pix = (struct v4l2_pix_format){
		.width = 640, .height = 480, .pixelformat = YUYV, .bytesperline = 1280, .sizeimage = 614400
	};
	assert_int_equal(negotiate(&fake, request, &format), 0);
	assert_int_equal(fake.n_s_fmt, 0);
	request.width = 320;
	assert_int_equal(negotiate(&fake, request, &format), -EBUSY);
}

static void what_is_offered_is_taken(void **state)
{
	struct negotiate_request request = {
		.width = 1280, .height = 720, .pixelformat = "mjpeg", .fps = { 30000, 1001 }
	};
	struct video_format format;
	struct fake_device fake = { 0 };

	(void)state;
	assert_int_equal(negotiate(&fake, request, &format), 0);
	assert_int_equal(format.fourcc, MJPG);
	assert_int_equal(format.height, 720);
	assert_string_equal(fake_error, "");
}

static void a_changed_size_is_refused_and_put_back(void **state)
{
	struct negotiate_request request = { .width = 800, .height = 600 };
	struct video_format format;
	struct fake_device fake = { 0 };

	(void)state;
	assert_int_equal(negotiate(&fake, request, &format), -ERANGE);
	assert_non_null(strstr(fake_error, "asked for 800x600, got 640x480 YUYV 30/1 fps"));
	assert_non_null(strstr(fake_error, "nearest sizes: 640x480, 1280x720, 320x240"));
	assert_non_null(strstr(fake_error, "--adjust"));
	assert_int_equal(fake.n_s_fmt, 2);
	assert_int_equal(fake.pix.width, 640);
}

static void adjust_takes_what_comes(void **state)
{
	struct negotiate_request request = { .width = 800, .height = 600, .fps = { 25, 1 }, .adjust = true };
	struct video_format format;
	struct fake_device fake = { 0 };

	(void)state;
	assert_int_equal(negotiate(&fake, request, &format), 0);
	assert_int_equal(format.width, 640);
	assert_int_equal(format.fps.num, 30);
	assert_non_null(strstr(fake_log, "got 640x480 YUYV 30/1 fps"));
}

/* A user who wants 720p at 30 is told which format has it. */
static void a_slow_raw_mode_names_the_fast_one(void **state)
{
	struct negotiate_request request = { .width = 1280, .height = 720, .fps = { 30, 1 } };
	struct video_format format;
	struct fake_device fake = { 0 };

	(void)state;
	assert_int_equal(negotiate(&fake, request, &format), -ERANGE);
	assert_non_null(strstr(fake_error, "rates: 10/1"));
	assert_non_null(strstr(fake_error, "with -p: MJPG"));
}

static void an_unknown_format_is_refused(void **state)
{
	struct negotiate_request request = { .pixelformat = "NV12" };
	struct video_format format;
	struct fake_device fake = { 0 };

	(void)state;
	assert_int_equal(negotiate(&fake, request, &format), -ERANGE);
	assert_non_null(strstr(fake_error, "pixel formats: YUYV, MJPG"));
	request.pixelformat = "no such";
	assert_int_equal(negotiate(&fake, request, &format), -EINVAL);
}

static void conversion_only_where_the_device_lacks_the_format(void **state)
{
	struct negotiate_request request = { .pixelformat = "rgb24" };
	struct fake_device fake = { .modes = webcam, .emulated = converted };
	struct video_format format;
	struct device device;

	(void)state;
	fake_catch_log();
	fake_device_open(&device, &fake, V4L2_BUF_TYPE_VIDEO_CAPTURE);
	assert_int_equal(negotiate_format(&device, &request, &format), 0);
	assert_true(device.emulated);
	assert_int_equal(format.fourcc, V4L2_PIX_FMT_RGB24);
	assert_non_null(strstr(fake_log, "libv4l2 converts"));
	device_close(&device);

	request.pixelformat = "YUYV";
	fake_device_open(&device, &fake, V4L2_BUF_TYPE_VIDEO_CAPTURE);
	fake.converts = false;
	assert_int_equal(negotiate_format(&device, &request, &format), 0);
	assert_false(device.emulated);
	assert_false(fake.converts);

	request.pixelformat = "NV12";
	assert_int_equal(negotiate_format(&device, &request, &format), -ERANGE);
	assert_false(device.emulated);
	assert_false(fake.converts);
	device_close(&device);
}

static void rates_are_optional(void **state)
{
	static const struct fake_mode still[] = { { YUYV, 640, 480, 0 }, { 0 } };
	struct fake_device fake = { .modes = still };
	struct video_format format;

	(void)state;
	assert_int_equal(negotiate(&fake, (struct negotiate_request){ .width = 640, .height = 480 }, &format),
			 0);
	assert_int_equal(format.fps.den, 0);
	assert_int_equal(negotiate(&fake, (struct negotiate_request){ .fps = { 30, 1 } }, &format), -ERANGE);
}

static void a_driver_that_refuses(void **state)
{
	struct negotiate_request request = { .width = 640, .height = 480 };
	struct fake_device fake = { .s_fmt_err = EBUSY, .pix = { .pixelformat = YUYV } };
	struct video_format format;

	(void)state;
	assert_int_equal(negotiate(&fake, request, &format), -EBUSY);
	assert_non_null(strstr(fake_error, "busy"));
	fake.s_fmt_err = EINVAL;
	assert_int_equal(negotiate(&fake, request, &format), -ERANGE);
	fake = (struct fake_device){ .g_fmt_err = EINVAL, .pix = { .pixelformat = YUYV } };
	assert_int_equal(negotiate(&fake, request, &format), -EINVAL);
	assert_non_null(strstr(fake_error, "no format"));
	/* The whole format said: what was there before does not matter. */
	request.pixelformat = "YUYV";
	assert_int_equal(negotiate(&fake, request, &format), 0);
}

static void what_the_driver_says_is_checked(void **state)
{
	static const struct v4l2_pix_format good = {
		.pixelformat = YUYV, .width = 64, .height = 48, .bytesperline = 128, .sizeimage = 6144
	};
	struct v4l2_pix_format bad[6] = { good, good, good, good, good, good };
	struct video_format format;
	struct device device;

	(void)state;
	bad[0].width = 0;
	bad[1].width = 65536;
	bad[2].height = 0;
	bad[3].height = 100000;
	bad[4].sizeimage = 0;
	bad[5].bytesperline = 6145;
	fake_catch_log();
	for (size_t i = 0; i < 6; i++) {
		struct fake_device fake = { .pix = bad[i] };

		fake_device_open(&device, &fake, V4L2_BUF_TYPE_VIDEO_CAPTURE);
		assert_int_equal(negotiate_get_format(&device, &format), -EPROTO);
		assert_non_null(strstr(fake_error, "driver bug"));
		device_close(&device);
	}
}

static void planes_are_counted(void **state)
{
	struct fake_device fake = {
		.mp = { .pixelformat = V4L2_PIX_FMT_NV12M, .width = 64, .height = 48, .num_planes = 2 }
	};
	const struct {
		uint8_t n_planes;
		int err;
	} rows[] = { { 2, 0 }, { 8, 0 }, { 0, -EPROTO }, { 1, -EPROTO }, { 9, -EPROTO } };
	struct video_format format;
	struct device device;

	(void)state;
	fake_catch_log();
	for (int i = 0; i < 8; i++)
		fake.mp.plane_fmt[i] =
			(struct v4l2_plane_pix_format){ .bytesperline = 64, .sizeimage = 3072 };
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fake.mp.num_planes = rows[i].n_planes;
		fake_device_open(&device, &fake, V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE);
		assert_int_equal(negotiate_get_format(&device, &format), rows[i].err);
		if (rows[i].err == 0)
			assert_int_equal(format.n_planes, rows[i].n_planes);
		device_close(&device);
	}
}

static const struct {
	uint32_t fourcc;
	struct v4l2_colorimetry colour;
	enum AVColorPrimaries primaries;
	enum AVColorSpace matrix;
	enum AVColorTransferCharacteristic transfer;
	enum AVColorRange range;
} colour_rows[] = {
	{ YUYV,
	  { 0 },
	  AVCOL_PRI_UNSPECIFIED,
	  AVCOL_SPC_UNSPECIFIED,
	  AVCOL_TRC_UNSPECIFIED,
	  AVCOL_RANGE_UNSPECIFIED },
	{ YUYV,
	  { .colorspace = V4L2_COLORSPACE_SMPTE170M },
	  AVCOL_PRI_SMPTE170M,
	  AVCOL_SPC_SMPTE170M,
	  AVCOL_TRC_BT709,
	  AVCOL_RANGE_MPEG },
	{ YUYV,
	  { .colorspace = V4L2_COLORSPACE_REC709 },
	  AVCOL_PRI_BT709,
	  AVCOL_SPC_BT709,
	  AVCOL_TRC_BT709,
	  AVCOL_RANGE_MPEG },
	{ YUYV,
	  { .colorspace = V4L2_COLORSPACE_SRGB },
	  AVCOL_PRI_BT709,
	  AVCOL_SPC_SMPTE170M,
	  AVCOL_TRC_IEC61966_2_1,
	  AVCOL_RANGE_MPEG },
	{ YUYV,
	  { .colorspace = V4L2_COLORSPACE_SRGB, .quantization = V4L2_QUANTIZATION_FULL_RANGE },
	  AVCOL_PRI_BT709,
	  AVCOL_SPC_SMPTE170M,
	  AVCOL_TRC_IEC61966_2_1,
	  AVCOL_RANGE_JPEG },
	{ YUYV,
	  { .colorspace = V4L2_COLORSPACE_JPEG },
	  AVCOL_PRI_BT709,
	  AVCOL_SPC_SMPTE170M,
	  AVCOL_TRC_IEC61966_2_1,
	  AVCOL_RANGE_JPEG },
	{ YUYV,
	  { .colorspace = V4L2_COLORSPACE_BT2020 },
	  AVCOL_PRI_BT2020,
	  AVCOL_SPC_BT2020_NCL,
	  AVCOL_TRC_BT709,
	  AVCOL_RANGE_MPEG },
	{ V4L2_PIX_FMT_RGB24,
	  { .colorspace = V4L2_COLORSPACE_SRGB },
	  AVCOL_PRI_BT709,
	  AVCOL_SPC_RGB,
	  AVCOL_TRC_IEC61966_2_1,
	  AVCOL_RANGE_JPEG },
	{ MJPG,
	  { .colorspace = V4L2_COLORSPACE_SRGB },
	  AVCOL_PRI_BT709,
	  AVCOL_SPC_SMPTE170M,
	  AVCOL_TRC_IEC61966_2_1,
	  AVCOL_RANGE_UNSPECIFIED },
	{ YUYV,
	  { 99, 99, 0, 99 },
	  AVCOL_PRI_UNSPECIFIED,
	  AVCOL_SPC_UNSPECIFIED,
	  AVCOL_TRC_UNSPECIFIED,
	  AVCOL_RANGE_UNSPECIFIED },
};

static void colours_follow_the_kernels_defaults(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(colour_rows); i++) {
		struct video_format format = { .pix = pixfmt_by_fourcc(colour_rows[i].fourcc) };

		colorimetry_from_v4l2(&format, &colour_rows[i].colour);
		assert_int_equal(format.primaries, colour_rows[i].primaries);
		assert_int_equal(format.matrix, colour_rows[i].matrix);
		assert_int_equal(format.transfer, colour_rows[i].transfer);
		assert_int_equal(format.range, colour_rows[i].range);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_asked_sets_nothing),
		cmocka_unit_test(what_is_there_is_not_asked_for),
		cmocka_unit_test(what_is_offered_is_taken),
		cmocka_unit_test(a_changed_size_is_refused_and_put_back),
		cmocka_unit_test(adjust_takes_what_comes),
		cmocka_unit_test(a_slow_raw_mode_names_the_fast_one),
		cmocka_unit_test(an_unknown_format_is_refused),
		cmocka_unit_test(conversion_only_where_the_device_lacks_the_format),
		cmocka_unit_test(rates_are_optional),
		cmocka_unit_test(a_driver_that_refuses),
		cmocka_unit_test(what_the_driver_says_is_checked),
		cmocka_unit_test(planes_are_counted),
		cmocka_unit_test(colours_follow_the_kernels_defaults),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
