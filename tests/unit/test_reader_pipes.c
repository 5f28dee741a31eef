/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of media/reader: pipes, and packets that are not decoded. */
/* Runs under: asan tsan */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <cmocka.h>
#include "reader_fixture.h"

/* --- pipes --- */

struct feeder {
	pthread_t thread;
	const char *path;
	int fd;
	bool keep_open;
};

static void *feed(void *opaque)
{
	struct feeder *f = opaque;
	FILE *in = fopen(f->path, "rb");
	uint8_t bytes[1000];
	size_t n;

	while ((n = fread(bytes, 1, sizeof bytes, in)) > 0) {
		if (write(f->fd, bytes, n) < 0)
			break;
	}
	fclose(in);
	if (!f->keep_open)
		close(f->fd);
	return NULL;
}

/* Puts a pipe in the place of standard input. */
static int feed_standard_input(struct feeder *f)
{
	int ends[2], saved = dup(STDIN_FILENO);

	assert_int_equal(pipe(ends), 0);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	f->fd = ends[1];
	assert_int_equal(pthread_create(&f->thread, NULL, feed, f), 0);
	return saved;
}

static void end_feeding(struct feeder *f, int saved)
{
	dup2(saved, STDIN_FILENO);
	close(saved);
	pthread_join(f->thread, NULL);
	if (f->keep_open)
		close(f->fd);
}

static void standard_input_plays(void **state)
{
	static const char *const names[] = { "piped.mkv", "piped.nut", "piped.ts", "piped.y4m" };
	static const char *const codecs[] = { "rawvideo", "rawvideo", "libx264", "wrapped_avframe" };
	struct video_format format = reader_fixture_format("YU12", 160, 120, 0);
	struct reader_options o = reader_fixture_options("-");

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct feeder feeder = { .path = reader_fixture_make(names[i], codecs[i], "YU12", 160, 120) };
		int saved = feed_standard_input(&feeder);
		struct target_fixture fixture;
		struct reader *reader;

		target_fixture_open(&fixture, &format);
		reader = reader_fixture_start(&o, &fixture);
		assert_string_equal(reader_info(reader).path, "standard input");
		assert_int_equal(reader_fixture_read_all(reader, 0), N_PICTURES);
		reader_close(reader);
		end_feeding(&feeder, saved);
	}
}

/* What cannot be wound to is read up to. */
static void standard_input_begins_later(void **state)
{
	struct feeder feeder = { .path = reader_fixture_make("later.mkv", "libx264", "YU12", 64, 48) };
	struct video_format format = reader_fixture_format("YU12", 64, 48, 0);
	struct reader_options o = reader_fixture_options("-");
	int saved = feed_standard_input(&feeder);
	struct target_fixture fixture;
	struct reader *reader;

	(void)state;
	o.start_ns = 5 * STEP_NS;
	target_fixture_open(&fixture, &format);
	reader = reader_fixture_start(&o, &fixture);
	assert_int_equal(reader_fixture_read_all(reader, 0), N_PICTURES - 5);
	reader_close(reader);
	end_feeding(&feeder, saved);
}

static void pipes_do_not_loop(void **state)
{
	struct feeder feeder = { .path = reader_fixture_write_text("unread", "") };
	struct reader_options o = reader_fixture_options("-");
	int saved = feed_standard_input(&feeder);

	(void)state;
	o.loops = 2;
	reader_fixture_refused(&o, -ESPIPE, "more than once");
	o.loops = 0;
	reader_fixture_refused(&o, -ESPIPE, "more than once");
	end_feeding(&feeder, saved);
}

/* A redirected file is a file, from where it stands. */
static void redirected_files_loop(void **state)
{
	struct video_format format = reader_fixture_format("YU12", 64, 48, 0);
	int fd = open(reader_fixture_make("redirected.mkv", "libx264", "YU12", 64, 48), O_RDONLY);
	struct reader_options o = reader_fixture_options("-");
	int saved = dup(STDIN_FILENO);
	struct target_fixture fixture;
	struct reader *reader;

	(void)state;
	dup2(fd, STDIN_FILENO);
	o.loops = 2;
	target_fixture_open(&fixture, &format);
	reader = reader_fixture_start(&o, &fixture);
	assert_int_equal(reader_fixture_read_all(reader, 0), 2 * N_PICTURES);
	reader_close(reader);
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(fd);
}

static void *cancel_soon(void *opaque)
{
	usleep(50000);
	reader_cancel(opaque);
	return NULL;
}

static void a_silent_pipe_can_be_left(void **state)
{
	struct feeder feeder = { .path = reader_fixture_make("silent.mkv", "rawvideo", "YU12", 64, 48),
				 .keep_open = true };
	struct video_format format = reader_fixture_format("YU12", 64, 48, 0);
	struct reader_options o = reader_fixture_options("-");
	int saved = feed_standard_input(&feeder);
	struct target_fixture fixture;
	struct reader *reader;
	pthread_t thread;

	(void)state;
	target_fixture_open(&fixture, &format);
	reader = reader_fixture_start(&o, &fixture);
	pthread_create(&thread, NULL, cancel_soon, reader);
	reader_fixture_read_all(reader, -ECANCELED);
	assert_string_equal(reader_fixture_messages, "");
	pthread_join(thread, NULL);
	reader_close(reader);
	end_feeding(&feeder, saved);
}

