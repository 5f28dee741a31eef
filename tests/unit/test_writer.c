/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of media/writer: raw frames, as they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <cmocka.h>
#include <libavutil/imgutils.h>
#include "media_fixture.h"

#define N_FRAMES 10

/* writev() stands before the C library's: it watches whether frames come by in their own memory. */
static struct {
	const uint8_t *start;
	size_t bytes;      /* the frame being written */
	unsigned n_direct; /* how often it came to writev() itself */
	uint64_t copied_bytes;
} world;

ssize_t writev(int fd, const struct iovec *pieces, int n)
{
	for (int i = 0; i < n; i++) {
		const uint8_t *data = pieces[i].iov_base;

		if (world.start && data >= world.start && data < world.start + world.bytes &&
		    pieces[i].iov_len > 65536)
			world.n_direct++;
	}
	return syscall(SYS_writev, fd, pieces, n);
}

static int write_one(struct writer *writer, const struct video_format *format, unsigned n)
{
	struct frame frame = media_fixture_frame(format, n);
	int err;

	world.start = frame.memory->data;
	world.bytes = frame.memory->size;
	err = writer_write(writer, &frame);
	world.copied_bytes += frame.copied_bytes;
	world.start = NULL;
	av_buffer_unref(&frame.memory);
	return err;
}

static void write_frames(const struct writer_options *o, unsigned n, struct writer_info *info)
{
	struct writer *writer;

	world.n_direct = 0;
	world.copied_bytes = 0;
	assert_int_equal(writer_open(&writer, o), 0);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(write_one(writer, &o->format, i), 0);
	assert_int_equal(writer_finish(writer), 0);
	*info = writer_info(writer);
	assert_string_equal(info->path, o->url);
	assert_string_equal(info->codec, "rawvideo");
	assert_int_equal(writer_close(writer), 0);
}

/* --- what is written comes back --- */

static void check_file(const char *path, const struct video_format *format, int tolerance_us)
{
	struct readback r;
	unsigned n = 0;

	readback_open(&r, path);
	assert_int_equal(r.stream->avg_frame_rate.num, 25 * r.stream->avg_frame_rate.den);
	for (; readback_frame(&r); n++) {
		media_fixture_check_picture(r.frame, format, n);
		assert_true(llabs(readback_frame_us(&r) - (int64_t)n * STEP_NS / 1000) <= tolerance_us);
	}
	assert_int_equal(n, N_FRAMES);
	readback_close(&r);
}

static void raw_frames_come_back(void **state)
{
	static const struct {
		const char *container, *fourcc;
		uint32_t padding;
		bool direct, copied; /* written from their own memory; gathered before */
	} cases[] = {
		{ "mkv", "YUYV", 0, false, false }, { "nut", "YUYV", 0, true, false },
		{ "avi", "YUYV", 0, true, false },  { "mov", "YUYV", 0, false, false },
		{ "mkv", "NV12", 0, false, false }, { "nut", "NV12", 0, true, false },
		{ "avi", "NV12", 0, true, false },  { "mov", "NV12", 0, false, false },
		{ "mkv", "YU12", 0, false, false }, { "nut", "YU12", 0, true, false },
		{ "avi", "YU12", 0, true, false },  { "mov", "YU12", 0, false, false },
		{ "y4m", "YU12", 0, false, false }, { "y4m", "YU12", 32, false, false },
		{ "y4m", "YM12", 0, false, false }, { "mkv", "NM12", 0, false, true },
		{ "nut", "NM12", 0, false, true },  { "avi", "NM12", 0, false, true },
		{ "mov", "NM12", 0, false, true },  { "mkv", "YUYV", 64, false, true },
		{ "nut", "YUYV", 64, false, true }, { "avi", "NV12", 32, false, true },
		{ "mov", "YU12", 16, false, true }, { "nut", "YV12", 0, false, true },
		{ "nut", "YM12", 0, false, true },  { "nut", "RGB3", 0, true, false },
		{ "mkv", "BGR3", 0, false, false }, { "nut", "GREY", 0, true, false },
		{ "mov", "RGB3", 0, false, false }, { "mkv", "Y16 ", 0, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct video_format format =
			media_fixture_format(cases[i].fourcc, 416, 240, cases[i].padding);
		struct writer_info info;
		struct writer_options o;
		struct stat st;
		char name[32];

		snprintf(name, sizeof name, "%zu.%s", i, cases[i].container);
		o = media_fixture_options(media_fixture_path(name), &format);
		write_frames(&o, N_FRAMES, &info);
		assert_int_equal(info.frames, N_FRAMES);
		assert_int_equal(stat(o.url, &st), 0);
		assert_int_equal(info.bytes, st.st_size);
		assert_int_equal(world.copied_bytes > 0, cases[i].copied);
		assert_int_equal(world.n_direct, cases[i].direct ? N_FRAMES : 0);
		check_file(o.url, &format, strcmp(cases[i].container, "mkv") == 0 ? 500 : 0);
		unlink(o.url);
	}
}

/* They go past the page cache where there is one to go past. */
static void large_frames_come_back(void **state)
{
	static const char *const names[] = { "l.nut", "l.mkv", "l.avi", "l.mov", "l.y4m" };
	struct writer_info info;
	struct stat st;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		bool y4m = strcmp(names[i], "l.y4m") == 0;
		struct video_format format = media_fixture_format(y4m ? "YU12" : "YUYV", 1280 + 2, 720, 0);
		struct writer_options o = media_fixture_options(media_fixture_path(names[i]), &format);

		write_frames(&o, N_FRAMES, &info);
		assert_int_equal(stat(o.url, &st), 0);
		assert_int_equal(info.bytes, st.st_size);
		check_file(o.url, &format, strcmp(names[i], "l.mkv") == 0 ? 500 : 0);
		unlink(o.url);
	}
}

