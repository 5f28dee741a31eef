/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Matroska files that break off: the index and the Duration in front of them. */
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
#include "media_fixture.h"

/* Frames a second apart, so many that the index is thinned out with the last one. */
#define N_INDEXED 1024
#define INDEX_BYTES 40960 /* up to the first Cluster */
#define SECTOR_BYTES 512
#define N_CUT 64

/* Seeks in a file that was not closed, and reads little of it. */
static void seek_by_index(const char *path, const struct video_format *format, unsigned to)
{
	struct readback r;
	int64_t bytes, at_us;
	unsigned second;

	readback_open(&r, path);
	bytes = r.demux->pb->bytes_read;
	assert_true(av_seek_frame(r.demux, 0, to * INT64_C(1000), AVSEEK_FLAG_BACKWARD) >= 0);
	assert_true(readback_frame(&r));
	at_us = readback_frame_us(&r);
	second = (unsigned)(at_us / 1000000);
	assert_in_range(second, to - 2, to);
	media_fixture_check_picture(r.frame, format, second * 25);
	assert_true(r.demux->pb->bytes_read - bytes < 150000);
	readback_close(&r);
}

static void read_index(const char *path, uint8_t *index)
{
	assert_int_equal(media_fixture_read_file(path, index, INDEX_BYTES), INDEX_BYTES);
}

static void write_index(const char *path, const uint8_t *new, const uint8_t *old, size_t n_new)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	assert_int_equal(pwrite(fd, new, n_new, 0), n_new);
	assert_int_equal(pwrite(fd, old + n_new, INDEX_BYTES - n_new, (off_t)n_new), INDEX_BYTES - n_new);
	assert_int_equal(close(fd), 0);
}

/* With a time for it, the index follows what is on the disk. */
static void an_index_waits_for_the_sync(void **state)
{
	static uint8_t index[INDEX_BYTES];
	struct video_format format = media_fixture_format("YUYV", 416, 240, 0);
	struct writer_options o = media_fixture_options(media_fixture_path("synced.mkv"), &format);
	struct writer *writer;

	(void)state;
	for (unsigned synced = 0; synced < 2; synced++) {
		o.sync_ns = synced ? 1 : INT64_MAX;
		assert_int_equal(writer_open(&writer, &o), 0);
		assert_int_equal(media_fixture_write(writer, &format, 0), 0);
		read_index(o.url, index);
		assert_int_equal(!!memmem(index, INDEX_BYTES, "\x1c\x53\xbb\x6b\x01", 5), synced);
		assert_int_equal(writer_close(writer), 0);
		unlink(o.url);
	}
}

/* The Duration that libavformat finds in front; -1: none. */
static double duration_s(const char *path)
{
	AVFormatContext *demuxer = NULL;
	double seconds;

	assert_int_equal(avformat_open_input(&demuxer, path, NULL, NULL), 0);
	seconds = demuxer->duration == AV_NOPTS_VALUE ? -1 : (double)demuxer->duration / AV_TIME_BASE;
	avformat_close_input(&demuxer);
	return seconds;
}

/* As long as the index, to a second; also past the page cache, where whole blocks are written. */
static void cut_off_matroska_has_its_duration(void **state)
{
	struct video_format format = media_fixture_format("YUYV", 64, 16, 0);
	struct writer_options o = media_fixture_options(media_fixture_path("long.mkv"), &format);
	struct writer *writer;

	(void)state;
	for (o.direct_io = DIRECT_IO_ON; o.direct_io <= DIRECT_IO_OFF; o.direct_io++) {
		assert_int_equal(writer_open(&writer, &o), 0);
		for (unsigned n = 0; n < 100; n += 10)
			assert_int_equal(media_fixture_write(writer, &format, n), 0);
		assert_in_range(duration_s(o.url) * 1000, 2600, 4000);
		assert_int_equal(writer_close(writer), 0);
		assert_in_range(duration_s(o.url) * 1000, 3640, 4000);
		unlink(o.url);
	}
}

/* Leaves any part of the file behind its first Cluster zero, or without its end, as a power cut does where
 * nothing was synced. */
static void lose_pages(const char *path, int64_t first_page, int64_t n_pages)
{
	static const uint8_t zeros[4096];
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (rand() % 2)
		assert_int_equal(ftruncate(fd, (first_page + rand() % (n_pages - first_page)) * 4096), 0);
	for (int64_t page = first_page; page < n_pages; page++)
		if (rand() % 3 == 0 && lseek(fd, 0, SEEK_END) > page * 4096)
			assert_int_equal(pwrite(fd, zeros, sizeof zeros, page * 4096), sizeof zeros);
	assert_int_equal(close(fd), 0);
}

