/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of pixel formats, and how users name them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <libavcodec/codec_desc.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <linux/videodev2.h>
#include "base/pixfmt.h"

#define N_ELEMENTS(array) (sizeof(array) / sizeof *(array))
#define MAX_CANDIDATES 8

static void every_row_is_sound(void **state)
{
	unsigned n = 0;

	(void)state;
	for (const struct pixfmt *pix = pixfmt_table(); pix->fourcc; pix++, n++) {
		char text[FOURCC_TEXT_MAX];

		print_message("# %s\n", fourcc_text(pix->fourcc, text));
		assert_ptr_equal(pixfmt_by_fourcc(pix->fourcc), pix); /* so none is there twice */
		assert_in_range(pix->n_memory_planes, 1, 3);
		assert_int_equal(pix->av != AV_PIX_FMT_NONE, pix->codec == AV_CODEC_ID_RAWVIDEO);
		if (pix->av == AV_PIX_FMT_NONE) {
			assert_true(pix->codec == AV_CODEC_ID_NONE || avcodec_descriptor_get(pix->codec));
			assert_false(pix->swap_chroma);
			continue;
		}
		assert_non_null(av_pix_fmt_desc_get(pix->av));
		if (pix->n_memory_planes > 1)
			assert_int_equal(av_pix_fmt_count_planes(pix->av), pix->n_memory_planes);
		if (pix->swap_chroma)
			assert_int_equal(av_pix_fmt_count_planes(pix->av), 3);
	}
	assert_true(n > 80);
	assert_null(pixfmt_by_fourcc(0));
	assert_null(pixfmt_by_fourcc(v4l2_fourcc('n', 'o', 'n', 'e')));
}

/* The first bytes in memory of a pixel, as the kernel's documentation draws it, and what libavutil reads from
 * them: components in its order, R G B A or Y U V. */