/* A naked file is its frames, and nothing else; also where nobody knows what they mean. */
static void raw_file_is_frames(void **state)
{
	static const struct {
		const char *fourcc;
		uint32_t width, height;
	} cases[] = {
		{ "YUYV", 416, 240 },  { "NM12", 416, 240 },  { "YV12", 416, 240 },
		{ "XXXX", 416, 240 },  { "YUYV", 1280, 720 }, /* whole blocks: from their own memory to the
								 disk */
		{ "YUYV", 1282, 720 },
	};
	static uint8_t expected[MAX_FRAME_BYTES], got[MAX_FRAME_BYTES];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct video_format format =
			media_fixture_format(cases[i].fourcc, cases[i].width, cases[i].height, 0);
		struct writer_options o = media_fixture_options(media_fixture_path("frames.raw"), &format);
		struct writer_info info;
		FILE *file;

		write_frames(&o, N_FRAMES, &info);
		assert_non_null(file = fopen(o.url, "rb"));
		for (unsigned n = 0; n < N_FRAMES; n++) {
			struct frame frame = media_fixture_frame(&format, n);
			size_t bytes = frame.planes[0].bytes;

			if (format.pix)
				bytes = media_fixture_pack(&format, &frame, expected);
			else
				memcpy(expected, frame.planes[0].data, bytes);
			assert_int_equal(fread(got, 1, bytes, file), bytes);
			assert_memory_equal(got, expected, bytes);
			av_buffer_unref(&frame.memory);
		}
		assert_int_equal(fgetc(file), EOF);
		fclose(file);
		unlink(o.url);
	}
}

/* --- times --- */

/* Writes frames at these times and checks those that come back, in microseconds. */
static void check_times(const char *name, const int64_t *given_us, const int64_t *expected_us, unsigned n)
{
	struct video_format format = media_fixture_format("YUYV", 64, 48, 0);
	struct writer_options o = media_fixture_options(media_fixture_path(name), &format);
	struct writer *writer;
	struct readback r;
	unsigned i;

	assert_int_equal(writer_open(&writer, &o), 0);
	for (i = 0; i < n; i++) {
		struct frame frame = media_fixture_frame(&format, i);

		frame.pts_ns = given_us[i] * 1000;
		assert_int_equal(writer_write(writer, &frame), 0);
		av_buffer_unref(&frame.memory);
	}
	assert_int_equal(writer_close(writer), 0);
	readback_open(&r, o.url);
	for (i = 0; readback_packet(&r); i++) {
		assert_true(i < n);
		assert_int_equal(readback_packet_us(&r), expected_us[i]);
		assert_true(r.packet->flags & AV_PKT_FLAG_KEY);
	}
	assert_int_equal(i, n);
	readback_close(&r);
	unlink(o.url);
}

static void times_are_kept_and_rise(void **state)
{
	/* Jitter, a repeated time, a step back, a gap. */
	static const int64_t given[] = { 0, 40123, 79877, 79877, 60000, 160001, 400000 };
	static const int64_t exact[] = { 0, 40123, 79877, 79878, 79879, 160001, 400000 };
	static const int64_t milliseconds[] = { 0, 40000, 80000, 80000, 80000, 160000, 400000 };
	static const int64_t grid[] = { 0, 40000, 80000, 120000, 160000, 200000, 400000 };

	(void)state;
	check_times("times.nut", given, exact, COUNT(given));
	check_times("times.mov", given, exact, COUNT(given));
	check_times("times.mkv", given, milliseconds, COUNT(given));
	check_times("times.avi", given, grid, COUNT(given));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raw_frames_come_back),
		cmocka_unit_test(large_frames_come_back),
		cmocka_unit_test(raw_file_is_frames),
		cmocka_unit_test(times_are_kept_and_rise),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, media_fixture_open, media_fixture_close);
}
