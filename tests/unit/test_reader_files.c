/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of media/reader: files that are refused or damaged. */
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
#include "reader_fixture.h"

/* --- what is refused --- */

static void playlists_are_refused(void **state)
{
	static const struct {
		const char *name, *text;
	} lists[] = {
		{ "list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\n/etc/passwd\n"
			       "#EXT-X-ENDLIST\n" },
		{ "list.ffconcat", "ffconcat version 1.0\nfile /etc/passwd\n" },
		{ "list.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
			      "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n" },
		{ "list.mpd", "<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" "
			      "profiles=\"urn:mpeg:dash:profile:isoff-live:2011\" type=\"static\"></MPD>\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lists); i++) {
		struct reader_options o =
			reader_fixture_options(reader_fixture_write_text(lists[i].name, lists[i].text));

		reader_fixture_refused(&o, -EPERM, "--allow-playlists");
	}
}

static void forced_containers_are_refused_too(void **state)
{
	static const char *const names[] = { "hls", "concat", "dash", "sdp", "image2", "rtsp" };
	struct reader_options o =
		reader_fixture_options(reader_fixture_make("forced.ts", "libx264", "YU12", 64, 48));

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		o.container = names[i];
		reader_fixture_refused(&o, -EPERM, "--allow-playlists");
	}
}

/* One that the user wrote opens no other files; an address has none. */
static void series_of_pictures_play(void **state)
{
	struct video_format format = reader_fixture_format("YU12", 64, 48, 0);
	struct reader_options o = reader_fixture_options(reader_fixture_path("picture%03d.jpg"));
	struct target_fixture fixture;
	struct reader *reader;

	(void)state;
	reader_fixture_refused(&o, -EBADMSG, "no file");
	for (unsigned i = 7; i < 10; i++) {
		char name[32];

		snprintf(name, sizeof name, "picture%03u.jpg", i);
		reader_fixture_cut(reader_fixture_make("one.mjpeg", "mjpeg", "422P", 64, 48), name,
				   INT64_MAX);
	}
	o.fps = (struct fraction){ 10, 1 };
	target_fixture_open(&fixture, &format);
	reader = reader_fixture_start(&o, &fixture);
	assert_int_equal(reader_info(reader).duration_ns, 300000000);
	assert_int_equal(reader_fixture_read_all(reader, 0), 3);
	reader_close(reader);
	o.container = "hls";
	reader_fixture_refused(&o, -ENOENT, "No such file");
}

