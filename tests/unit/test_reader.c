/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of media/reader: pictures are the file's, and come by the shortest way. */
/* Runs under: asan tsan */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <libavutil/imgutils.h>
#include "media_fixture.h"
#include "reader_fixture.h"

static void check_picture(struct readback *plain, const struct video_format *format,
			  const struct frame *picture)
{
	static uint8_t expected[MAX_PICTURE_BYTES], got[MAX_PICTURE_BYTES];
	const AVFrame *f;
	int bytes;

	assert_true(readback_frame(plain));
	f = plain->frame;
	bytes = av_image_copy_to_buffer(expected, MAX_PICTURE_BYTES, (const uint8_t *const *)f->data,
					f->linesize, f->format, f->width, f->height, 1);
	assert_true(bytes > 0);
	assert_int_equal(media_fixture_pack(format, picture, got), bytes);
	assert_memory_equal(got, expected, bytes);
	for (unsigned i = 0; i < format->n_planes; i++)
		assert_int_equal(picture->planes[i].bytes, format->sizeimage[i]);
}

/* DIRECT: read, or decoded, into a blank. */
enum way { COPIED, DIRECT };

struct codec_case {
	const char *name, *codec, *fourcc;
	enum way way, direct; /* how pictures come, and how where decoders may write into blanks */
};

static const struct codec_case codecs[] = {
	{ "raw420.nut", "rawvideo", "YU12", DIRECT, DIRECT },
	{ "raw420.y4m", "wrapped_avframe", "YU12", DIRECT, DIRECT },
	{ "raw422.mkv", "rawvideo", "YUYV", DIRECT, DIRECT },
	{ "raw422.avi", "rawvideo", "YUYV", DIRECT, DIRECT },
	{ "raw422.mov", "rawvideo", "YUYV", DIRECT, DIRECT },
	{ "mjpeg.avi", "mjpeg", "422P", COPIED, DIRECT },
	{ "h264.mkv", "libx264", "YU12", COPIED, DIRECT },
	{ "h264.mp4", "libx264", "YU12", COPIED, DIRECT },
	{ "h264.ts", "libx264", "YU12", COPIED, DIRECT },
	{ "ffv1.mkv", "ffv1", "YU12", COPIED, DIRECT },
};

static void check_way(enum way way, const struct frame *picture, uint32_t packed_bytes)
{
	assert_int_equal(picture->copied_bytes, way == COPIED ? packed_bytes : 0);
	assert_true(target_fixture_owns(picture));
}

static void read_by(const char *path, struct target_fixture *fixture, enum way way)
{
	struct reader_options o = reader_fixture_options(path);
	struct reader *reader = reader_fixture_start(&o, fixture);
	struct picture_layout layout;
	struct readback plain;
	struct frame picture;

	video_format_layout(&fixture->target.format, &layout);
	readback_open(&plain, path);
	for (unsigned n = 0; n < N_PICTURES; n++) {
		assert_int_equal(reader_next(reader, &picture), 1);
		check_picture(&plain, &fixture->target.format, &picture);
		check_way(way, &picture, layout.packed_bytes);
		assert_int_equal(picture.pts_ns, n * STEP_NS);
		assert_int_equal(picture.duration_ns, STEP_NS);
		av_buffer_unref(&picture.memory);
	}
	assert_int_equal(reader_next(reader, &picture), 0);
	assert_int_equal(reader_next(reader, &picture), 0);
	assert_int_equal(reader_info(reader).read, N_PICTURES);
	assert_int_equal(reader_info(reader).damaged, 0);
	readback_close(&plain);
	reader_close(reader);
	assert_int_equal(fixture->n_taken, 0);
}

static void pictures_are_the_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(codecs); i++) {
		const struct codec_case *c = &codecs[i];
		const char *path = reader_fixture_make(c->name, c->codec, c->fourcc, 256, 144);
		struct video_format format = reader_fixture_format(c->fourcc, 256, 144, 0);
		struct target_fixture fixture;

		if (getenv("VERBOSE"))
			fprintf(stderr, "# %s\n", c->name);
		target_fixture_open(&fixture, &format);
		read_by(path, &fixture, c->way);
		target_fixture_open(&fixture, &format);
		fixture.target.n_direct = 32;
		read_by(path, &fixture, c->direct);
	}
}

/* Padding, planes apart, and chroma the other way round. */
static void any_layout_is_filled(void **state)
{
	static const struct {
		const char *fourcc;
		uint32_t padding;
		enum way way;
	} cases[] = {
		{ "YU12", 128, DIRECT }, { "YU12", 32, COPIED }, { "YV12", 0, DIRECT },
		{ "YM12", 0, DIRECT },   { "YM21", 64, DIRECT }, { "YM12", 8, COPIED },
	};
	const char *path = reader_fixture_make("layout.mkv", "libx264", "YU12", 640, 480);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct video_format format =
			reader_fixture_format(cases[i].fourcc, 640, 480, cases[i].padding);
		struct target_fixture fixture;

		target_fixture_open(&fixture, &format);
		read_by(path, &fixture, COPIED);
		target_fixture_open(&fixture, &format);
		fixture.target.n_direct = 32;
		read_by(path, &fixture, cases[i].way);
	}
}