/* Each packet that can be read is found, by an index that names Clusters which are not there. */
static void check_seeking(const char *path)
{
	int64_t times[N_CUT], n = 0, found;
	struct readback r;

	readback_open(&r, path);
	while (n < N_CUT && readback_packet(&r))
		times[n++] = r.packet->pts;
	for (int64_t i = 0; i < n; i++) {
		assert_true(av_seek_frame(r.demux, 0, times[i], AVSEEK_FLAG_BACKWARD) >= 0);
		assert_true(readback_packet(&r));
		found = r.packet->pts;
		assert_true(found <= times[i]);
		while (found < times[i] && readback_packet(&r))
			found = r.packet->pts;
		assert_int_equal(found, times[i]);
	}
	readback_close(&r);
}

static void cut_off_matroska_can_be_sought_without_syncs(void **state)
{
	struct video_format format = media_fixture_format("YUYV", 64, 16, 0);
	struct writer_options o = media_fixture_options(media_fixture_path("lost.mkv"), &format);
	struct writer *writer;
	uint8_t *whole = malloc(MAX_FRAME_BYTES);
	size_t n;

	(void)state;
	assert_int_equal(writer_open(&writer, &o), 0);
	for (unsigned i = 0; i < N_CUT; i++)
		assert_int_equal(media_fixture_write(writer, &format, i * 25), 0);
	n = media_fixture_read_file(o.url, whole, MAX_FRAME_BYTES);
	assert_non_null(memmem(whole, INDEX_BYTES, "\x1c\x53\xbb\x6b\x01", 5));
	assert_int_equal(writer_close(writer), 0);
	for (int i = 0; i < 20; i++) {
		FILE *file = fopen(o.url, "wb");

		assert_int_equal(fwrite(whole, 1, n, file), n);
		assert_int_equal(fclose(file), 0);
		lose_pages(o.url, INDEX_BYTES / 4096, (int64_t)n / 4096);
		check_seeking(o.url);
	}
	free(whole);
	unlink(o.url);
}

/* By an index in front, of which any number of sectors may be on the disk when the power fails. */
static void cut_off_matroska_can_be_sought(void **state)
{
	static uint8_t full[INDEX_BYTES], thin[INDEX_BYTES];
	struct video_format format = media_fixture_format("YUYV", 64, 16, 0);
	struct writer_options o = media_fixture_options(media_fixture_path("cut.mkv"), &format);
	struct writer *writer;
	struct readback r;

	(void)state;
	assert_int_equal(writer_open(&writer, &o), 0);
	for (unsigned n = 0; n < N_INDEXED; n++) {
		if (n == N_INDEXED - 1)
			read_index(o.url, full);
		assert_int_equal(media_fixture_write(writer, &format, n * 25), 0);
	}
	read_index(o.url, thin);
	assert_memory_not_equal(full + INDEX_BYTES / 2, thin + INDEX_BYTES / 2, INDEX_BYTES / 2);
	for (size_t n_new = 0; n_new <= INDEX_BYTES; n_new += 5 * SECTOR_BYTES) {
		write_index(o.url, thin, full, n_new);
		seek_by_index(o.url, &format, N_INDEXED - 8);
		seek_by_index(o.url, &format, N_INDEXED / 2 + 1);
	}
	assert_int_equal(writer_close(writer), 0);
	/* One that was closed has libavformat's, of each frame. */
	read_index(o.url, full);
	assert_null(memmem(full, INDEX_BYTES, "\x1c\x53\xbb\x6b\x01", 5));
	readback_open(&r, o.url);
	assert_true(av_seek_frame(r.demux, 0, 1001000, AVSEEK_FLAG_BACKWARD) >= 0);
	assert_true(readback_frame(&r));
	assert_int_equal(readback_frame_us(&r), 1001000000);
	readback_close(&r);
	unlink(o.url);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_index_waits_for_the_sync),
		cmocka_unit_test(cut_off_matroska_has_its_duration),
		cmocka_unit_test(cut_off_matroska_can_be_sought_without_syncs),
		cmocka_unit_test(cut_off_matroska_can_be_sought),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, media_fixture_open, media_fixture_close);
}
