/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of media/read/crop and media/read/scaler: where pictures go on a device of another size. */
/* Runs under: asan valgrind */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <libavcodec/avcodec.h>
#include <libavutil/imgutils.h>
#include "media/read/scaler.h"
#include "reader_fixture.h"

#define Y AV_PIX_FMT_YUV420P
#define P AV_PIX_FMT_YUYV422
#define G AV_PIX_FMT_GRAY8

struct place_case {
	enum scaling scaling;
	struct frame_shape from;
	AVRational aspect;
	struct frame_shape to;
	struct crop expected;
};

static const struct place_case places[] = {
	/* the same size, whatever else */
	{ SCALING_NONE,
	  { Y, 640, 480 },
	  { 0, 1 },
	  { P, 640, 480 },
	  { { 0, 0, 640, 480 }, { 0, 0, 640, 480 } } },
	{ SCALING_NONE,
	  { Y, 720, 576 },
	  { 16, 11 },
	  { P, 720, 576 },
	  { { 0, 0, 720, 576 }, { 0, 0, 720, 576 } } },
	/* but for samples that are not square */
	{ SCALING_LETTERBOX,
	  { Y, 720, 576 },
	  { 16, 11 },
	  { P, 720, 576 },
	  { { 0, 0, 720, 576 }, { 0, 90, 720, 396 } } },
	/* a column too many is a rounding error */
	{ SCALING_LETTERBOX,
	  { Y, 720, 480 },
	  { 32, 27 },
	  { G, 854, 480 },
	  { { 0, 0, 720, 480 }, { 0, 0, 854, 480 } } },
	/* a line or a column less is cut off rather than scaled away */
	{ SCALING_LETTERBOX,
	  { Y, 200, 133 },
	  { 1, 1 },
	  { Y, 200, 132 },
	  { { 0, 0, 200, 132 }, { 0, 0, 200, 132 } } },
	{ SCALING_CROP,
	  { Y, 853, 481 },
	  { 0, 1 },
	  { Y, 852, 480 },
	  { { 0, 0, 852, 480 }, { 0, 0, 852, 480 } } },
	{ SCALING_SCALE,
	  { Y, 200, 133 },
	  { 1, 1 },
	  { Y, 200, 132 },
	  { { 0, 0, 200, 133 }, { 0, 0, 200, 132 } } },
	/* bars above and below, left and right, and on offsets that chroma has */
	{ SCALING_LETTERBOX,
	  { Y, 1280, 720 },
	  { 1, 1 },
	  { Y, 640, 480 },
	  { { 0, 0, 1280, 720 }, { 0, 60, 640, 360 } } },
	{ SCALING_LETTERBOX,
	  { Y, 640, 480 },
	  { 0, 1 },
	  { Y, 1280, 720 },
	  { { 0, 0, 640, 480 }, { 160, 0, 960, 720 } } },
	{ SCALING_LETTERBOX,
	  { Y, 100, 30 },
	  { 1, 1 },
	  { Y, 98, 90 },
	  { { 0, 0, 100, 30 }, { 0, 30, 98, 30 } } },
	{ SCALING_LETTERBOX,
	  { Y, 100, 30 },
	  { 1, 1 },
	  { G, 97, 90 },
	  { { 0, 0, 100, 30 }, { 0, 30, 97, 29 } } },
	/* samples that are not square: 704x576 at 16:11 looks 16:9 */
	{ SCALING_LETTERBOX,
	  { Y, 704, 576 },
	  { 16, 11 },
	  { Y, 1280, 960 },
	  { { 0, 0, 704, 576 }, { 0, 120, 1280, 720 } } },
	/* nonsense is not believed */
	{ SCALING_LETTERBOX,
	  { Y, 640, 480 },
	  { 10000, 1 },
	  { Y, 320, 240 },
	  { { 0, 0, 640, 480 }, { 0, 0, 320, 240 } } },
	{ SCALING_LETTERBOX,
	  { Y, 16000, 2 },
	  { 1, 1 },
	  { Y, 320, 240 },
	  { { 0, 0, 16000, 2 }, { 0, 118, 320, 2 } } },
	{ SCALING_SCALE,
	  { Y, 1280, 720 },
	  { 4, 3 },
	  { Y, 64, 64 },
	  { { 0, 0, 1280, 720 }, { 0, 0, 64, 64 } } },
	{ SCALING_CROP,
	  { Y, 1280, 720 },
	  { 1, 1 },
	  { Y, 640, 480 },
	  { { 160, 0, 960, 720 }, { 0, 0, 640, 480 } } },
	{ SCALING_CROP,
	  { Y, 480, 640 },
	  { 1, 1 },
	  { Y, 640, 480 },
	  { { 0, 140, 480, 360 }, { 0, 0, 640, 480 } } },
};

