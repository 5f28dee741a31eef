/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the planes of pictures lie. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <libavutil/imgutils.h>
#include <linux/videodev2.h>
#include "base/video_format.h"

#define N_ELEMENTS(array) (sizeof(array) / sizeof *(array))

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

static const struct {
	struct {
		uint32_t fourcc, width, height, bytesperline, sizeimage;
		uint32_t packed_bytes;
		bool packed;
		unsigned n_planes;
	};
	struct expected_plane planes[3];
} pictures[] = {
	{ { V4L2_PIX_FMT_YUYV, 640, 480, 1280, 614400, 614400, true, 1 }, { { 0, 0, 1280, 1280, 480 } } },
	{ { V4L2_PIX_FMT_YUYV, 640, 480, 1536, 737280, 614400, false, 1 }, { { 0, 0, 1536, 1280, 480 } } },
	{ { V4L2_PIX_FMT_YUYV, 640, 480, 0, 614400, 614400, true, 1 }, { { 0, 0, 1280, 1280, 480 } } },
	{ { V4L2_PIX_FMT_YUYV, 640, 480, 1280, 700000, 614400, true, 1 }, { { 0, 0, 1280, 1280, 480 } } },
	/* the last row without its padding */
	{ { V4L2_PIX_FMT_YUYV, 640, 2, 1536, 2816, 2560, false, 1 }, { { 0, 0, 1536, 1280, 2 } } },
	{ { V4L2_PIX_FMT_NV12, 640, 480, 640, 460800, 460800, true, 2 },
	  { { 0, 0, 640, 640, 480 }, { 0, 307200, 640, 640, 240 } } },
	{ { V4L2_PIX_FMT_NV12, 640, 480, 704, 506880, 460800, false, 2 },
	  { { 0, 0, 704, 640, 480 }, { 0, 337920, 704, 640, 240 } } },
	{ { V4L2_PIX_FMT_NV16, 640, 480, 704, 675840, 614400, false, 2 },
	  { { 0, 0, 704, 640, 480 }, { 0, 337920, 704, 640, 480 } } },
	{ { V4L2_PIX_FMT_NV24, 64, 4, 80, 960, 768, false, 2 },
	  { { 0, 0, 80, 64, 4 }, { 0, 320, 160, 128, 4 } } },
	{ { V4L2_PIX_FMT_P010, 64, 4, 128, 768, 768, true, 2 },
	  { { 0, 0, 128, 128, 4 }, { 0, 512, 128, 128, 2 } } },
	{ { V4L2_PIX_FMT_YUV420, 64, 4, 64, 384, 384, true, 3 },
	  { { 0, 0, 64, 64, 4 }, { 0, 256, 32, 32, 2 }, { 0, 320, 32, 32, 2 } } },
	{ { V4L2_PIX_FMT_YUV420, 64, 4, 96, 576, 384, false, 3 },
	  { { 0, 0, 96, 64, 4 }, { 0, 384, 48, 32, 2 }, { 0, 480, 48, 32, 2 } } },
	{ { V4L2_PIX_FMT_YVU420, 64, 4, 64, 384, 384, false, 3 },
	  { { 0, 0, 64, 64, 4 }, { 0, 320, 32, 32, 2 }, { 0, 256, 32, 32, 2 } } },
	{ { V4L2_PIX_FMT_YUV420, 35, 5, 35, 283, 283, true, 3 },
	  { { 0, 0, 35, 35, 5 }, { 0, 175, 18, 18, 3 }, { 0, 229, 18, 18, 3 } } },
	{ { V4L2_PIX_FMT_YUV422P, 64, 4, 64, 512, 512, true, 3 },
	  { { 0, 0, 64, 64, 4 }, { 0, 256, 32, 32, 4 }, { 0, 384, 32, 32, 4 } } },
	{ { V4L2_PIX_FMT_YUV411P, 64, 4, 64, 384, 384, true, 3 },
	  { { 0, 0, 64, 64, 4 }, { 0, 256, 16, 16, 4 }, { 0, 320, 16, 16, 4 } } },
	{ { V4L2_PIX_FMT_YVU410, 64, 4, 64, 288, 288, false, 3 },
	  { { 0, 0, 64, 64, 4 }, { 0, 272, 16, 16, 1 }, { 0, 256, 16, 16, 1 } } },
	{ { V4L2_PIX_FMT_RGB24, 5, 3, 16, 48, 45, false, 1 }, { { 0, 0, 16, 15, 3 } } },
	{ { V4L2_PIX_FMT_YUV24, 5, 3, 16, 48, 45, false, 3 },
	  { { 0, 0, 16, 15, 3 }, { 0, 0, 16, 15, 3 }, { 0, 0, 16, 15, 3 } } },
	{ { V4L2_PIX_FMT_M420, 64, 4, 64, 384, 384, false, 2 },
	  { { 0, 0, 64, 64, 4 }, { 0, 128, 64, 64, 2 } } },
	/* odd sizes: half a macropixel, whole ones, with padding; a driver that leaves bytesperline 0 */
	{ { V4L2_PIX_FMT_YUYV, 853, 480, 1706, 818880, 819840, false, 1 }, { { 0, 0, 1706, 1706, 480 } } },
	{ { V4L2_PIX_FMT_YUYV, 853, 480, 1708, 819840, 819840, true, 1 }, { { 0, 0, 1708, 1708, 480 } } },
	{ { V4L2_PIX_FMT_YUYV, 853, 480, 1712, 821760, 819840, false, 1 }, { { 0, 0, 1712, 1708, 480 } } },
	{ { V4L2_PIX_FMT_YUYV, 853, 480, 0, 818880, 819840, false, 1 }, { { 0, 0, 1706, 1706, 480 } } },
	{ { V4L2_PIX_FMT_VYUY, 853, 480, 1704, 817920, 819840, false, 1 }, { { 0, 0, 1704, 1704, 480 } } },
	/* of NV12 bytesperline is odd: v4l2_fill_pixfmt() takes a byte more for chroma, v4l2loopback does not
	 */
	{ { V4L2_PIX_FMT_NV12, 641, 480, 641, 461760, 461760, true, 2 },
	  { { 0, 0, 641, 641, 480 }, { 0, 307680, 642, 642, 240 } } },
	{ { V4L2_PIX_FMT_NV12, 641, 480, 641, 461520, 461760, false, 2 },
	  { { 0, 0, 641, 641, 480 }, { 0, 307680, 641, 641, 240 } } },
	{ { V4L2_PIX_FMT_NV12, 641, 480, 641, 461280, 461760, false, 2 },
	  { { 0, 0, 641, 641, 480 }, { 0, 307680, 640, 640, 240 } } },
	{ { V4L2_PIX_FMT_NV12, 641, 480, 643, 464000, 461760, false, 2 },
	  { { 0, 0, 643, 641, 480 }, { 0, 308640, 643, 642, 240 } } },
	/* 12 bits a pixel, rounded down, of an odd height, and width; rounded down in one direction */
	{ { V4L2_PIX_FMT_YUV420, 640, 481, 640, 461760, 462080, false, 3 },
	  { { 0, 0, 640, 640, 481 }, { 0, 307840, 320, 320, 240 }, { 0, 384640, 320, 320, 240 } } },
	{ { V4L2_PIX_FMT_YUV420, 641, 481, 641, 462481, 463043, false, 3 },
	  { { 0, 0, 641, 641, 481 }, { 0, 308321, 320, 320, 240 }, { 0, 385121, 320, 320, 240 } } },
	{ { V4L2_PIX_FMT_YVU420, 641, 481, 641, 462401, 463043, false, 3 },
	  { { 0, 0, 641, 641, 481 }, { 0, 385361, 321, 321, 240 }, { 0, 308321, 321, 321, 240 } } },
	{ { V4L2_PIX_FMT_YUV420, 641, 481, 642, 463203, 463043, false, 3 },
	  { { 0, 0, 642, 641, 481 }, { 0, 308802, 321, 321, 240 }, { 0, 385842, 321, 321, 240 } } },
	{ { V4L2_PIX_FMT_SBGGR8, 64, 4, 64, 256, 256, true, 1 }, { { 0, 0, 64, 64, 4 } } },
	{ { V4L2_PIX_FMT_GREY, 1, 1, 1, 1, 1, true, 1 }, { { 0, 0, 1, 1, 1 } } },
};

