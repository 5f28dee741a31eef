/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of media/reader: when pictures are shown, loops, and where playing begins. */
/* Runs under: asan tsan */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <libavutil/adler32.h>
#include <libavutil/avutil.h>
#include "media/read/timestamps.h"
#include "reader_fixture.h"

#define MS INT64_C(1000000)

static const struct {
	const char *name, *codec, *fourcc;
} files[] = {
	{ "time.nut", "rawvideo", "YU12" }, { "time.y4m", "wrapped_avframe", "YU12" },
	{ "time.mkv", "libx264", "YU12" },  { "time.mp4", "libx264", "YU12" },
	{ "time.ts", "libx264", "YU12" },   { "time.avi", "mjpeg", "422P" },
	{ "time.mov", "rawvideo", "YUYV" }, { "time.mjpeg", "mjpeg", "422P" },
	{ "time.h264", "libx264", "YU12" },
};

static uint32_t sum(const struct frame *picture)
{
	return (uint32_t)av_adler32_update(1, picture->planes[0].data, picture->planes[0].bytes);
}

/* The second round looks like the first, and follows it as its own pictures follow each other. */
static void rounds_join_without_a_seam(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		const char *path =
			reader_fixture_make(files[i].name, files[i].codec, files[i].fourcc, 64, 48);
		struct video_format format = reader_fixture_format(files[i].fourcc, 64, 48, 0);
		struct reader_options o = reader_fixture_options(path);
		uint32_t sums[N_PICTURES];
		struct target_fixture fixture;
		struct reader *reader;
		struct frame picture;

		if (getenv("VERBOSE"))
			fprintf(stderr, "# %s\n", files[i].name);
		target_fixture_open(&fixture, &format);
		o.loops = 3;
		reader = reader_fixture_start(&o, &fixture);
		for (unsigned n = 0; n < 3 * N_PICTURES; n++) {
			assert_int_equal(reader_next(reader, &picture), 1);
			assert_int_equal(picture.pts_ns, n * STEP_NS);
			if (n < N_PICTURES)
				sums[n] = sum(&picture);
			assert_int_equal(sum(&picture), sums[n % N_PICTURES]);
			av_buffer_unref(&picture.memory);
		}
		assert_int_equal(reader_next(reader, &picture), 0);
		reader_close(reader);
	}
}

static void endless_loop_goes_on(void **state)
{
	struct video_format format = reader_fixture_format("YU12", 64, 48, 0);
	struct reader_options o =
		reader_fixture_options(reader_fixture_make("endless.mkv", "libx264", "YU12", 64, 48));
	struct target_fixture fixture;
	struct reader *reader;
	struct frame picture;

	(void)state;
	target_fixture_open(&fixture, &format);
	o.loops = 0;
	reader = reader_fixture_start(&o, &fixture);
	for (unsigned n = 0; n < 10 * N_PICTURES; n++) {
		assert_int_equal(reader_next(reader, &picture), 1);
		av_buffer_unref(&picture.memory);
	}
	reader_close(reader);
}

/* At the first picture at or after the time, whatever the distance of key frames; each round anew. */
static void playing_begins_at_its_time(void **state)
{
	static const struct {
		int64_t start_ms;
		unsigned first;
	} starts[] = { { 40, 1 }, { 240, 6 }, { 250, 7 }, { 430, 11 } };

	(void)state;
	for (size_t i = 0; i < COUNT(files) * COUNT(starts); i++) {
		size_t f = i / COUNT(starts), s = i % COUNT(starts);
		struct video_format format = reader_fixture_format(files[f].fourcc, 64, 48, 0);
		struct reader_options o = reader_fixture_options(
			reader_fixture_make(files[f].name, files[f].codec, files[f].fourcc, 64, 48));
		unsigned n = N_PICTURES - starts[s].first;
		struct target_fixture fixture;
		uint32_t wanted = 0;
		struct reader *reader;
		struct frame picture;

		/* Naked streams know no times to be wound to. */
		if (strstr(files[f].name, "mjpeg") || strstr(files[f].name, "h264"))
			continue;
		if (getenv("VERBOSE"))
			fprintf(stderr, "# %s from %d ms\n", files[f].name, (int)starts[s].start_ms);
		target_fixture_open(&fixture, &format);
		reader = reader_fixture_start(&o, &fixture);
		for (unsigned k = 0; k <= starts[s].first; k++) {
			assert_int_equal(reader_next(reader, &picture), 1);
			wanted = sum(&picture);
			av_buffer_unref(&picture.memory);
		}
		reader_close(reader);
		o.start_ns = starts[s].start_ms * MS;
		o.loops = 2;
		reader = reader_fixture_start(&o, &fixture);
		for (unsigned k = 0; k < 2 * n; k++) {
			assert_int_equal(reader_next(reader, &picture), 1);
			assert_int_equal(picture.pts_ns, k * STEP_NS);
			if (k % n == 0)
				assert_int_equal(sum(&picture), wanted);
			av_buffer_unref(&picture.memory);
		}
		assert_int_equal(reader_next(reader, &picture), 0);
		reader_close(reader);
	}
}

