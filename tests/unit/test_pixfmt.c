/* The table of pixel formats, and where pictures lie. SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
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
static void bytes_mean_what_the_kernel_says(void **state)
{
	static const struct {
		uint32_t fourcc;
		uint8_t bytes[8];
		int n_components;
		uint16_t values[4];
	} rows[] = {
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
		{ V4L2_PIX_FMT_Z16, { 0x34, 0x12 }, 1, { 0x1234 } },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct pixfmt *pix = pixfmt_by_fourcc(rows[i].fourcc);
		const uint8_t *data[4] = { rows[i].bytes };
		const int linesize[4] = { sizeof rows[i].bytes };
		char text[FOURCC_TEXT_MAX];

		print_message("# %s\n", fourcc_text(rows[i].fourcc, text));
		assert_non_null(pix);
		assert_int_equal(av_pix_fmt_desc_get(pix->av)->nb_components, rows[i].n_components);
		for (int c = 0; c < rows[i].n_components; c++) {
			uint16_t value = 0;

			av_read_image_line(&value, data, linesize, av_pix_fmt_desc_get(pix->av), 0, 0, c, 1,
					   0);
			assert_int_equal(value, rows[i].values[c]);
		}
	}
}

static void users_words_find_formats(void **state)
{
	static const struct {
		const char *text, *fourccs;
	} rows[] = {
		{ "YUYV", "YUYV" },
		{ "yuyv", "YUYV" },
		{ "yuyv422", "YUYV" },
		{ "nv12", "NV12 NM12" },
		{ "NV12", "NV12 NM12" },
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
		{ "Y16", "Y16 Z16" },
		{ "y16", "Y16 Z16" },
		{ "Y16 ", "Y16" },
		{ "Y16-BE", "Y16-BE" },
		{ "y16-be", "Y16-BE" },
		{ "gray16le", "Y16 Z16" },
		{ "gray16be", "Y16-BE" },
		{ "gray", "GREY" },
		{ "bgr0", "XR24 BGR4" },
		{ "BGR3", "BGR3" },
		{ "rgb565le", "RGBP" },
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
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		uint32_t fourccs[MAX_CANDIDATES] = { 0 };
		unsigned n = pixfmt_parse(rows[i].text, fourccs, MAX_CANDIDATES);
		char all[128] = "", text[FOURCC_TEXT_MAX];

		for (unsigned k = 0; k < n; k++) {
			strcat(all, k ? " " : "");
			strcat(all, fourcc_text(fourccs[k], text));
		}
		print_message("# \"%s\": \"%s\"\n", rows[i].text, all);
		assert_string_equal(all, rows[i].fourccs);
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

/* A single-plane format as a driver without padding gives it. */
static struct video_format format_of(uint32_t fourcc, uint32_t width, uint32_t height, uint32_t bytesperline,
				     uint32_t sizeimage)
{
	return (struct video_format){
		.fourcc = fourcc,
		.pix = pixfmt_by_fourcc(fourcc),
		.width = width,
		.height = height,
		.n_planes = 1,
		.bytesperline = { bytesperline },
		.sizeimage = { sizeimage },
	};
}

struct expected_plane {
	uint32_t memory_plane, offset, stride, row_bytes, rows;
};

static void assert_planes(const struct picture_layout *layout, unsigned n,
			  const struct expected_plane *expected)
{
	assert_int_equal(layout->n_planes, n);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(layout->planes[i].memory_plane, expected[i].memory_plane);
		assert_int_equal(layout->planes[i].offset, expected[i].offset);
		assert_int_equal(layout->planes[i].stride, expected[i].stride);
		assert_int_equal(layout->planes[i].row_bytes, expected[i].row_bytes);
		assert_int_equal(layout->planes[i].rows, expected[i].rows);
	}
}

