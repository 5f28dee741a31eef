/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of session/frame_converter: frames from a camera's buffers into an encoder's or an output's. */
/* Runs under: asan */
#include <errno.h>
#include <string.h>
#include "media_fixture.h"
#include "session/frame_converter.h"
#include "table_test.h"

#define MAX_BYTES (512u << 10)

struct pictures {
	struct frame_converter converter;
	uint8_t from_bytes[MAX_BYTES], to_bytes[MAX_BYTES];
	struct buffer from, to;
};

/* A picture of one grey, NV12 or YUYV: every luma sample is `grey`, all chroma is 128. */
static void paint_grey(struct buffer *buffer, const struct video_format *format, uint8_t grey)
{
	struct picture_layout layout;

	assert_int_equal(video_format_layout(format, &layout), 0);
	memset(buffer->planes[0].data, 128, buffer->planes[0].length);
	for (uint32_t y = 0; y < format->height; y++) {
		uint8_t *row = buffer->planes[0].data + y * layout.planes[0].stride;

		for (uint32_t x = 0; x < format->width; x++)
			row[layout.n_planes == 1 ? 2 * x : x] = grey;
	}
}

static int open_pictures(struct pictures *p, const struct video_format *from, const struct video_format *to,
			 enum scaling scaling)
{
	memset(p, 0, sizeof *p);
	p->from = p->to = (struct buffer){ .n_planes = 1 };
	p->from.planes[0] = (struct plane){ .data = p->from_bytes, .length = from->sizeimage[0] };
	p->to.planes[0] = (struct plane){ .data = p->to_bytes, .length = to->sizeimage[0] };
	p->from.planes[0].bytesused = from->sizeimage[0];
	memset(p->to_bytes, 77, sizeof p->to_bytes);
	return frame_converter_open(&p->converter, from, to, scaling);
}

static void a_larger_buffer_is_black_beyond_the_picture(void **state)
{
	struct video_format from = media_fixture_format("YUYV", 64, 48, 0);
	struct video_format to = media_fixture_format("NV12", 80, 64, 0);
	static struct pictures p;

	(void)state;
	assert_int_equal(open_pictures(&p, &from, &to, SCALING_PAD), 0);
	paint_grey(&p.from, &from, 200);
	assert_int_equal(frame_converter_fill(&p.converter, &p.from, &p.to), 0);
	assert_int_equal(p.to.planes[0].bytesused, to.sizeimage[0]);
	for (unsigned y = 0; y < 64; y++)
		for (unsigned x = 0; x < 80; x++)
			assert_int_equal(p.to_bytes[y * 80 + x], x < 64 && y < 48 ? 200 : 16);
	assert_int_equal(p.to_bytes[80 * 64 + 31 * 80 + 79], 128);
	assert_int_equal(p.converter.n_copied, 0);
	frame_converter_close(&p.converter);
}

static void one_pixel_format_is_copied_and_its_edge_repeated(void **state)
{
	struct video_format from = media_fixture_format("NV12", 64, 48, 0);
	struct video_format to = media_fixture_format("NV12", 80, 64, 0);
	static struct pictures p;

	(void)state;
	assert_int_equal(open_pictures(&p, &from, &to, SCALING_PAD), 0);
	paint_grey(&p.from, &from, 200);
	assert_int_equal(frame_converter_fill(&p.converter, &p.from, &p.to), 0);
	assert_int_equal(p.to_bytes[63 * 80 + 79], 200);
	assert_int_equal(p.converter.n_copied, 1);
	assert_int_equal(p.converter.bytes_copied, 80 * 64 * 3 / 2);
	frame_converter_close(&p.converter);
}

static void the_shape_of_samples_is_kept(void **state)
{
	struct video_format from = media_fixture_format("YUYV", 64, 48, 0);
	struct video_format to = media_fixture_format("NV12", 64, 48, 0);
	static struct pictures p;

	(void)state;
	from.sample_aspect = (struct fraction){ 2, 1 };
	assert_int_equal(open_pictures(&p, &from, &to, SCALING_LETTERBOX), 0);
	paint_grey(&p.from, &from, 200);
	assert_int_equal(frame_converter_fill(&p.converter, &p.from, &p.to), 0);
	assert_int_equal(p.to_bytes[0], 16);
	assert_int_equal(p.to_bytes[24 * 64], 200);
	frame_converter_close(&p.converter);
}

/* M420: two rows of luma, one of chroma. */
static void what_libav_cannot_read_in_place_is_loaded(void **state)
{
	struct video_format from = media_fixture_format("M420", 64, 48, 0);
	struct video_format to = media_fixture_format("YUYV", 64, 48, 0);
	static struct pictures p;

	(void)state;
	assert_int_equal(open_pictures(&p, &from, &to, SCALING_LETTERBOX), 0);
	for (unsigned row = 0; row < 72; row++)
		memset(p.from_bytes + row * 64, row % 3 == 2 ? 128 : (int)(40 + row), 64);
	assert_int_equal(frame_converter_fill(&p.converter, &p.from, &p.to), 0);
	assert_int_equal(p.to_bytes[0], 40);
	assert_int_equal(p.to_bytes[1], 128);
	assert_int_equal(p.to_bytes[47 * 128], 40 + 70);
	frame_converter_close(&p.converter);
}

static void a_short_buffer_is_refused(void **state)
{
	struct video_format from = media_fixture_format("YUYV", 64, 48, 0);
	struct video_format to = media_fixture_format("NV12", 64, 48, 0);
	static struct pictures p;

	(void)state;
	assert_int_equal(open_pictures(&p, &from, &to, SCALING_PAD), 0);
	p.to.planes[0].length--;
	assert_int_equal(frame_converter_fill(&p.converter, &p.from, &p.to), -ENOSPC);
	frame_converter_close(&p.converter);
}

static void what_cannot_be_decoded_is_refused(void **state)
{
	static const uint8_t garbage[100] = { 0xff, 0xd8, 0xff };
	struct video_format from = media_fixture_format("MJPG", 64, 48, 0);
	struct video_format to = media_fixture_format("NV12", 64, 48, 0);
	static struct pictures p;

	(void)state;
	from.sizeimage[0] = sizeof garbage;
	assert_int_equal(open_pictures(&p, &from, &to, SCALING_PAD), 0);
	memcpy(p.from_bytes, garbage, sizeof garbage);
	for (unsigned i = 0; i < 3; i++)
		assert_true(frame_converter_fill(&p.converter, &p.from, &p.to) < 0);
	assert_int_equal(p.converter.n_undecodable, 3);
	frame_converter_close(&p.converter);
}

#define TEST(function)                                                                                       \
	{                                                                                                    \
		0, #function, function, NULL                                                                 \
	}
int main(void)
{
	static const struct table_test tests[] = {
		TEST(a_larger_buffer_is_black_beyond_the_picture),
		TEST(one_pixel_format_is_copied_and_its_edge_repeated),
		TEST(the_shape_of_samples_is_kept),
		TEST(what_libav_cannot_read_in_place_is_loaded),
		TEST(a_short_buffer_is_refused),
		TEST(what_cannot_be_decoded_is_refused),
	};

	return table_test_run("frame_converter", tests, N_ELEMENTS(tests));
}
