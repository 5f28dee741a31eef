/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which of the modes of a device --want chooses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <linux/videodev2.h>
#include "base/array.h"
#include "device/format/want.h"

#define YUYV V4L2_PIX_FMT_YUYV
#define MJPG V4L2_PIX_FMT_MJPEG
#define H264 V4L2_PIX_FMT_H264

#define HIGH_SPEED 53.248e6
#define SUPER_SPEED 393e6
#define ISOCHRONOUS 24.48e6 /* 3 packets of 1024 bytes a microframe */

/* As a camera lists them. */
static const struct enumerated_mode modes[] = {
	{ H264, true, 3840, 2160, { 24, 1 } }, { MJPG, true, 640, 480, { 60, 1 } },
	{ MJPG, true, 1280, 720, { 60, 1 } },  { MJPG, true, 1920, 1080, { 30, 1 } },
	{ YUYV, false, 640, 480, { 30, 1 } },  { YUYV, false, 1280, 720, { 10, 1 } },
	{ YUYV, false, 1280, 720, { 30, 1 } }, { YUYV, false, 1920, 1080, { 30, 1 } },
	{ YUYV, false, 640, 480, { 0, 0 } },
};

static void wishes(void **state)
{
	static const struct {
		const char *wish;
		double usb_bytes;
		uint32_t width, height, fourcc; /* the user's own */
		const char *reason;             /* NULL: nothing does */
	} rows[] = {
		{ "fps", 0, 0, 0, 0, "MJPG 1280x720 at 60 fps, the best of 9 modes" },
		{ "fps,1920x1080", 0, 0, 0, 0, "YUYV 1920x1080 at 30" },
		{ "size", HIGH_SPEED, 0, 0, 0, "H264 3840x2160 at 24 fps, the best" },
		{ "size,30", 0, 0, 0, 0, "YUYV 1920x1080 at 30 fps, the best of 6 modes" },
		{ "size,30fps", HIGH_SPEED, 0, 0, 0,
		  "MJPG 1920x1080 at 30 fps (YUYV 1920x1080 at 30 fps would need 124 MB/s, its endpoint of "
		  "USB "
		  "at 480 Mbit/s carries 53.2)" },
		{ "quality,640x480", ISOCHRONOUS, 0, 0, 0, "YUYV 640x480 at 30 fps (YUYV 1920" },
		{ "quality,800x600", ISOCHRONOUS, 0, 0, 0, "MJPG 1920x1080 at 30 fps (YUYV" },
		{ "size,30fps", SUPER_SPEED, 0, 0, 0, "YUYV 1920x1080 at 30 fps, the best" },
		{ "size,1920x1080", 0, 0, 0, 0, "H264 3840x2160 at 24 fps, the best of 3 modes" },
		{ "size,2560x1440", 0, 0, 0, 0, "H264 3840x2160 at 24 fps, the only mode" },
		{ "size,60fps,640x480", 0, 0, 0, 0, "MJPG 1280x720 at 60" },
		{ "quality", 0, 0, 0, 0, "YUYV 1920x1080 at 30" },
		{ "quality", HIGH_SPEED, 0, 0, 0, "YUYV 640x480 at 30 fps (YUYV 1920x1080 at 30" },
		{ "quality,1280x720", HIGH_SPEED, 0, 0, 0, "MJPG 1920x1080 at 30" },
		{ "quality", 1.2e6, 0, 0, 0, "MJPG 1920x1080 at 30 fps (YUYV" },
		{ "fps", 0, 640, 480, YUYV, "YUYV 640x480 at 30 fps, the" },
		{ "size", 0, 0, 0, MJPG, "MJPG 1920x1080 at 30" },
		{ "size,120fps", 0, 0, 0, 0, NULL },
		{ "fps,60fps", 0, 0, 0, YUYV, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct want want = { .usb_mbits = 480,
				     .usb_bytes = rows[i].usb_bytes,
				     .width = rows[i].width,
				     .height = rows[i].height,
				     .fourccs = { rows[i].fourcc },
				     .n_fourccs = rows[i].fourcc != 0 };
		const struct enumerated_mode *chosen;
		char text[200] = "";

		assert_int_equal(want_parse(rows[i].wish, &want), 0);
		chosen = want_choose(&want, modes, ARRAY_SIZE(modes));
		if (chosen)
			want_reason(&want, chosen, modes, ARRAY_SIZE(modes), text, sizeof text);
		print_message("# %s, USB %.3g: %s\n", rows[i].wish, rows[i].usb_bytes, text);
		assert_true(!chosen == !rows[i].reason);
		if (chosen)
			assert_int_equal(strncmp(text, rows[i].reason, strlen(rows[i].reason)), 0);
	}
}

static void the_nearest_misses_least(void **state)
{
	static const struct {
		const char *wish;
		uint32_t width;
		int nearest; /* -1: none */
	} rows[] = {
		{ "size,120fps,1280x720", 0, 2 },
		{ "fps,7680x4320", 0, 0 },
		{ "fps,30fps", 800, -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct want want = { .width = rows[i].width };

		assert_int_equal(want_parse(rows[i].wish, &want), 0);
		assert_ptr_equal(want_nearest(&want, modes, ARRAY_SIZE(modes)),
				 rows[i].nearest < 0 ? NULL : &modes[rows[i].nearest]);
	}
}

static void other_text_is_refused(void **state)
{
	static const char *const texts[] = { "", "speed", "fps,", "fps,fast", "size,0x0", "size,fps", "30" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct want want = { .goal = WANT_FPS };

		assert_int_equal(want_parse(texts[i], &want), -EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wishes),
		cmocka_unit_test(the_nearest_misses_least),
		cmocka_unit_test(other_text_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