/* Where there is no room for what the decoder may touch, and where rows do not begin as it likes them. */
static void unfit_blanks_are_not_decoded_into(void **state)
{
	static const struct {
		const char *name, *codec, *fourcc;
		uint32_t width, height;
		size_t room;
	} cases[] = {
		{ "unfit1.mkv", "libx264", "YU12", 640, 480, 0 },
		{ "unfit2.mkv", "libx264", "YU12", 320, 240, 4096 },
		{ "unfit3.mkv", "libx264", "YU12", 640, 360, 4096 }, /* 368 coded rows */
		{ "unfit4.avi", "mjpeg", "422P", 640, 362, 4096 },   /* blocks beyond the last row */
		{ "unfit5.mkv", "mpeg4", "YU12", 640, 360, 4096 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *path = reader_fixture_make(cases[i].name, cases[i].codec, cases[i].fourcc,
						       cases[i].width, cases[i].height);
		struct video_format format =
			reader_fixture_format(cases[i].fourcc, cases[i].width, cases[i].height, 0);
		struct target_fixture fixture;

		target_fixture_open(&fixture, &format);
		fixture.room = cases[i].room;
		fixture.target.n_direct = 32;
		read_by(path, &fixture, COPIED);
		assert_true(fixture.n_direct <= 1);
	}
}

/* The decoder keeps references; it may keep so many blanks and no more. */
static void few_blanks_are_lent(void **state)
{
	const char *path = reader_fixture_make("few.mkv", "libx264", "YU12", 640, 480);
	struct video_format format = reader_fixture_format("YU12", 640, 480, 0);
	struct reader_options o = reader_fixture_options(path);
	struct frame pictures[N_PICTURES];
	struct target_fixture fixture;
	struct reader *reader;
	struct readback plain;
	unsigned direct = 0;

	(void)state;
	target_fixture_open(&fixture, &format);
	fixture.target.n_direct = 2;
	reader = reader_fixture_start(&o, &fixture);
	readback_open(&plain, path);
	for (unsigned n = 0; n < N_PICTURES; n++) {
		assert_int_equal(reader_next(reader, &pictures[n]), 1);
		check_picture(&plain, &format, &pictures[n]);
		assert_true(target_fixture_owns(&pictures[n]));
		direct += pictures[n].copied_bytes == 0;
		av_buffer_unref(&pictures[n].memory);
	}
	assert_true(fixture.most_direct <= 2);
	assert_int_equal(fixture.n_waited_for, N_PICTURES - direct);
	readback_close(&plain);
	reader_close(reader);
	assert_int_equal(fixture.n_taken, 0);
}

/* Every picture is a blank of its own, and keeps what was drawn on it. */
static void pictures_may_be_kept(void **state)
{
	const char *path = reader_fixture_make("kept.mkv", "libx264", "YU12", 640, 480);
	struct video_format format = reader_fixture_format("YU12", 640, 480, 0);
	struct reader_options o = reader_fixture_options(path);
	struct frame pictures[N_PICTURES];
	struct target_fixture fixture;
	struct reader *reader;
	struct readback plain;

	(void)state;
	target_fixture_open(&fixture, &format);
	fixture.target.n_direct = 32;
	reader = reader_fixture_start(&o, &fixture);
	for (unsigned n = 0; n < N_PICTURES; n++)
		assert_int_equal(reader_next(reader, &pictures[n]), 1);
	reader_close(reader);
	readback_open(&plain, path);
	for (unsigned n = 0; n < N_PICTURES; n++) {
		check_picture(&plain, &format, &pictures[n]);
		av_buffer_unref(&pictures[n].memory);
	}
	readback_close(&plain);
	assert_int_equal(fixture.n_taken, 0);
}

/* What is no packed picture at the device or in the file, or becomes another one, is not read into a blank.
 */
static void raw_pictures_are_moved_where_they_must_be(void **state)
{
	static const struct {
		const char *name, *fourcc, *to;
		uint32_t padding, more_bytes;
		enum way way;
	} cases[] = {
		{ "more.nut", "YUYV", "YUYV", 0, 4096, DIRECT },
		{ "wide.nut", "YUYV", "YUYV", 64, 0, COPIED },
		{ "swapped.mkv", "YU12", "YV12", 0, 0, COPIED },
		{ "apart.nut", "YU12", "YM12", 0, 0, COPIED },
		{ "colour.avi", "BGR3", "BGR3", 0, 0, DIRECT },
		{ "small.nut", "YUYV", "YUYV", 0, 0, COPIED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t side = strcmp(cases[i].name, "small.nut") ? 240 : 32;
		const char *path =
			reader_fixture_make(cases[i].name, "rawvideo", cases[i].fourcc, side, side);
		struct video_format format = reader_fixture_format(cases[i].to, side, side, cases[i].padding);
		struct target_fixture fixture;

		format.sizeimage[0] += cases[i].more_bytes;
		target_fixture_open(&fixture, &format);
		read_by(path, &fixture, cases[i].way);
	}
}

/* A device may have but one: none is kept that the picture handed out does not need. */
static void one_blank_is_enough(void **state)
{
	static const struct {
		const char *name, *codec, *fourcc;
	} cases[] = { { "one.nut", "rawvideo", "YUYV" },
		      { "one.mkv", "rawvideo", "YUYV" },
		      { "one.avi", "rawvideo", "YUYV" },
		      { "one.mov", "rawvideo", "YUYV" },
		      { "one.y4m", "wrapped_avframe", "YU12" } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *path =
			reader_fixture_make(cases[i].name, cases[i].codec, cases[i].fourcc, 256, 144);
		struct video_format format = reader_fixture_format(cases[i].fourcc, 256, 144, 0);
		struct reader_options o = reader_fixture_options(path);
		struct target_fixture fixture;
		struct reader *reader;
		struct frame picture;

		o.start_ns = 3 * STEP_NS;
		o.loops = 2;
		target_fixture_open(&fixture, &format);
		reader = reader_fixture_start(&o, &fixture);
		for (unsigned n = 0; n < 2 * (N_PICTURES - 3); n++) {
			assert_int_equal(reader_next(reader, &picture), 1);
			assert_int_equal(picture.copied_bytes, 0);
			assert_int_equal(fixture.n_taken, 1);
			av_buffer_unref(&picture.memory);
		}
		assert_int_equal(reader_next(reader, &picture), 0);
		reader_close(reader);
		assert_int_equal(fixture.n_taken, 0);
	}
}

static void conversions_go_straight_into_blanks(void **state)
{
	const char *path = reader_fixture_make("converted.mkv", "libx264", "YU12", 640, 480);
	struct video_format format = reader_fixture_format("YUYV", 640, 480, 0);
	struct reader_options o = reader_fixture_options(path);
	struct target_fixture fixture;
	struct reader *reader;
	struct frame picture;
	struct readback plain;

	(void)state;
	target_fixture_open(&fixture, &format);
	fixture.target.n_direct = 32;
	reader = reader_fixture_start(&o, &fixture);
	readback_open(&plain, path);
	for (unsigned n = 0; n < N_PICTURES; n++) {
		assert_int_equal(reader_next(reader, &picture), 1);
		assert_int_equal(picture.copied_bytes, 0);
		assert_true(target_fixture_owns(&picture));
		assert_true(readback_frame(&plain));
		for (unsigned x = 0; x < 640; x++)
			assert_int_equal(picture.planes[0].data[2 * x + 1280 * 7],
					 plain.frame->data[0][x + 7 * plain.frame->linesize[0]]);
		av_buffer_unref(&picture.memory);
	}
	readback_close(&plain);
	reader_close(reader);
	assert_int_equal(fixture.n_direct, 0);
}

static void a_dead_device_ends_it(void **state)
{
	const char *path = reader_fixture_make("dead.mkv", "libx264", "YU12", 640, 480);
	struct video_format format = reader_fixture_format("YU12", 640, 480, 0);
	struct reader_options o = reader_fixture_options(path);
	struct target_fixture fixture;
	struct reader *reader;
	struct frame picture;

	(void)state;
	target_fixture_open(&fixture, &format);
	fixture.target.n_direct = 1;
	reader = reader_fixture_start(&o, &fixture);
	assert_int_equal(reader_next(reader, &picture), 1);
	av_buffer_unref(&picture.memory);
	fixture.dead = true;
	while (reader_next(reader, &picture) > 0)
		av_buffer_unref(&picture.memory);
	assert_int_equal(reader_next(reader, &picture), -ECANCELED);
	assert_string_equal(reader_fixture_messages, "");
	reader_close(reader);
	assert_int_equal(fixture.n_taken, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pictures_are_the_files),
		cmocka_unit_test(any_layout_is_filled),
		cmocka_unit_test(unfit_blanks_are_not_decoded_into),
		cmocka_unit_test(few_blanks_are_lent),
		cmocka_unit_test(pictures_may_be_kept),
		cmocka_unit_test(raw_pictures_are_moved_where_they_must_be),
		cmocka_unit_test(one_blank_is_enough),
		cmocka_unit_test(conversions_go_straight_into_blanks),
		cmocka_unit_test(a_dead_device_ends_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, reader_fixture_open, reader_fixture_close);
}