static void pictures_find_their_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		const struct place_case *c = &places[i];
		struct crop place;

		if (getenv("VERBOSE"))
			fprintf(stderr, "# row %zu\n", i);
		assert_int_equal(crop_find(c->scaling, c->from, c->aspect, c->to, &place), 0);
		assert_memory_equal(&place, &c->expected, sizeof place);
	}
}

static void the_device_has_its_own_samples(void **state)
{
	static const struct {
		AVRational file;
		struct fraction device;
		AVRational relative;
	} cases[] = {
		{ { 59, 54 }, { 0, 0 }, { 59, 54 } }, { { 59, 54 }, { 1, 1 }, { 59, 54 } },
		{ { 59, 54 }, { 59, 54 }, { 1, 1 } }, { { 16, 15 }, { 59, 54 }, { 1, 1 } },
		{ { 8, 9 }, { 10, 11 }, { 1, 1 } },   { { 64, 45 }, { 16, 15 }, { 4, 3 } },
		{ { 1, 1 }, { 2, 1 }, { 1, 2 } },     { { 0, 1 }, { 2, 1 }, { 1, 2 } },
		{ { 2, 1 }, { 1000, 1 }, { 2, 1 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
			av_cmp_q(crop_relative_aspect(cases[i].file, cases[i].device), cases[i].relative), 0);
}

static void no_fit_means_no_other_size(void **state)
{
	struct video_format format = reader_fixture_format("YU12", 96, 48, 0);
	struct reader_options o =
		reader_fixture_options(reader_fixture_make("none.nut", "rawvideo", "YU12", 64, 48));
	struct target_fixture fixture;
	struct reader *reader;

	(void)state;
	target_fixture_open(&fixture, &format);
	fixture.target.scaling = SCALING_NONE;
	assert_int_equal(reader_open(&reader, &o), 0);
	reader_fixture_clear_messages();
	assert_int_equal(reader_start(reader, &fixture.target), -ERANGE);
	assert_non_null(strstr(reader_fixture_messages, "64x48"));
	assert_non_null(strstr(reader_fixture_messages, "96x48"));
	reader_close(reader);
}

/* Luma and chroma of the sample at x, y. */
static void sample(const struct video_format *format, const struct frame *picture, unsigned x, unsigned y,
		   int yuv[3])
{
	struct picture_layout l;
	const uint8_t *rows[4] = { 0 };

	assert_int_equal(video_format_layout(format, &l), 0);
	for (unsigned i = 0; i < l.n_planes; i++)
		rows[i] = picture->planes[l.planes[i].memory_plane].data + l.planes[i].offset +
			  (i > 0 ? y / 2 : y) * (size_t)l.planes[i].stride;
	if (format->pix->av == AV_PIX_FMT_YUYV422) {
		yuv[0] = rows[0][2 * x];
		yuv[1] = rows[0][4 * (x / 2) + 1];
		yuv[2] = rows[0][4 * (x / 2) + 3];
	} else {
		yuv[0] = rows[0][x];
		yuv[1] = rows[1][x / 2];
		yuv[2] = rows[2][x / 2];
	}
}

static void check_bars(const struct video_format *f, const struct frame *picture, const struct crop *place,
		       int black)
{
	for (unsigned y = 0; y < f->height; y++) {
		for (unsigned x = 0; x < f->width; x++) {
			bool inside = (int)x >= place->to.x && (int)x < place->to.x + place->to.width &&
				      (int)y >= place->to.y && (int)y < place->to.y + place->to.height;
			int yuv[3];

			sample(f, picture, x, y, yuv);
			if (inside && yuv[0] <= black + 4)
				fail_msg("black at %u, %u", x, y);
			if (!inside && (yuv[0] != black || yuv[1] != 128 || yuv[2] != 128))
				fail_msg("not black at %u, %u: %d %d %d", x, y, yuv[0], yuv[1], yuv[2]);
		}
	}
}

static void bars_are_black(void **state)
{
	static const struct {
		const char *fourcc;
		uint32_t width, height;
		enum AVColorRange range;
		int black;
		bool copied; /* the picture starts where no vector does */
	} cases[] = {
		{ "YU12", 96, 96, AVCOL_RANGE_UNSPECIFIED, 16, false },
		{ "YUYV", 96, 96, AVCOL_RANGE_MPEG, 16, false },
		{ "YUYV", 200, 48, AVCOL_RANGE_MPEG, 16, true },
		{ "YM12", 200, 48, AVCOL_RANGE_MPEG, 16, true },
		{ "YV12", 96, 96, AVCOL_RANGE_MPEG, 16, false },
		{ "YU12", 96, 96, AVCOL_RANGE_JPEG, 0, false },
	};
	const char *path = reader_fixture_make("bars.mkv", "libx264", "YU12", 64, 48);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct video_format f =
			reader_fixture_format(cases[i].fourcc, cases[i].width, cases[i].height, 0);
		struct reader_options o = reader_fixture_options(path);
		struct frame_shape from = { Y, 64, 48 }, to = { f.pix->av, (int)f.width, (int)f.height };
		struct target_fixture fixture;
		struct reader *reader;
		struct frame picture;
		struct crop place;

		f.range = cases[i].range;
		target_fixture_open(&fixture, &f);
		crop_find(SCALING_LETTERBOX, from, (AVRational){ 1, 1 }, to, &place);
		reader = reader_fixture_start(&o, &fixture);
		for (unsigned n = 0; n < N_PICTURES; n++) {
			assert_int_equal(reader_next(reader, &picture), 1);
			assert_int_equal(picture.copied_bytes > 0, cases[i].copied);
			check_bars(&f, &picture, &place, cases[i].black);
			av_buffer_unref(&picture.memory);
		}
		reader_close(reader);
	}
}

/* A full-range file on a device that says it takes limited range is made so; on one that says nothing it
 * stays as it is. */
static void range_is_carried_over(void **state)
{
	static const struct {
		enum AVColorRange range;
		bool copied;
	} cases[] = {
		{ AVCOL_RANGE_UNSPECIFIED, true },
		{ AVCOL_RANGE_JPEG, true },
		{ AVCOL_RANGE_MPEG, false },
	};
	const char *path = reader_fixture_make("range.avi", "mjpeg", "422P", 64, 48);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct video_format f = reader_fixture_format("422P", 64, 48, 0);
		struct reader_options o = reader_fixture_options(path);
		struct target_fixture fixture;
		struct reader *reader;
		struct frame picture;

		f.range = cases[i].range;
		f.matrix = AVCOL_SPC_SMPTE170M;
		target_fixture_open(&fixture, &f);
		reader = reader_fixture_start(&o, &fixture);
		assert_int_equal(reader_next(reader, &picture), 1);
		assert_int_equal(picture.copied_bytes > 0, cases[i].copied);
		av_buffer_unref(&picture.memory);
		reader_close(reader);
	}
}