static void one_memory_plane_holds_them_all(void **state)
{
	static const struct {
		uint32_t fourcc, width, height, bytesperline, sizeimage;
		uint32_t packed_bytes;
		bool packed;
		unsigned n_planes;
		struct expected_plane planes[3];
	} rows[] = {
		{ V4L2_PIX_FMT_YUYV, 640, 480, 1280, 614400, 614400, true, 1, { { 0, 0, 1280, 1280, 480 } } },
		{ V4L2_PIX_FMT_YUYV,
		  640,
		  480,
		  1536,
		  737280,
		  614400,
		  false,
		  1,
		  { { 0, 0, 1536, 1280, 480 } } },
		{ V4L2_PIX_FMT_YUYV, 640, 480, 0, 614400, 614400, true, 1, { { 0, 0, 1280, 1280, 480 } } },
		{ V4L2_PIX_FMT_YUYV, 640, 480, 1280, 700000, 614400, true, 1, { { 0, 0, 1280, 1280, 480 } } },
		/* the last row without its padding */
		{ V4L2_PIX_FMT_YUYV, 640, 2, 1536, 2816, 2560, false, 1, { { 0, 0, 1536, 1280, 2 } } },
		{ V4L2_PIX_FMT_NV12,
		  640,
		  480,
		  640,
		  460800,
		  460800,
		  true,
		  2,
		  { { 0, 0, 640, 640, 480 }, { 0, 307200, 640, 640, 240 } } },
		{ V4L2_PIX_FMT_NV12,
		  640,
		  480,
		  704,
		  506880,
		  460800,
		  false,
		  2,
		  { { 0, 0, 704, 640, 480 }, { 0, 337920, 704, 640, 240 } } },
		{ V4L2_PIX_FMT_NV16,
		  640,
		  480,
		  704,
		  675840,
		  614400,
		  false,
		  2,
		  { { 0, 0, 704, 640, 480 }, { 0, 337920, 704, 640, 480 } } },
		{ V4L2_PIX_FMT_NV24,
		  64,
		  4,
		  80,
		  960,
		  768,
		  false,
		  2,
		  { { 0, 0, 80, 64, 4 }, { 0, 320, 160, 128, 4 } } },
		{ V4L2_PIX_FMT_P010,
		  64,
		  4,
		  128,
		  768,
		  768,
		  true,
		  2,
		  { { 0, 0, 128, 128, 4 }, { 0, 512, 128, 128, 2 } } },
		{ V4L2_PIX_FMT_YUV420,
		  64,
		  4,
		  64,
		  384,
		  384,
		  true,
		  3,
		  { { 0, 0, 64, 64, 4 }, { 0, 256, 32, 32, 2 }, { 0, 320, 32, 32, 2 } } },
		{ V4L2_PIX_FMT_YUV420,
		  64,
		  4,
		  96,
		  576,
		  384,
		  false,
		  3,
		  { { 0, 0, 96, 64, 4 }, { 0, 384, 48, 32, 2 }, { 0, 480, 48, 32, 2 } } },
		{ V4L2_PIX_FMT_YVU420,
		  64,
		  4,
		  64,
		  384,
		  384,
		  false,
		  3,
		  { { 0, 0, 64, 64, 4 }, { 0, 320, 32, 32, 2 }, { 0, 256, 32, 32, 2 } } },
		{ V4L2_PIX_FMT_YUV420,
		  35,
		  5,
		  35,
		  283,
		  283,
		  true,
		  3,
		  { { 0, 0, 35, 35, 5 }, { 0, 175, 18, 18, 3 }, { 0, 229, 18, 18, 3 } } },
		{ V4L2_PIX_FMT_YUV422P,
		  64,
		  4,
		  64,
		  512,
		  512,
		  true,
		  3,
		  { { 0, 0, 64, 64, 4 }, { 0, 256, 32, 32, 4 }, { 0, 384, 32, 32, 4 } } },
		{ V4L2_PIX_FMT_YUV411P,
		  64,
		  4,
		  64,
		  384,
		  384,
		  true,
		  3,
		  { { 0, 0, 64, 64, 4 }, { 0, 256, 16, 16, 4 }, { 0, 320, 16, 16, 4 } } },
		{ V4L2_PIX_FMT_YVU410,
		  64,
		  4,
		  64,
		  288,
		  288,
		  false,
		  3,
		  { { 0, 0, 64, 64, 4 }, { 0, 272, 16, 16, 1 }, { 0, 256, 16, 16, 1 } } },
		{ V4L2_PIX_FMT_RGB24, 5, 3, 16, 48, 45, false, 1, { { 0, 0, 16, 15, 3 } } },
		{ V4L2_PIX_FMT_SBGGR8, 64, 4, 64, 256, 256, true, 1, { { 0, 0, 64, 64, 4 } } },
		{ V4L2_PIX_FMT_GREY, 1, 1, 1, 1, 1, true, 1, { { 0, 0, 1, 1, 1 } } },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct video_format format = format_of(rows[i].fourcc, rows[i].width, rows[i].height,
						       rows[i].bytesperline, rows[i].sizeimage);
		struct picture_layout layout;

		print_message("# row %u\n", (unsigned)i);
		assert_int_equal(picture_layout(&format, &layout), 0);
		assert_planes(&layout, rows[i].n_planes, rows[i].planes);
		assert_int_equal(layout.packed_bytes, rows[i].packed_bytes);
		assert_int_equal(layout.packed, rows[i].packed);
	}
}