static void beginning_behind_the_end_is_refused(void **state)
{
	struct reader_options o =
		reader_fixture_options(reader_fixture_make("behind.mkv", "libx264", "YU12", 64, 48));

	(void)state;
	o.start_ns = 3000 * MS;
	reader_fixture_refused(&o, -EINVAL, "--start is past the end (0.480 s)");
}

static void uneven_times_are_kept(void **state)
{
	static const int64_t times_ms[] = { 0, 40, 50, 333, 334, 1000, 1040 };
	static const char *const names[] = { "uneven.mkv", "uneven.nut", "uneven.mov" };
	struct video_format format = reader_fixture_format("YUYV", 64, 48, 0);

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct reader_options o = reader_fixture_options(
			reader_fixture_make_at(names[i], "YUYV", times_ms, COUNT(times_ms)));
		struct target_fixture fixture;
		struct reader *reader;
		struct frame picture;

		target_fixture_open(&fixture, &format);
		reader = reader_fixture_start(&o, &fixture);
		for (size_t n = 0; n < COUNT(times_ms); n++) {
			assert_int_equal(reader_next(reader, &picture), 1);
			assert_int_equal(picture.pts_ns, times_ms[n] * MS);
			assert_true(picture.duration_ns > 0);
			av_buffer_unref(&picture.memory);
		}
		assert_int_equal(reader_next(reader, &picture), 0);
		reader_close(reader);
	}
}

static void info_tells_what_the_file_is(void **state)
{
	struct reader_options o =
		reader_fixture_options(reader_fixture_make("info.avi", "mjpeg", "422P", 64, 48));
	struct reader *reader;
	struct reader_info info;

	(void)state;
	assert_int_equal(reader_open(&reader, &o), 0);
	info = reader_info(reader);
	assert_string_equal(info.container, "avi");
	assert_string_equal(info.codec, "mjpeg");
	assert_int_equal(info.codec_id, AV_CODEC_ID_MJPEG);
	assert_int_equal(info.av, AV_PIX_FMT_YUV422P);
	assert_int_equal(info.format.range, AVCOL_RANGE_JPEG);
	assert_int_equal(info.format.width, 64);
	assert_int_equal(info.format.height, 48);
	assert_int_equal(info.format.fps.num, 25);
	assert_int_equal(info.format.fps.den, 1);
	assert_int_equal(info.duration_ns, N_PICTURES * STEP_NS);
	reader_close(reader);
}

/* --- presentation by itself: times in milliseconds, 25 frames a second --- */

struct stamp_case {
	int64_t pts, duration, due, length;
};

static void check_stamps(struct timestamps *p, const struct stamp_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t pts_ns, duration_ns;

		if (cases[i].pts == -1) {
			timestamps_restart(p);
			continue;
		}
		timestamps_next(p, cases[i].pts, cases[i].duration, &pts_ns, &duration_ns);
		assert_int_equal(pts_ns, cases[i].due * MS);
		assert_int_equal(duration_ns, cases[i].length * MS);
	}
}

