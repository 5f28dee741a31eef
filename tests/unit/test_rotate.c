/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A picture with one white corner is turned in all eight ways, in each kind of pixel format. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "base/array.h"
#include "media/read/rotate.h"

enum corner { TOP_LEFT, TOP_RIGHT, BOTTOM_LEFT, BOTTOM_RIGHT };

static AVFrame *make_picture(enum AVPixelFormat format, int width, int height)
{
	AVFrame *picture = av_frame_alloc();

	assert_non_null(picture);
	picture->format = format;
	picture->width = width;
	picture->height = height;
	assert_int_equal(av_frame_get_buffer(picture, 0), 0);
	return picture;
}

static uint8_t *pixel(const AVFrame *picture, int x, int y)
{
	return picture->data[0] + (ptrdiff_t)y * picture->linesize[0] + 3 * (ptrdiff_t)x;
}

/* Larger than a tile, and no multiple of one; its first quarter is white. */
static AVFrame *white_corner(enum AVPixelFormat format)
{
	AVFrame *rgb = make_picture(AV_PIX_FMT_RGB24, 80, 48), *picture = make_picture(format, 80, 48);
	struct converter converter = { 0 };

	for (int y = 0; y < 48; y++)
		for (int x = 0; x < 80 * 3; x++)
			rgb->data[0][y * rgb->linesize[0] + x] = y < 24 && x < 40 * 3 ? 255 : 0;
	assert_int_equal(converter_run(&converter, rgb, picture), 0);
	converter_close(&converter);
	av_frame_free(&rgb);
	return picture;
}

/* The white corner; that there is one only. */
static enum corner find_corner(const AVFrame *picture)
{
	AVFrame *rgb = make_picture(AV_PIX_FMT_RGB24, picture->width, picture->height);
	struct converter converter = { 0 };
	int found = -1, x;

	assert_int_equal(converter_run(&converter, picture, rgb), 0);
	for (int corner = TOP_LEFT; corner <= BOTTOM_RIGHT; corner++) {
		x = corner % 2 ? rgb->width - 4 : 3;
		if (*pixel(rgb, x, corner / 2 ? rgb->height - 4 : 3) < 128)
			continue;
		assert_int_equal(found, -1);
		found = corner;
	}
	assert_int_not_equal(found, -1);
	/* The quarter ends in the middle. */
	x = rgb->width / 2 - 4;
	assert_int_equal(*pixel(rgb, x, found / 2 ? rgb->height - 4 : 3) > 128, found % 2 == 0);
	converter_close(&converter);
	av_frame_free(&rgb);
	return (enum corner)found;
}

#define ONE 0x10000
static const struct {
	int32_t a, b, c, d;
	bool transposed;
	enum corner corner;
} matrices[] = {
	{ ONE, 0, 0, ONE, false, TOP_LEFT },      { -ONE, 0, 0, ONE, false, TOP_RIGHT },
	{ ONE, 0, 0, -ONE, false, BOTTOM_LEFT },  { -ONE, 0, 0, -ONE, false, BOTTOM_RIGHT },
	{ 0, ONE, -ONE, 0, true, TOP_RIGHT }, /* a quarter, clockwise */
	{ 0, -ONE, ONE, 0, true, BOTTOM_LEFT },   { 0, ONE, ONE, 0, true, TOP_LEFT },
	{ 0, -ONE, -ONE, 0, true, BOTTOM_RIGHT }, { 0, 0, 0, 0, false, TOP_LEFT },
};

static void pictures_are_turned(void **state)
{
	static const enum AVPixelFormat formats[] = {
		AV_PIX_FMT_GRAY8, AV_PIX_FMT_YUV420P, AV_PIX_FMT_NV12,      AV_PIX_FMT_YUYV422,
		AV_PIX_FMT_NV16,  AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV422P10, AV_PIX_FMT_RGB24,
		AV_PIX_FMT_BGR0,  AV_PIX_FMT_RGB48,   AV_PIX_FMT_RGB565,    AV_PIX_FMT_GBRP,
		AV_PIX_FMT_P010,
	};
	struct rotator rotator = { 0 };

	(void)state;
	for (size_t f = 0; f < ARRAY_SIZE(formats); f++) {
		AVFrame *picture = white_corner(formats[f]);

		picture->sample_aspect_ratio = (AVRational){ 16, 15 };
		for (size_t i = 0; i < ARRAY_SIZE(matrices); i++) {
			const int32_t matrix[9] = { matrices[i].a, matrices[i].b, 0, matrices[i].c,
						    matrices[i].d };
			struct orientation o = orientation_by_matrix(matrix);
			const AVFrame *turned = rotator_run(&rotator, o, picture);

			assert_non_null(turned);
			assert_int_equal(o.transposed, matrices[i].transposed);
			assert_int_equal(turned->width, o.transposed ? 48 : 80);
			assert_int_equal(turned->height, o.transposed ? 80 : 48);
			assert_int_equal(turned->sample_aspect_ratio.num, o.transposed ? 15 : 16);
			assert_int_equal(find_corner(turned), matrices[i].corner);
		}
		av_frame_free(&picture);
	}
	rotator_close(&rotator);
}

static void quarters_are_clockwise(void **state)
{
	static const enum corner corners[] = { TOP_LEFT, TOP_RIGHT, BOTTOM_RIGHT, BOTTOM_LEFT };
	AVFrame *picture = white_corner(AV_PIX_FMT_YUV420P);
	struct rotator rotator = { 0 };

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(corners); i++) {
		const AVFrame *turned = rotator_run(&rotator, orientation_by_quarters(i), picture);

		assert_non_null(turned);
		assert_int_equal(find_corner(turned), corners[i]);
	}
	rotator_close(&rotator);
	av_frame_free(&picture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pictures_are_turned),
		cmocka_unit_test(quarters_are_clockwise),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("rotate", tests, NULL, NULL);
}