static void memory_planes_lie_apart(void **state)
{
	struct video_format nm12 = {
		.fourcc = V4L2_PIX_FMT_NV12M,
		.width = 64,
		.height = 4,
		.n_planes = 2,
		.bytesperline = { 80, 96 },
		.sizeimage = { 320, 192 },
	};
	struct video_format ym21 = {
		.fourcc = V4L2_PIX_FMT_YVU420M,
		.width = 64,
		.height = 4,
		.n_planes = 3,
		.bytesperline = { 64, 40, 48 },
		.sizeimage = { 256, 80, 96 },
	};
	static const struct expected_plane nm12_planes[] = { { 0, 0, 80, 64, 4 }, { 1, 0, 96, 64, 2 } };
	static const struct expected_plane ym21_planes[] = {
		{ 0, 0, 64, 64, 4 },
		{ 2, 0, 48, 32, 2 },
		{ 1, 0, 40, 32, 2 },
	};
	struct picture_layout layout;

	(void)state;
	nm12.pix = pixfmt_by_fourcc(nm12.fourcc);
	assert_int_equal(picture_layout(&nm12, &layout), 0);
	assert_planes(&layout, 2, nm12_planes);
	assert_int_equal(layout.packed_bytes, 384);
	assert_false(layout.packed);

	ym21.pix = pixfmt_by_fourcc(ym21.fourcc);
	assert_int_equal(picture_layout(&ym21, &layout), 0);
	assert_planes(&layout, 3, ym21_planes);
	assert_false(layout.packed);

	nm12.sizeimage[1] = 159; /* 96 + 64 needed */
	assert_int_equal(picture_layout(&nm12, &layout), -EINVAL);
	nm12.sizeimage[1] = 160;
	assert_int_equal(picture_layout(&nm12, &layout), 0);
	nm12.bytesperline[1] = 63;
	assert_int_equal(picture_layout(&nm12, &layout), -EINVAL);
}