static void one_memory_plane_holds_them_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(pictures); i++) {
		struct video_format format =
			format_of(pictures[i].fourcc, pictures[i].width, pictures[i].height,
				  pictures[i].bytesperline, pictures[i].sizeimage);
		struct picture_layout layout;

		print_message("# row %u\n", (unsigned)i);
		assert_int_equal(video_format_layout(&format, &layout), 0);
		assert_planes(&layout, pictures[i].n_planes, pictures[i].planes);
		assert_int_equal(layout.packed_bytes, pictures[i].packed_bytes);
		assert_int_equal(layout.packed, pictures[i].packed);
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
	assert_int_equal(video_format_layout(&nm12, &layout), 0);
	assert_planes(&layout, 2, nm12_planes);
	assert_int_equal(layout.packed_bytes, 384);
	assert_false(layout.packed);

	ym21.pix = pixfmt_by_fourcc(ym21.fourcc);
	assert_int_equal(video_format_layout(&ym21, &layout), 0);
	assert_planes(&layout, 3, ym21_planes);
	assert_false(layout.packed);

	nm12.sizeimage[1] = 159; /* 96 + 64 needed */
	assert_int_equal(video_format_layout(&nm12, &layout), -EINVAL);
	nm12.sizeimage[1] = 160;
	assert_int_equal(video_format_layout(&nm12, &layout), 0);
	nm12.bytesperline[1] = 63;
	assert_int_equal(video_format_layout(&nm12, &layout), -EINVAL);
}

