/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of media/writer: what befalls files. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <cmocka.h>
#include "media_fixture.h"

/* Bytes until the disk is full; below 0: endless. pwrite(), writev() and ftruncate() stand before the C
 * library's and keep to it. */
static int64_t room = -1;

/* As much as there is room for. */
static ssize_t write_what_fits(int fd, const struct iovec *pieces, int n)
{
	ssize_t total = 0, wrote = 0;

	for (int i = 0; i < n && room > 0 && wrote >= 0; i++) {
		size_t bytes = pieces[i].iov_len < (size_t)room ? pieces[i].iov_len : (size_t)room;

		wrote = syscall(SYS_write, fd, pieces[i].iov_base, bytes);
		total += wrote;
		room -= wrote;
	}
	if (total == 0)
		errno = ENOSPC;
	return total > 0 ? total : -1;
}

/* What goes past the page cache, in whole blocks; their last one is written twice. */
ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset)
{
	struct stat st;
	int64_t old, new;

	if (room < 0)
		return syscall(SYS_pwrite64, fd, data, bytes, offset);
	fstat(fd, &st);
	old = st.st_size > offset ? st.st_size - offset : 0;
	if (old > (int64_t)bytes)
		old = (int64_t)bytes;
	new = (int64_t)bytes - old;
	if (new > room)
		new = room - (old + room) % 4096;
	if (old + new <= 0) {
		errno = ENOSPC;
		return -1;
	}
	room -= new;
	return syscall(SYS_pwrite64, fd, data, (size_t)(old + new), offset);
}

ssize_t writev(int fd, const struct iovec *pieces, int n)
{
	return room >= 0 ? write_what_fits(fd, pieces, n) : syscall(SYS_writev, fd, pieces, n);
}

/* What is cut off is free again. */
int ftruncate(int fd, off_t length)
{
	struct stat st;

	if (room >= 0 && fstat(fd, &st) == 0 && st.st_size > length)
		room += st.st_size - length;
	return (int)syscall(SYS_ftruncate, fd, length);
}

int fallocate(int fd, int mode, off_t offset, off_t bytes)
{
	struct stat st;

	(void)mode;
	if (room >= 0 && fstat(fd, &st) == 0 && offset + bytes > st.st_size + room) {
		errno = ENOSPC;
		return -1;
	}
	return 0;
}

static void write_frame(const struct writer_options *o)
{
	struct writer *writer;

	assert_int_equal(writer_open(&writer, o), 0);
	assert_int_equal(media_fixture_write(writer, &o->format, 0), 0);
	assert_int_equal(writer_close(writer), 0);
}

static void existing_files(void **state)
{
	struct video_format format = media_fixture_format("YUYV", 416, 240, 0);
	struct writer_options o = media_fixture_options(media_fixture_path("there.nut"), &format);
	struct readback r;
	struct writer *writer;

	(void)state;
	write_frame(&o);
	o.overwrite = false;
	media_fixture_refused(&o, -EEXIST, "there.nut: exists: use -y");
	assert_true(media_fixture_exists(o.url));
	/* One that was there stays as it was when nothing comes into it, or its successor cannot even begin.
	 */
	o.overwrite = true;
	assert_int_equal(writer_open(&writer, &o), 0);
	assert_int_equal(writer_close(writer), 0);
	o.codec = "libx264-no-such";
	media_fixture_refused(&o, -EINVAL, "libx264-no-such: no such video encoder");
	readback_open(&r, o.url);
	assert_true(readback_frame(&r));
	media_fixture_check_picture(r.frame, &format, 0);
	readback_close(&r);
	unlink(o.url);
}

/* Of muxers that go back in their header, too. */
static void an_overwritten_file_is_as_a_new_one(void **state)
{
	static const char *const containers[] = { "nut", "mkv", "avi", "mov", "y4m", "rawvideo" };
	static uint8_t new[1 << 20], old[1 << 20];
	struct video_format format = media_fixture_format("YU12", 416, 240, 0);

	(void)state;
	for (size_t i = 0; i < COUNT(containers); i++) {
		struct writer_options o = media_fixture_options(media_fixture_path("over"), &format);
		size_t n;
		FILE *file;

		o.container = containers[i];
		o.format_options = "fflags=+bitexact"; /* no random IDs */
		write_frame(&o);
		n = media_fixture_read_file(o.url, new, sizeof new);
		file = fopen(o.url, "wb");
		assert_int_equal(fwrite(old, 1, sizeof old, file), sizeof old);
		assert_int_equal(fclose(file), 0);
		o.overwrite = true;
		write_frame(&o);
		assert_int_equal(media_fixture_read_file(o.url, old, sizeof old), n);
		assert_memory_equal(old, new, n);
		unlink(o.url);
	}
}

static void a_strangers_file_is_not_removed(void **state)
{
	struct video_format format = media_fixture_format("YUYV", 416, 240, 0);
	struct writer_options o = media_fixture_options(media_fixture_path("ours.nut"), &format);
	const char *moved = media_fixture_path("moved.nut");
	struct writer *writer;

	(void)state;
	assert_int_equal(writer_open(&writer, &o), 0);
	assert_int_equal(rename(o.url, moved), 0);
	fclose(fopen(o.url, "wb"));
	assert_int_equal(writer_close(writer), 0);
	assert_true(media_fixture_exists(o.url));
	unlink(o.url);
	unlink(moved);
}

static void files_without_frames_go(void **state)
{
	static const char *const names[] = { "e.nut", "e.mkv", "e.avi", "e.mov", "e.mp4", "e.y4m", "e.raw" };
	struct video_format format = media_fixture_format("YUYV", 416, 240, 0);
	struct writer *writer;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct writer_options o = media_fixture_options(media_fixture_path(names[i]), &format);

		assert_int_equal(writer_open(&writer, &o), 0);
		assert_true(media_fixture_exists(o.url));
		assert_int_equal(writer_close(writer), 0);
		assert_false(media_fixture_exists(o.url));
	}
	assert_int_equal(writer_close(NULL), 0);
}