static void opening_can_be_left(void **state)
{
	struct feeder feeder = { .path = reader_fixture_write_text("nothing", ""), .keep_open = true };
	struct reader_options o = reader_fixture_options("-");
	int saved = feed_standard_input(&feeder);
	struct reader *reader;

	(void)state;
	o.cancel_fd = eventfd(1, EFD_CLOEXEC);
	reader_fixture_clear_messages();
	assert_int_equal(reader_open(&reader, &o), -ECANCELED);
	assert_string_equal(reader_fixture_messages, "");
	close(o.cancel_fd);
	end_feeding(&feeder, saved);
}

/* --- packets --- */

static void read_packets(const char *path, struct target_fixture *fixture,
			 void (*check)(const struct frame *, unsigned))
{
	struct reader_options o = reader_fixture_options(path);
	struct reader *reader;
	struct frame packet;

	o.decoder = "copy";
	reader = reader_fixture_start(&o, fixture);
	for (unsigned n = 0; n < N_PICTURES; n++) {
		assert_int_equal(reader_next(reader, &packet), 1);
		assert_int_equal(packet.n_planes, 1);
		assert_int_equal(packet.copied_bytes, packet.planes[0].bytes);
		assert_int_equal(packet.pts_ns, n * STEP_NS);
		check(&packet, n);
		av_buffer_unref(&packet.memory);
	}
	assert_int_equal(reader_next(reader, &packet), 0);
	reader_close(reader);
}

static void check_jpeg(const struct frame *packet, unsigned n)
{
	(void)n;
	assert_true(packet->key);
	assert_memory_equal(packet->planes[0].data, "\xff\xd8\xff", 3);
	assert_memory_equal(packet->planes[0].data + packet->planes[0].bytes - 2, "\xff\xd9", 2);
}

/* Start codes before each unit, and parameter sets before each key frame. */
static void check_h264(const struct frame *packet, unsigned n)
{
	const uint8_t *data = packet->planes[0].data;
	bool parameters = false;

	assert_int_equal(packet->key, n % 4 == 0);
	assert_true(memcmp(data, "\0\0\0\1", 4) == 0 || memcmp(data, "\0\0\1", 3) == 0);
	for (size_t i = 0; i + 4 < packet->planes[0].bytes; i++)
		parameters = parameters || (memcmp(data + i, "\0\0\1", 3) == 0 && (data[i + 3] & 0x1f) == 7);
	assert_int_equal(parameters, packet->key);
}

static void packets_pass_undecoded(void **state)
{
	struct video_format jpeg = reader_fixture_format("MJPG", 64, 48, 0),
			    h264 = reader_fixture_format("H264", 64, 48, 0);
	struct target_fixture fixture;

	(void)state;
	target_fixture_open(&fixture, &jpeg);
	read_packets(reader_fixture_make("packets.avi", "mjpeg", "422P", 64, 48), &fixture, check_jpeg);
	read_packets(reader_fixture_make("packets.mkv", "mjpeg", "422P", 64, 48), &fixture, check_jpeg);
	target_fixture_open(&fixture, &h264);
	read_packets(reader_fixture_make("packets.mkv", "libx264", "YU12", 64, 48), &fixture, check_h264);
	read_packets(reader_fixture_make("packets.mp4", "libx264", "YU12", 64, 48), &fixture, check_h264);
}

static void packets_must_fit(void **state)
{
	struct video_format format = reader_fixture_format("MJPG", 64, 48, 0);
	struct reader_options o =
		reader_fixture_options(reader_fixture_make("fit.avi", "mjpeg", "422P", 64, 48));
	struct target_fixture fixture;
	struct reader *reader;
	struct frame packet;

	(void)state;
	o.decoder = "copy";
	format.sizeimage[0] = 100;
	target_fixture_open(&fixture, &format);
	fixture.room = 0;
	reader = reader_fixture_start(&o, &fixture);
	assert_int_equal(reader_next(reader, &packet), -EMSGSIZE);
	assert_non_null(strstr(reader_fixture_messages, "does not fit"));
	reader_close(reader);
	assert_int_equal(fixture.n_taken, 0);
}

static void a_device_must_take_the_codec(void **state)
{
	struct video_format format = reader_fixture_format("H264", 64, 48, 0);
	struct reader_options o =
		reader_fixture_options(reader_fixture_make("codec.avi", "mjpeg", "422P", 64, 48));
	struct target_fixture fixture;
	struct reader *reader;

	(void)state;
	o.decoder = "copy";
	target_fixture_open(&fixture, &format);
	assert_int_equal(reader_open(&reader, &o), 0);
	reader_fixture_clear_messages();
	assert_int_equal(reader_start(reader, &fixture.target), -ERANGE);
	assert_non_null(strstr(reader_fixture_messages, "mjpeg"));
	reader_close(reader);
	o = reader_fixture_options(reader_fixture_make("codec.mkv", "ffv1", "YU12", 64, 48));
	o.decoder = "copy";
	reader_fixture_refused(&o, -EINVAL, "no device takes ffv1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(standard_input_plays),
		cmocka_unit_test(standard_input_begins_later),
		cmocka_unit_test(pipes_do_not_loop),
		cmocka_unit_test(redirected_files_loop),
		cmocka_unit_test(a_silent_pipe_can_be_left),
		cmocka_unit_test(opening_can_be_left),
		cmocka_unit_test(packets_pass_undecoded),
		cmocka_unit_test(packets_must_fit),
		cmocka_unit_test(a_device_must_take_the_codec),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, reader_fixture_open, reader_fixture_close);
}