static void contradictions_are_refused(void **state)
{
	static const struct {
		uint32_t fourcc, width, height, bytesperline, sizeimage;
		int err;
	} rows[] = {
		{ V4L2_PIX_FMT_MJPEG, 640, 480, 0, 614400, -ENOTSUP },
		{ V4L2_PIX_FMT_NV61, 640, 480, 640, 614400, -ENOTSUP },
		{ v4l2_fourcc('n', 'o', 'n', 'e'), 640, 480, 640, 614400, -ENOTSUP },
		{ V4L2_PIX_FMT_YUYV, 640, 480, 1279, 614400, -EINVAL },
		{ V4L2_PIX_FMT_YUYV, 640, 480, 1280, 614399, -EINVAL },
		{ V4L2_PIX_FMT_YUYV, 640, 480, 1280, 0, -EINVAL },
		{ V4L2_PIX_FMT_YUYV, 0, 480, 1280, 614400, -EINVAL },
		{ V4L2_PIX_FMT_YUYV, 640, 0, 1280, 614400, -EINVAL },
		{ V4L2_PIX_FMT_YUYV, UINT32_MAX, 480, 1280, 614400, -EINVAL },
		{ V4L2_PIX_FMT_YUYV, UINT32_C(0x80000000), 1, 0, UINT32_MAX, -EINVAL },
		{ V4L2_PIX_FMT_YUYV, 100000, 100000, 0, UINT32_MAX, -EINVAL },
		{ V4L2_PIX_FMT_YUYV, 640, 480, UINT32_MAX, UINT32_MAX, -EINVAL },
		{ V4L2_PIX_FMT_NV24, 640, 480, UINT32_MAX, UINT32_MAX, -EINVAL },
		{ V4L2_PIX_FMT_NV12, 640, 480, 640, 460799, -EINVAL },
		{ V4L2_PIX_FMT_NV12, 640, 480, 704, 460800, -EINVAL },
		{ V4L2_PIX_FMT_YVU420, 64, 4, 64, 383, -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct video_format format = format_of(rows[i].fourcc, rows[i].width, rows[i].height,
						       rows[i].bytesperline, rows[i].sizeimage);
		struct picture_layout layout = { .n_planes = 99 };

		print_message("# row %u\n", (unsigned)i);
		assert_int_equal(picture_layout(&format, &layout), rows[i].err);
		assert_int_equal(layout.n_planes, 99);
	}
}

static void the_number_of_memory_planes_must_fit(void **state)
{
	struct video_format format = format_of(V4L2_PIX_FMT_NV12, 64, 4, 64, 384);
	struct picture_layout layout;
	static const uint32_t wrong[] = { 0, 2, 3, MAX_PLANES, MAX_PLANES + 1, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(wrong); i++) {
		format.n_planes = wrong[i];
		assert_int_equal(picture_layout(&format, &layout), -EINVAL);
	}
}

/* Every raw row, unpadded: what libavutil takes a picture of that size to be. */
static void unpadded_rows_are_libavutils_pictures(void **state)
{
	(void)state;
	for (const struct pixfmt *pix = pixfmt_table(); pix->fourcc; pix++) {
		struct video_format format = format_of(pix->fourcc, 64, 16, 0, 0);
		struct picture_layout layout;

		if (pix->av == AV_PIX_FMT_NONE)
			continue;
		format.n_planes = pix->n_memory_planes;
		for (unsigned i = 0; i < format.n_planes; i++) {
			format.bytesperline[i] = (uint32_t)av_image_get_linesize(pix->av, 64, (int)i);
			format.sizeimage[i] = 64 * 16 * 4;
		}
		assert_int_equal(picture_layout(&format, &layout), 0);
		assert_int_equal(layout.packed_bytes, av_image_get_buffer_size(pix->av, 64, 16, 1));
		assert_int_equal(layout.packed, pix->n_memory_planes == 1 && !pix->swap_chroma);
	}
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
		cmocka_unit_test(one_memory_plane_holds_them_all),
		cmocka_unit_test(memory_planes_lie_apart),
		cmocka_unit_test(contradictions_are_refused),
		cmocka_unit_test(the_number_of_memory_planes_must_fit),
		cmocka_unit_test(unpadded_rows_are_libavutils_pictures),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("pixfmt", tests, NULL, NULL);
}