static void files_that_cannot_be(void **state)
{
	struct video_format format = media_fixture_format("YUYV", 416, 240, 0);
	struct writer_options o = media_fixture_options(media_fixture_path("no/such.nut"), &format);

	(void)state;
	media_fixture_refused(&o, -ENOENT, "its directory does not exist");
	o.url = media_fixture_path("");
	media_fixture_refused(&o, -EISDIR, "is a directory");
	o.url = media_fixture_path("name");
	media_fixture_refused(&o, -EINVAL, "cannot tell the container from the name");
	o.container = "no-such-container";
	media_fixture_refused(&o, -EINVAL, "no such container");
	o.container = "mp4";
	o.codec = "copy";
	media_fixture_refused(
		&o, -ENOTSUP,
		"mp4 cannot hold YUYV frames as they are; containers that can: mkv, nut, avi, mov, raw");
	o.format = media_fixture_format("XXXX", 416, 240, 0);
	o.codec = "auto";
	o.container = "mkv";
	media_fixture_refused(&o, -ENOTSUP, "containers that can: raw");
	o.format = media_fixture_format("YUYV", 416, 240, 0);
	o.format.bytesperline[0] = 100;
	media_fixture_refused(&o, -EINVAL, "are inconsistent");
	assert_false(media_fixture_exists(media_fixture_path("name")));
}

static void short_frames_are_refused(void **state)
{
	struct video_format format = media_fixture_format("YUYV", 416, 240, 0);
	struct writer_options o = media_fixture_options(media_fixture_path("short.nut"), &format);
	struct frame frame = media_fixture_frame(&format, 0);
	struct writer *writer;

	(void)state;
	media_fixture_clear_errors();
	assert_int_equal(writer_open(&writer, &o), 0);
	frame.planes[0].bytes = 416 * 240 * 2 - 1;
	assert_int_equal(writer_write(writer, &frame), -EINVAL);
	assert_non_null(strstr(media_fixture_errors, "frame too short: 199679 bytes"));
	frame.planes[0].bytes++;
	assert_int_equal(writer_write(writer, &frame), -EINVAL); /* for good */
	assert_int_equal(writer_close(writer), -EINVAL);
	assert_false(media_fixture_exists(o.url));
	av_buffer_unref(&frame.memory);
}

/* What came before is a file that reads well. */
static void fill_the_disk(const char *name, const struct video_format *format, int64_t frame_bytes)
{
	struct writer_options o = media_fixture_options(media_fixture_path(name), format);
	struct writer *writer;
	struct readback r;
	unsigned n = 0, written = 0;
	int err = 0;

	media_fixture_clear_errors();
	room = 7 * frame_bytes;
	assert_int_equal(writer_open(&writer, &o), 0);
	while (written < 20 && (err = media_fixture_write(writer, format, written)) == 0)
		written++;
	assert_int_equal(err, -ENOSPC);
	assert_int_equal(written, 6);
	assert_non_null(strstr(media_fixture_errors, "No space left on device after 6 frames"));
	assert_int_equal(writer_finish(writer), -ENOSPC);
	assert_int_equal(writer_info(writer).frames, 6);
	assert_int_equal(writer_close(writer), -ENOSPC);
	assert_int_equal(strchr(media_fixture_errors, '\n')[1], 0); /* one line */
	room = -1;
	readback_open(&r, o.url);
	for (; n < written && readback_frame(&r); n++)
		media_fixture_check_picture(r.frame, format, n);
	assert_int_equal(n, written);
	assert_false(readback_packet(&r)); /* nor is there a torn one */
	readback_close(&r);
	unlink(o.url);
}

static void full_disk(void **state)
{
	static const char *const names[] = { "f.nut", "f.mkv", "f.avi", "f.mov", "f.y4m" };
	struct video_format format = media_fixture_format("YU12", 416, 240, 0);
	struct video_format large = media_fixture_format("YUYV", 1280, 720, 0);

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		fill_the_disk(names[i], &format, 416 * 240 * 3 / 2);
		/* Frames that go past the page cache. */
		if (strcmp(names[i], "f.y4m") != 0)
			fill_the_disk(names[i], &large, 1280 * 720 * 2);
	}
}

/* Always full, and not ours to remove. */
static void full_device(void **state)
{
	static const char *const containers[] = { "nut", "mkv", "avi", "mov", "y4m", "raw" };
	struct video_format format = media_fixture_format("YU12", 416, 240, 0);

	(void)state;
	for (size_t i = 0; i < COUNT(containers); i++) {
		struct writer_options o = media_fixture_options("/dev/full", &format);
		struct writer *writer;
		int err;

		o.container = containers[i];
		err = writer_open(&writer, &o);
		if (err == 0) {
			err = media_fixture_write(writer, &format, 0);
			assert_int_equal(writer_close(writer), -ENOSPC);
		}
		assert_int_equal(err, -ENOSPC);
		assert_true(media_fixture_exists("/dev/full"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(existing_files),
		cmocka_unit_test(an_overwritten_file_is_as_a_new_one),
		cmocka_unit_test(a_strangers_file_is_not_removed),
		cmocka_unit_test(files_without_frames_go),
		cmocka_unit_test(files_that_cannot_be),
		cmocka_unit_test(short_frames_are_refused),
		cmocka_unit_test(full_disk),
		cmocka_unit_test(full_device),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, media_fixture_open, media_fixture_close);
}