static const struct {
	uint32_t fourcc, width, height, bytesperline, sizeimage;
	int err;
} contradictions[] = {
	{ V4L2_PIX_FMT_MJPEG, 640, 480, 0, 614400, -ENOTSUP },
	{ V4L2_PIX_FMT_YUV444, 640, 480, 1280, 614400, -ENOTSUP },
	{ v4l2_fourcc('n', 'o', 'n', 'e'), 640, 480, 640, 614400, -ENOTSUP },
	{ V4L2_PIX_FMT_YUYV, 640, 480, 1279, 614400, -EINVAL },
	{ V4L2_PIX_FMT_YUYV, 640, 480, 1280, 614399, -EINVAL },
	{ V4L2_PIX_FMT_YUYV, 853, 480, 1703, 818880, -EINVAL },
	{ V4L2_PIX_FMT_YUYV, 853, 480, 1706, 818879, -EINVAL },
	{ V4L2_PIX_FMT_YUYV, 1, 1, 2, 2, -EINVAL },
	{ V4L2_PIX_FMT_NV12, 641, 480, 641, 461279, -EINVAL },
	{ V4L2_PIX_FMT_YUV420, 640, 1, 640, 640, -EINVAL },
	{ V4L2_PIX_FMT_M420, 640, 480, UINT32_MAX, UINT32_MAX, -EINVAL },
	{ V4L2_PIX_FMT_YUV24, 640, 480, 1919, 921600, -EINVAL },
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

static void contradictions_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(contradictions); i++) {
		struct video_format format =
			format_of(contradictions[i].fourcc, contradictions[i].width, contradictions[i].height,
				  contradictions[i].bytesperline, contradictions[i].sizeimage);
		struct picture_layout layout = { .n_planes = 99 };

		print_message("# row %u\n", (unsigned)i);
		assert_int_equal(video_format_layout(&format, &layout), contradictions[i].err);
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
		assert_int_equal(video_format_layout(&format, &layout), -EINVAL);
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
			format.bytesperline[i] =
				pix->group_bytes ? 0 : (uint32_t)av_image_get_linesize(pix->av, 64, (int)i);
			format.sizeimage[i] = 64 * 16 * 8;
		}
		assert_int_equal(video_format_layout(&format, &layout), 0);
		assert_int_equal(layout.packed_bytes, av_image_get_buffer_size(pix->av, 64, 16, 1));
		assert_int_equal(layout.packed,
				 pix->n_memory_planes == 1 && !pix->swap_chroma && pixfmt_is_in_place(pix));
		assert_int_equal(layout.in_place, pixfmt_is_in_place(pix));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_memory_plane_holds_them_all),
		cmocka_unit_test(memory_planes_lie_apart),
		cmocka_unit_test(contradictions_are_refused),
		cmocka_unit_test(the_number_of_memory_planes_must_fit),
		cmocka_unit_test(unpadded_rows_are_libavutils_pictures),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
