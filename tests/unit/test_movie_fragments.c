/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mp4 and mov files that break off, with any length of time between two frames. */
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
#include "base/array.h"
#include "media/libav.h"
#include "media/write/muxer.h"
#include "media_fixture.h"

#define PAGE 4096
#define N_PACKETS 2000
#define MAX_FILE_BYTES (1 << 20)
#define MINUTE INT64_C(60000000) /* in microseconds */
#define DAY (24 * 60 * MINUTE)

static uint8_t content[MAX_FILE_BYTES];

static void open_muxer(struct muxer *m, const char *path)
{
	struct muxer_caps caps;

	libav_init();
	media_fixture_clear_errors();
	assert_int_equal(muxer_caps_find(&caps, path, NULL), 0);
	assert_int_equal(muxer_open(m, &caps, NULL), 0);
	m->stream->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
	m->stream->codecpar->codec_id = AV_CODEC_ID_MPEG4;
	m->stream->codecpar->width = m->stream->codecpar->height = 64;
	muxer_set_rate(m, FILE_CLOCK_TIMES, (AVRational){ 0, 1 });
	assert_int_equal(muxer_open_file(m, AVIO_FILE_OVERWRITE, DIRECT_IO_OFF), 0);
	assert_int_equal(muxer_write_header(m), 0);
}

static int write_packet(struct muxer *m, int64_t dts, int64_t pts, int64_t duration, int bytes)
{
	AVPacket *packet = av_packet_alloc();
	int err;

	assert_int_equal(av_new_packet(packet, bytes), 0);
	memset(packet->data, 0x55, (size_t)bytes);
	packet->dts = dts;
	packet->pts = pts;
	packet->duration = duration;
	packet->flags = AV_PKT_FLAG_KEY;
	err = muxer_write_packet(m, packet);
	av_packet_free(&packet);
	return err;
}

/* --- where fragments lie --- */