/* Threads divide the work, not the picture. */
static void large_pictures_are_converted_whole(void **state)
{
	struct video_format format = reader_fixture_format("YUYV", 640, 3240, 0),
			    same = reader_fixture_format("YU12", 64, 48, 0);
	struct reader_options o =
		reader_fixture_options(reader_fixture_make("large.nut", "rawvideo", "YU12", 64, 48));
	static uint8_t single[2 * 640 * 3240];
	struct target_fixture fixture;
	struct reader *reader;
	struct frame picture;
	struct converter converter = { .flags = 4 /* bicubic */ };
	AVFrame *from = av_frame_alloc(), *to = av_frame_alloc();

	(void)state;
	target_fixture_open(&fixture, &same);
	reader = reader_fixture_start(&o, &fixture);
	assert_int_equal(reader_next(reader, &picture), 1);
	from->format = Y;
	from->width = 64;
	from->height = 48;
	av_image_fill_arrays(from->data, from->linesize, picture.planes[0].data, Y, 64, 48, 1);
	to->format = P;
	to->width = 640;
	to->height = 3240;
	av_image_fill_arrays(to->data, to->linesize, single, P, 640, 3240, 1);
	assert_int_equal(converter_run(&converter, from, to), 0);
	av_buffer_unref(&picture.memory);
	reader_close(reader);

	target_fixture_open(&fixture, &format);
	fixture.target.scaling = SCALING_SCALE;
	reader = reader_fixture_start(&o, &fixture);
	assert_int_equal(reader_next(reader, &picture), 1);
	assert_memory_equal(picture.planes[0].data, single, sizeof single);
	av_buffer_unref(&picture.memory);
	reader_close(reader);
	converter_close(&converter);
	av_frame_free(&from);
	av_frame_free(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pictures_find_their_place),
		cmocka_unit_test(the_device_has_its_own_samples),
		cmocka_unit_test(no_fit_means_no_other_size),
		cmocka_unit_test(bars_are_black),
		cmocka_unit_test(range_is_carried_over),
		cmocka_unit_test(large_pictures_are_converted_whole),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, reader_fixture_open, reader_fixture_close);
}