static void times_begin_at_zero_and_rise(void **state)
{
	static const struct stamp_case cases[] = {
		{ 5000, 40, 0, 40 },
		{ 5040, 0, 40, 40 }, /* duration from the rate */
		{ AV_NOPTS_VALUE, 40, 80, 40 } /* time from the one before */,
		{ 5120, 39, 120, 39 },
		{ 5160, 30, 160, 30 },
		{ 5100, 40, 190, 40 }, /* goes back */
		{ 5140, 40, 230, 40 },
		{ INT64_MAX, 40, 270, 40 }, /* nonsense */
		{ -1, 0, 0, 0 },            /* the next round */
		{ 5000, 40, 310, 40 },
		{ 105000, 40, 100310, 40 }, /* a long gap is the file's wish */
	};
	struct timestamps p = { .time_base = { 1, 1000 }, .frame_interval_ns = STEP_NS };

	(void)state;
	check_stamps(&p, cases, COUNT(cases));
}

/* Six years a frame: after a few dozen the sum would be beyond what an int64_t holds. */
static void absurd_durations_do_not_overflow(void **state)
{
	struct timestamps p = { .time_base = { 1, 1000 }, .frame_interval_ns = INT64_C(171790827555555555) };
	int64_t last_ns = -1;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		int64_t pts_ns, duration_ns;

		timestamps_next(&p, AV_NOPTS_VALUE, 0, &pts_ns, &duration_ns);
		assert_true(pts_ns > last_ns);
		last_ns = pts_ns;
	}
}

static void a_broken_clock_is_mended(void **state)
{
	static const struct stamp_case cases[] = {
		{ 90000, 40, 0, 40 },    { 90040, 40, 40, 40 },  { 50, 40, 80, 40 }, /* wrapped */
		{ 90, 40, 120, 40 },     { 40000, 40, 160, 40 },                     /* jumped */
		{ 41000, 40, 1160, 40 },
	};
	struct timestamps p = { .time_base = { 1, 1000 }, .frame_interval_ns = STEP_NS, .discont = true };

	(void)state;
	check_stamps(&p, cases, COUNT(cases));
}

static void without_a_rate_gaps_tell(void **state)
{
	static const struct stamp_case cases[] = {
		{ 0, 0, 0, 0 }, { 20, 0, 20, 20 }, { 50, 0, 50, 30 }, { -1, 0, 0, 0 }, { 0, 0, 80, 30 },
	};
	struct timestamps p = { .time_base = { 1, 1000 } };

	(void)state;
	check_stamps(&p, cases, COUNT(cases));
}

/* What a clock of milliseconds says of 30000/1001 pictures a second. */
static void rounded_durations_are_the_rates(void **state)
{
	struct timestamps p = { .time_base = { 1, 1000 }, .frame_interval_ns = 33366667 };
	int64_t pts_ns, duration_ns;

	(void)state;
	timestamps_next(&p, 1000, 33, &pts_ns, &duration_ns);
	assert_int_equal(duration_ns, 33366667);
	timestamps_next(&p, 1033, 34, &pts_ns, &duration_ns);
	assert_int_equal(duration_ns, 33366667);
	timestamps_restart(&p);
	timestamps_next(&p, 1000, 66, &pts_ns, &duration_ns);
	assert_int_equal(pts_ns, 33 * MS + 33366667);
	assert_int_equal(duration_ns, 66 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rounds_join_without_a_seam),
		cmocka_unit_test(endless_loop_goes_on),
		cmocka_unit_test(playing_begins_at_its_time),
		cmocka_unit_test(beginning_behind_the_end_is_refused),
		cmocka_unit_test(uneven_times_are_kept),
		cmocka_unit_test(info_tells_what_the_file_is),
		cmocka_unit_test(times_begin_at_zero_and_rise),
		cmocka_unit_test(absurd_durations_do_not_overflow),
		cmocka_unit_test(a_broken_clock_is_mended),
		cmocka_unit_test(without_a_rate_gaps_tell),
		cmocka_unit_test(rounded_durations_are_the_rates),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, reader_fixture_open, reader_fixture_close);
}
