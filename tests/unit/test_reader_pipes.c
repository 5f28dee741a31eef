/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of media/reader: pipes, and packets that are not decoded. */
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
#include "reader_rig.h"

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
	struct video_format format = rig_format("YU12", 160, 120, 0);
	struct reader_options o = rig_options("-");

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct feeder feeder = { .path = rig_make(names[i], codecs[i], "YU12", 160, 120) };
		int saved = feed_standard_input(&feeder);
		struct device device;
		struct reader *reader;

		target_open(&device, &format);
		reader = rig_start(&o, &device);
		assert_string_equal(reader_info(reader).path, "standard input");
		assert_int_equal(rig_read_all(reader, 0), N_PICTURES);
		reader_close(reader);
		end_feeding(&feeder, saved);
	}
}

/* What cannot be wound to is read up to. */
static void standard_input_begins_later(void **state)
{
	struct feeder feeder = { .path = rig_make("later.mkv", "libx264", "YU12", 64, 48) };
	struct video_format format = rig_format("YU12", 64, 48, 0);
	struct reader_options o = rig_options("-");
	int saved = feed_standard_input(&feeder);
	struct device device;
	struct reader *reader;

	(void)state;
	o.start_ns = 5 * STEP_NS;
	target_open(&device, &format);
	reader = rig_start(&o, &device);
	assert_int_equal(rig_read_all(reader, 0), N_PICTURES - 5);
	reader_close(reader);
	end_feeding(&feeder, saved);
}

static void pipes_do_not_loop(void **state)
{
	struct feeder feeder = { .path = rig_write_text("unread", "") };
	struct reader_options o = rig_options("-");
	int saved = feed_standard_input(&feeder);

	(void)state;
	o.loops = 2;
	rig_refused(&o, -ESPIPE, "more than once");
	o.loops = 0;
	rig_refused(&o, -ESPIPE, "more than once");
	end_feeding(&feeder, saved);
}

/* A redirected file is a file, from where it stands. */
static void redirected_files_loop(void **state)
{
	struct video_format format = rig_format("YU12", 64, 48, 0);
	int fd = open(rig_make("redirected.mkv", "libx264", "YU12", 64, 48), O_RDONLY);
	struct reader_options o = rig_options("-");
	int saved = dup(STDIN_FILENO);
	struct device device;
	struct reader *reader;

	(void)state;
	dup2(fd, STDIN_FILENO);
	o.loops = 2;
	target_open(&device, &format);
	reader = rig_start(&o, &device);
	assert_int_equal(rig_read_all(reader, 0), 2 * N_PICTURES);
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
	struct feeder feeder = { .path = rig_make("silent.mkv", "rawvideo", "YU12", 64, 48),
				 .keep_open = true };
	struct video_format format = rig_format("YU12", 64, 48, 0);
	struct reader_options o = rig_options("-");
	int saved = feed_standard_input(&feeder);
	struct device device;
	struct reader *reader;
	pthread_t thread;

	(void)state;
	target_open(&device, &format);
	reader = rig_start(&o, &device);
	pthread_create(&thread, NULL, cancel_soon, reader);
	rig_read_all(reader, -ECANCELED);
	assert_string_equal(rig_complaints, "");
	pthread_join(thread, NULL);
	reader_close(reader);
	end_feeding(&feeder, saved);
}

static void opening_can_be_left(void **state)
{
	struct feeder feeder = { .path = rig_write_text("nothing", ""), .keep_open = true };
	struct reader_options o = rig_options("-");
	int saved = feed_standard_input(&feeder);
	struct reader *reader;

	(void)state;
	o.cancel_fd = eventfd(1, EFD_CLOEXEC);
	rig_forget();
	assert_int_equal(reader_open(&reader, &o), -ECANCELED);
	assert_string_equal(rig_complaints, "");
	close(o.cancel_fd);
	end_feeding(&feeder, saved);
}

/* --- packets --- */

static void read_packets(const char *path, struct device *device,
			 void (*check)(const struct frame *, unsigned))
{
	struct reader_options o = rig_options(path);
	struct reader *reader;
	struct frame packet;

	o.decoder = "copy";
	reader = rig_start(&o, device);
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
	struct video_format jpeg = rig_format("MJPG", 64, 48, 0), h264 = rig_format("H264", 64, 48, 0);
	struct device device;

	(void)state;
	target_open(&device, &jpeg);
	read_packets(rig_make("packets.avi", "mjpeg", "422P", 64, 48), &device, check_jpeg);
	read_packets(rig_make("packets.mkv", "mjpeg", "422P", 64, 48), &device, check_jpeg);
	target_open(&device, &h264);
	read_packets(rig_make("packets.mkv", "libx264", "YU12", 64, 48), &device, check_h264);
	read_packets(rig_make("packets.mp4", "libx264", "YU12", 64, 48), &device, check_h264);
}

static void packets_must_fit(void **state)
{
	struct video_format format = rig_format("MJPG", 64, 48, 0);
	struct reader_options o = rig_options(rig_make("fit.avi", "mjpeg", "422P", 64, 48));
	struct device device;
	struct reader *reader;
	struct frame packet;

	(void)state;
	o.decoder = "copy";
	format.sizeimage[0] = 100;
	target_open(&device, &format);
	device.room = 0;
	reader = rig_start(&o, &device);
	assert_int_equal(reader_next(reader, &packet), -EMSGSIZE);
	assert_non_null(strstr(rig_complaints, "does not fit"));
	reader_close(reader);
	assert_int_equal(device.n_taken, 0);
}

static void a_device_must_take_the_codec(void **state)
{
	struct video_format format = rig_format("H264", 64, 48, 0);
	struct reader_options o = rig_options(rig_make("codec.avi", "mjpeg", "422P", 64, 48));
	struct device device;
	struct reader *reader;

	(void)state;
	o.decoder = "copy";
	target_open(&device, &format);
	assert_int_equal(reader_open(&reader, &o), 0);
	rig_forget();
	assert_int_equal(reader_start(reader, &device.target), -ERANGE);
	assert_non_null(strstr(rig_complaints, "mjpeg"));
	reader_close(reader);
	o = rig_options(rig_make("codec.mkv", "ffv1", "YU12", 64, 48));
	o.decoder = "copy";
	rig_refused(&o, -EINVAL, "no device takes ffv1");
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
	return cmocka_run_group_tests(tests, rig_open, rig_close);
}