static const struct {
	uint32_t fourcc;
	uint8_t bytes[8];
	int n_components;
	uint16_t values[4];
} pixels[] = {
	{ V4L2_PIX_FMT_XBGR32, { 3, 2, 1, 9 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_BGR32, { 3, 2, 1, 9 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_ABGR32, { 3, 2, 1, 4 }, 4, { 1, 2, 3, 4 } },
	{ V4L2_PIX_FMT_BGRX32, { 9, 3, 2, 1 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_BGRA32, { 4, 3, 2, 1 }, 4, { 1, 2, 3, 4 } },
	{ V4L2_PIX_FMT_RGBX32, { 1, 2, 3, 9 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_RGBA32, { 1, 2, 3, 4 }, 4, { 1, 2, 3, 4 } },
	{ V4L2_PIX_FMT_XRGB32, { 9, 1, 2, 3 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_RGB32, { 9, 1, 2, 3 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_ARGB32, { 4, 1, 2, 3 }, 4, { 1, 2, 3, 4 } },
	{ V4L2_PIX_FMT_RGB24, { 1, 2, 3 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_BGR24, { 3, 2, 1 }, 3, { 1, 2, 3 } },
	/* rrrrrggg gggbbbbb, the low byte first */
	{ V4L2_PIX_FMT_RGB565, { 0x43, 0x08 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_RGB565X, { 0x08, 0x43 }, 3, { 1, 2, 3 } },
	/* xrrrrrgg gggbbbbb */
	{ V4L2_PIX_FMT_RGB555, { 0x43, 0x04 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_XRGB555, { 0x43, 0x04 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_ARGB555, { 0x43, 0x84 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_RGB555X, { 0x04, 0x43 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_XRGB555X, { 0x04, 0x43 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_XBGR555, { 0x41, 0x0c }, 3, { 1, 2, 3 } },
	/* ggggbbbb xxxxrrrr */
	{ V4L2_PIX_FMT_XRGB444, { 0x23, 0xf1 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_RGB444, { 0x23, 0xf1 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_XBGR444, { 0x21, 0xf3 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_YUYV, { 1, 2, 9, 3 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_UYVY, { 2, 1, 3, 9 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_YVYU, { 1, 3, 9, 2 }, 3, { 1, 2, 3 } },
	{ v4l2_fourcc('Y', '2', '1', '0'), { 0x40, 0, 0x80, 0, 0, 9, 0xc0, 0 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_GREY, { 7 }, 1, { 7 } },
	{ V4L2_PIX_FMT_Y10, { 0x34, 0x02 }, 1, { 0x234 } },
	{ V4L2_PIX_FMT_Y12, { 0x34, 0x02 }, 1, { 0x234 } },
	{ V4L2_PIX_FMT_Y14, { 0x34, 0x12 }, 1, { 0x1234 } },
	{ V4L2_PIX_FMT_Y16, { 0x34, 0x12 }, 1, { 0x1234 } },
	{ V4L2_PIX_FMT_Y16_BE, { 0x12, 0x34 }, 1, { 0x1234 } },
	/* 12 bits above 4 that are 0, the low byte first */
	{ v4l2_fourcc('Y', '0', '1', '2'), { 0x40, 0x12 }, 1, { 0x1240 } },
	{ v4l2_fourcc('B', 'G', 'R', '6'), { 1, 2, 3, 4, 5, 6 }, 3, { 0x605, 0x403, 0x201 } },
	{ v4l2_fourcc('B', '3', '1', '2'), { 0x10, 2, 0x30, 4, 0x50, 6 }, 3, { 0x650, 0x430, 0x210 } },
	{ v4l2_fourcc('R', 'G', 'B', '6'), { 1, 2, 3, 4, 5, 6 }, 3, { 0x201, 0x403, 0x605 } },
	{ v4l2_fourcc('B', '4', '1', '2'),
	  { 0x10, 2, 0x30, 4, 0x50, 6, 0x70, 8 },
	  4,
	  { 0x650, 0x430, 0x210, 0x870 } },
	/* aarrrrrr rrrrgggg ggggggbb bbbbbbbb, the low byte first */
	{ v4l2_fourcc('A', 'R', '3', '0'), { 3, 8, 0x10, 0xc0 }, 3, { 1, 2, 3 } },
	{ V4L2_PIX_FMT_Z16, { 0x34, 0x12 }, 1, { 0x1234 } },
};

static void bytes_mean_what_the_kernel_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(pixels); i++) {
		const struct pixfmt *pix = pixfmt_by_fourcc(pixels[i].fourcc);
		const uint8_t *data[4] = { pixels[i].bytes };
		const int linesize[4] = { sizeof pixels[i].bytes };
		char text[FOURCC_TEXT_MAX];

		print_message("# %s\n", fourcc_text(pixels[i].fourcc, text));
		assert_non_null(pix);
		assert_int_equal(av_pix_fmt_desc_get(pix->av)->nb_components, pixels[i].n_components);
		for (int c = 0; c < pixels[i].n_components; c++) {
			uint16_t value = 0;

			av_read_image_line(&value, data, linesize, av_pix_fmt_desc_get(pix->av), 0, 0, c, 1,
					   0);
			assert_int_equal(value, pixels[i].values[c]);
		}
	}
}

static const struct {
	const char *text, *fourccs;
} words[] = {
	{ "YUYV", "YUYV" },
	{ "yuyv", "YUYV" },
	{ "yuyv422", "YUYV" },
	{ "nv12", "NV12 NM12 M420" },
	{ "NV12", "NV12 NM12 M420" },
	{ "NM12", "NM12" },
	{ "yuv420p", "YU12 YM12 YV12 YM21" },
	{ "yv12", "YV12" },
	{ "mjpeg", "MJPG JPEG" },
	{ "MJPEG", "MJPG JPEG" },
	{ "MJPG", "MJPG" },
	{ "jpeg", "JPEG" },
	{ "h264", "H264" },
	{ "hevc", "HEVC" },
	{ "vp8", "VP80" },
	{ "Y16", "Y16 Z16 Y012" },
	{ "y16", "Y16 Z16 Y012" },
	{ "Y16 ", "Y16" },
	{ "Y16-BE", "Y16-BE" },
	{ "y16-be", "Y16-BE" },
	{ "gray16le", "Y16 Z16 Y012" },
	{ "gray16be", "Y16-BE" },
	{ "gray", "GREY" },
	{ "bgr0", "XR24 BGR4" },
	{ "BGR3", "BGR3" },
	{ "rgb565le", "RGBP" },
	{ "yuy2", "YUYV" },
	{ "uyvy422", "UYVY VYUY" },
	{ "I420", "YU12" },
	{ "pBAA", "pBAA" },
	{ "pGAA", "pGAA pgAA" }, /* the exact one first */
	{ "pgAA", "pgAA pGAA" },
	{ "abcd", "abcd" }, /* a driver may know it */
	{ "AB1 ", "AB1" },
	{ "abc", "" },
	{ "", "" },
	{ "-", "" },
	{ "-BE", "" },
	{ "Y16-", "" },
	{ "Y16-LE", "" },
	{ "abcde", "" },
	{ "ab\1d", "" },
	{ "rawvideo", "" },
	{ "aac", "" },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "" },
};

static void users_words_find_formats(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(words); i++) {
		uint32_t fourccs[MAX_CANDIDATES] = { 0 };
		unsigned n = pixfmt_parse(words[i].text, fourccs, MAX_CANDIDATES);
		char all[128] = "", text[FOURCC_TEXT_MAX];

		for (unsigned k = 0; k < n; k++) {
			strcat(all, k ? " " : "");
			strcat(all, fourcc_text(fourccs[k], text));
		}
		print_message("# \"%s\": \"%s\"\n", words[i].text, all);
		assert_string_equal(all, words[i].fourccs);
	}
}

static void parse_keeps_to_its_room(void **state)
{
	uint32_t fourccs[3] = { 1, 2, 3 };

	(void)state;
	assert_int_equal(pixfmt_parse("yuv420p", fourccs, 2), 2);
	assert_int_equal(fourccs[0], V4L2_PIX_FMT_YUV420);
	assert_int_equal(fourccs[1], V4L2_PIX_FMT_YUV420M);
	assert_int_equal(fourccs[2], 3);
	assert_int_equal(pixfmt_parse("abcd", NULL, 0), 0);
}

static void every_row_is_found_by_its_own_text(void **state)
{
	(void)state;
	for (const struct pixfmt *pix = pixfmt_table(); pix->fourcc; pix++) {
		char text[FOURCC_TEXT_MAX];
		uint32_t first = 0;

		assert_true(pixfmt_parse(fourcc_text(pix->fourcc, text), &first, 1) == 1);
		assert_int_equal(first, pix->fourcc);
	}
}

static void fourccs_print(void **state)
{
	char text[FOURCC_TEXT_MAX];

	(void)state;
	assert_string_equal(fourcc_text(V4L2_PIX_FMT_YUYV, text), "YUYV");
	assert_string_equal(fourcc_text(V4L2_PIX_FMT_Y16, text), "Y16");
	assert_string_equal(fourcc_text(V4L2_PIX_FMT_Y16_BE, text), "Y16-BE");
	assert_string_equal(fourcc_text(V4L2_PIX_FMT_XRGB555X, text), "XR15-BE");
	assert_string_equal(fourcc_text(0, text), "....");
	assert_string_equal(fourcc_text(UINT32_MAX, text), "...."
							   "-BE");
	assert_string_equal(fourcc_text(v4l2_fourcc('a', '\n', 'b', 0x1b), text), "a.b.");
	assert_string_equal(fourcc_text(v4l2_fourcc(' ', ' ', ' ', ' '), text), " ");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_sound),
		cmocka_unit_test(bytes_mean_what_the_kernel_says),
		cmocka_unit_test(users_words_find_formats),
		cmocka_unit_test(parse_keeps_to_its_room),
		cmocka_unit_test(every_row_is_found_by_its_own_text),
		cmocka_unit_test(fourccs_print),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("pixfmt", tests, NULL, NULL);
}