static uint32_t word(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Checks that each moof box, with the header behind it, is in one page. Returns how many there are. */
static unsigned check_boxes(const uint8_t *file, size_t n)
{
	unsigned n_moof = 0;
	size_t at = 0;

	for (uint32_t bytes; at + 8 <= n; at += bytes) {
		bytes = word(file + at);
		assert_in_range(bytes, 8, n - at);
		if (memcmp(file + at + 4, "moof", 4) != 0)
			continue;
		n_moof++;
		assert_int_equal(at / PAGE, (at + bytes + 7) / PAGE);
	}
	assert_int_equal(at, n);
	return n_moof;
}

static int count_packets(const char *path)
{
	AVFormatContext *demuxer = NULL;
	AVPacket *packet = av_packet_alloc();
	int n = 0;

	if (avformat_open_input(&demuxer, path, NULL, NULL) < 0)
		n = -1;
	while (n >= 0 && av_read_frame(demuxer, packet) >= 0) {
		n++;
		av_packet_unref(packet);
	}
	av_packet_free(&packet);
	avformat_close_input(&demuxer);
	return n;
}

static void store(const char *path, size_t n, size_t zeros)
{
	FILE *file = fopen(path, "wb");

	assert_int_equal(fwrite(content, 1, n, file), n);
	for (size_t i = 0; i < zeros; i++)
		assert_int_equal(fputc(0, file), 0);
	assert_int_equal(fclose(file), 0);
}

/* Whatever page is the last to be there, with zeros behind it or not, the file has what it had with one less.
 */
static void check_cuts(size_t n)
{
	const char *path = media_fixture_path("cut.mp4");
	int n_cut = -1, n_zeroed = -1;

	for (size_t end = PAGE; end < n; end += PAGE) {
		store(path, end, 0);
		assert_in_range(count_packets(path), n_cut < 0 ? 0 : n_cut, N_PACKETS);
		n_cut = count_packets(path);
		store(path, end, n - end);
		assert_in_range(count_packets(path), n_zeroed < n_cut ? n_cut : n_zeroed, N_PACKETS);
		n_zeroed = count_packets(path);
	}
	assert_true(n_cut > N_PACKETS / 2);
	unlink(path);
}

/* Fragments of one sample and of many, most of which would lie across a page's end somewhere. */
static void a_moof_box_is_in_a_page(void **state)
{
	static const int64_t intervals[] = { 40000, 1000, 250000 };
	struct muxer m;
	int64_t dts;
	size_t n;

	(void)state;
	for (unsigned i = 0; i < 2 * ARRAY_SIZE(intervals); i++) {
		const char *path = media_fixture_path(i % 2 ? "a.mov" : "a.mp4");

		m = (struct muxer){ .sync_ns = INT64_MAX };
		open_muxer(&m, path);
		dts = 0;
		for (unsigned k = 0; k < N_PACKETS; k++) {
			/* Every third sample has a fragment of its own for a while. */
			m.sync_ns = k % 512 < 12 && k % 3 == 0 ? 1 : INT64_MAX;
			assert_int_equal(write_packet(&m, dts, dts + k % 5 * 400, intervals[i / 2],
						      7 + (int)(k * 31 % 90)),
					 0);
			dts += intervals[i / 2];
		}
		n = media_fixture_read_file(path, content, sizeof content);
		assert_true(check_boxes(content, n) > 15);
		check_cuts(n);
		assert_int_equal(muxer_finish(&m, 0), 0);
		muxer_close(&m);
		assert_int_equal(count_packets(path), N_PACKETS);
		unlink(path);
	}
}

/* --- times --- */

/* Of packets in decoding order; -1 ends. */
static const int64_t regular[][2] = { { 0, 0 },           { 40000, 40000 },   { 80000, 80000 },
				      { 120000, 120000 }, { 160000, 160000 }, { -1, -1 } };
static const int64_t uneven[][2] = {
	{ 0, 0 },           { 40000, 40000 },     { 70000, 70000 },     { 70001, 70001 },
	{ 170000, 170000 }, { 1200000, 1200000 }, { 1200010, 1200010 }, { -1, -1 }
};
static const int64_t gaps[][2] = { { 0, 0 },
				   { 40000, 40000 },
				   { 60 * MINUTE, 60 * MINUTE },
				   { 60 * MINUTE + 40000, 60 * MINUTE + 40000 },
				   { 120 * MINUTE, 120 * MINUTE },
				   { 9 * DAY, 9 * DAY },
				   { 9 * DAY + 1, 9 * DAY + 1 },
				   { 900 * DAY, 900 * DAY },
				   { -1, -1 } };
/* Two frames late, as an encoder gives them. */
static const int64_t reordered[][2] = { { 0, 80000 },
					{ 40000, 200000 },
					{ 80000, 120000 },
					{ 120000, 60 * MINUTE },
					{ 200000, 60 * MINUTE + 120000 },
					{ 60 * MINUTE, 60 * MINUTE + 40000 },
					{ 60 * MINUTE + 40000, 60 * MINUTE + 80000 },
					{ 60 * MINUTE + 80000, 9 * DAY },
					{ 60 * MINUTE + 120000, 9 * DAY + 80000 },
					{ 9 * DAY, 9 * DAY + 40000 },
					{ -1, -1 } };

/* Writes them and expects to find each at its time, from where the first one is. */
static void check_times(const char *name, const int64_t (*times)[2], int64_t sync_ns)
{
	const char *path = media_fixture_path(name);
	struct muxer m = { .sync_ns = sync_ns };
	int64_t interval = 40000, first = 0;
	struct readback r;

	open_muxer(&m, path);
	for (size_t i = 0; times[i][0] >= 0; i++) {
		/* As that of the frame before, if that is known. */
		if (i > 1)
			interval = times[i - 1][0] - times[i - 2][0];
		assert_int_equal(write_packet(&m, times[i][0], times[i][1], interval, 100), 0);
	}
	assert_int_equal(muxer_finish(&m, 0), 0);
	muxer_close(&m);
	assert_string_equal(media_fixture_errors, "");
	readback_open(&r, path);
	for (size_t i = 0; times[i][0] >= 0; i++) {
		assert_true(readback_packet(&r));
		if (i == 0)
			first = times[i][1] - readback_packet_us(&r);
		assert_int_equal(readback_packet_us(&r) + first, times[i][1]);
	}
	assert_false(readback_packet(&r));
	readback_close(&r);
	unlink(path);
}

static void frames_have_their_times(void **state)
{
	static const struct {
		const char *name;
		const int64_t (*times)[2];
	} rows[] = {
		{ "regular.mp4", regular },     { "uneven.mp4", uneven }, { "uneven.mov", uneven },
		{ "gaps.mp4", gaps },           { "gaps.mov", gaps },     { "reordered.mp4", reordered },
		{ "reordered.mov", reordered },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		check_times(rows[i].name, rows[i].times, 0);
		check_times(rows[i].name, rows[i].times, 1);
	}
}

/* An ordinary file has 32 bits for it: it ends with the last frame that it can hold. */
static void a_gap_in_an_ordinary_file_ends_it(void **state)
{
	const char *path = media_fixture_path("ordinary.mp4");
	struct muxer m = { .faststart = true };
	int err;

	(void)state;
	open_muxer(&m, path);
	assert_int_equal(write_packet(&m, 0, 0, 40000, 100), 0);
	assert_int_equal(write_packet(&m, 30 * MINUTE, 30 * MINUTE, 40000, 100), 0);
	err = write_packet(&m, 70 * MINUTE, 70 * MINUTE, 40000, 100);
	assert_int_equal(err, -ERANGE);
	assert_non_null(strstr(media_fixture_errors, "40 minutes without a frame"));
	assert_int_equal(muxer_finish(&m, err), err);
	muxer_close(&m);
	assert_int_equal(count_packets(path), 2);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_moof_box_is_in_a_page),
		cmocka_unit_test(frames_have_their_times),
		cmocka_unit_test(a_gap_in_an_ordinary_file_ends_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, media_fixture_open, media_fixture_close);
}