static void addresses_that_cannot_be_opened(void **state)
{
	static const struct {
		const char *url, *said;
		int err;
	} rows[] = {
		{ "foo://host/x.mkv", "no such protocol", -EPROTONOSUPPORT },
		{ "http://127.0.0.1:1/x.mkv", "Connection refused", -ECONNREFUSED },
		{ "http://127.0.0.1:1/a%20d.mkv", "Connection refused", -ECONNREFUSED }, /* no pattern */
		{ "rtmp://127.0.0.1:1/x", "Connection refused", -ECONNREFUSED },
		{ "rtsp://127.0.0.1:1/x", "Connection refused", -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct reader_options o = reader_fixture_options(rows[i].url);

		reader_fixture_refused(&o, rows[i].err, rows[i].said);
	}
}

static void allowed_playlists_play(void **state)
{
	struct video_format format = reader_fixture_format("YU12", 64, 48, 0);
	struct reader_options o;
	struct target_fixture fixture;
	struct reader *reader;

	(void)state;
	reader_fixture_make("allowed.ts", "libx264", "YU12", 64, 48);
	o = reader_fixture_options(
		reader_fixture_write_text("allowed.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:0.48,\n"
							  "allowed.ts\n#EXT-X-ENDLIST\n"));
	o.allow_playlists = true;
	target_fixture_open(&fixture, &format);
	reader = reader_fixture_start(&o, &fixture);
	assert_int_equal(reader_fixture_read_all(reader, 0), N_PICTURES);
	reader_close(reader);
}

static void what_is_no_video_is_refused(void **state)
{
	static const struct {
		const char *name, *text;
		int err;
		const char *said;
	} files[] = {
		{ "empty.mkv", "", -EBADMSG, "is empty" },
		{ "text", "Neither a picture nor a film, but words.\n", -EBADMSG, "no container" },
		{ "naked.yuv", "0123456789012345678901234567890123456789", -EBADMSG, "without a header" },
		{ NULL, NULL, -ENOENT, "No such file" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		struct reader_options o = reader_fixture_options(
			files[i].name ? reader_fixture_write_text(files[i].name, files[i].text)
				      : reader_fixture_path("none.mkv"));

		reader_fixture_refused(&o, files[i].err, files[i].said);
	}
}

static void impossible_options_are_refused(void **state)
{
	struct reader_options o =
		reader_fixture_options(reader_fixture_make("options.avi", "mjpeg", "422P", 64, 48));

	(void)state;
	o.decoder = "nosuch";
	reader_fixture_refused(&o, -EINVAL, "no such decoder");
	o.decoder = "h264";
	reader_fixture_refused(&o, -EINVAL, "not for mjpeg");
	o.decoder = NULL;
	o.container = "nosuch";
	reader_fixture_refused(&o, -EINVAL, "no such container");
	o = reader_fixture_options(reader_fixture_path("."));
	reader_fixture_refused(&o, -EISDIR, "directory");
}

/* Small bytes, large claims. */
static void noise_is_survived(void **state)
{
	static const char *const names[] = { "noise.mkv", "noise.mp4", "noise.avi", "noise.nut", "noise.ts" };
	struct video_format format = reader_fixture_format("YUYV", 64, 48, 0);
	uint32_t noise = 1;

	(void)state;
	for (unsigned i = 0; i < 20 * COUNT(names); i++) {
		const char *name = names[i % COUNT(names)];
		const char *path = reader_fixture_make(name, "libx264", "YU12", 64, 48);
		int64_t size = reader_fixture_size(path);
		struct reader_options o = reader_fixture_options(path);
		int fd = open(path, O_WRONLY);
		struct target_fixture fixture;
		struct reader *reader;
		struct frame picture;

		for (unsigned k = 0; k < 16; k++) {
			uint8_t byte;

			noise = noise * 1664525 + 1013904223;
			byte = (uint8_t)(noise >> 24);
			assert_int_equal(pwrite(fd, &byte, 1, noise / 16 % size), 1);
		}
		close(fd);
		target_fixture_open(&fixture, &format);
		if (reader_open(&reader, &o) < 0)
			continue;
		if (reader_start(reader, &fixture.target) == 0) {
			while (reader_next(reader, &picture) > 0)
				av_buffer_unref(&picture.memory);
		}
		reader_close(reader);
		assert_int_equal(fixture.n_taken, 0);
	}
}

/* --- what is damaged --- */

static const struct {
	const char *name, *codec, *fourcc;
} files[] = {
	{ "whole.mkv", "rawvideo", "YUYV" }, { "whole.nut", "rawvideo", "YU12" },
	{ "whole.avi", "rawvideo", "YUYV" }, { "whole.y4m", "wrapped_avframe", "YU12" },
	{ "whole.mkv", "ffv1", "YU12" },     { "whole.avi", "mjpeg", "422P" },
	{ "whole.mkv", "libx264", "YU12" },
};

/* All that is whole is played, and then it is said. */
static void cut_files_play_up_to_the_cut(void **state)
{
	static const int percents[] = { 40, 55, 73, 88 };

	(void)state;
	for (size_t i = 0; i < COUNT(files) * COUNT(percents); i++) {
		size_t f = i / COUNT(percents);
		int percent = percents[i % COUNT(percents)];
		const char *path =
			reader_fixture_make(files[f].name, files[f].codec, files[f].fourcc, 160, 120);
		struct video_format format = reader_fixture_format(files[f].fourcc, 160, 120, 0);
		struct reader_options o = reader_fixture_options(
			reader_fixture_cut(path, "cut", reader_fixture_size(path) * percent / 100));
		bool even = strcmp(files[f].codec, "rawvideo") == 0;
		struct target_fixture fixture;
		struct reader *reader;
		struct frame picture;
		unsigned n;

		if (getenv("VERBOSE"))
			fprintf(stderr, "# %s %s at %d%%\n", files[f].codec, files[f].name, percent);
		target_fixture_open(&fixture, &format);
		reader = reader_fixture_start(&o, &fixture);
		n = reader_fixture_read_all(reader, -EBADMSG);
		assert_true(n >= 1 && n < N_PICTURES);
		if (even)
			assert_in_range(n + 1, N_PICTURES * percent / 100, N_PICTURES * percent / 100 + 1);
		assert_non_null(strstr(reader_fixture_messages, "damaged"));
		assert_true(reader_info(reader).damaged > 0);
		assert_int_equal(reader_next(reader, &picture), 0);
		reader_close(reader);
	}
}

/* One bad picture among good ones. */
static void damage_is_passed_over(void **state)
{
	static const uint8_t zeros[1000];
	const char *path = reader_fixture_make("hole.avi", "mjpeg", "422P", 160, 120);
	struct video_format format = reader_fixture_format("422P", 160, 120, 0);
	struct reader_options o = reader_fixture_options(path);
	int fd = open(path, O_RDWR);
	uint8_t bytes[3];
	off_t at = reader_fixture_size(path) / 2;
	struct target_fixture fixture;
	struct reader *reader;

	(void)state;
	/* The start of a JPEG in the middle. */
	do
		assert_int_equal(pread(fd, bytes, 3, ++at), 3);
	while (bytes[0] != 0xff || bytes[1] != 0xd8 || bytes[2] != 0xff);
	assert_int_equal(pwrite(fd, zeros, sizeof zeros, at), sizeof zeros);
	close(fd);
	target_fixture_open(&fixture, &format);
	reader = reader_fixture_start(&o, &fixture);
	assert_int_equal(reader_fixture_read_all(reader, -EBADMSG), N_PICTURES - 1);
	assert_int_equal(reader_info(reader).damaged, 1);
	reader_close(reader);
}

/* A recording that was begun in the middle of a stream is whole, a file whose first picture is gone is not.
 */
static void beginnings_are_told_apart(void **state)
{
	const char *path = reader_fixture_make("whole.ts", "libx264", "YU12", 160, 120);
	struct video_format format = reader_fixture_format("YU12", 160, 120, 0);
	struct reader_options o = reader_fixture_options(
		reader_fixture_cut(path, "middle.ts", -(reader_fixture_size(path) / 188 / 4 * 188)));
	struct target_fixture fixture;
	struct reader *reader;
	int fd;

	(void)state;
	target_fixture_open(&fixture, &format);
	reader = reader_fixture_start(&o, &fixture);
	assert_in_range(reader_fixture_read_all(reader, 0), 1, N_PICTURES - 1);
	reader_close(reader);

	o = reader_fixture_options(reader_fixture_make("first.mp4", "libx264", "YU12", 160, 120));
	fd = open(o.url, O_WRONLY);
	assert_int_equal(pwrite(fd, "\377\377\377\377\377\377\377\377", 8, 48), 8);
	close(fd);
	reader = reader_fixture_start(&o, &fixture);
	reader_fixture_read_all(reader, -EBADMSG);
	reader_close(reader);
}

static void damaged_files_loop_all_the_same(void **state)
{
	const char *path = reader_fixture_make("whole.nut", "rawvideo", "YU12", 64, 48);
	struct video_format format = reader_fixture_format("YU12", 64, 48, 0);
	struct reader_options o =
		reader_fixture_options(reader_fixture_cut(path, "cut", reader_fixture_size(path) / 2));
	struct target_fixture fixture;
	struct reader *reader;
	unsigned once;

	(void)state;
	target_fixture_open(&fixture, &format);
	reader = reader_fixture_start(&o, &fixture);
	once = reader_fixture_read_all(reader, -EBADMSG);
	reader_close(reader);
	o.loops = 3;
	reader = reader_fixture_start(&o, &fixture);
	assert_int_equal(reader_fixture_read_all(reader, -EBADMSG), 3 * once);
	reader_close(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(playlists_are_refused),
		cmocka_unit_test(forced_containers_are_refused_too),
		cmocka_unit_test(series_of_pictures_play),
		cmocka_unit_test(addresses_that_cannot_be_opened),
		cmocka_unit_test(allowed_playlists_play),
		cmocka_unit_test(what_is_no_video_is_refused),
		cmocka_unit_test(impossible_options_are_refused),
		cmocka_unit_test(noise_is_survived),
		cmocka_unit_test(cut_files_play_up_to_the_cut),
		cmocka_unit_test(damage_is_passed_over),
		cmocka_unit_test(beginnings_are_told_apart),
		cmocka_unit_test(damaged_files_loop_all_the_same),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, reader_fixture_open, reader_fixture_close);
}
