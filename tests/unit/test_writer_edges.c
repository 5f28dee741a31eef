/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of weeks and of gigabytes: times and sizes on both sides of what 31, 32 and 33 bits hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <cmocka.h>
#include "media_fixture.h"

#define MAX_TIMES 4000
#define STEP_MS INT64_C(1800000) /* mov and mp4 hold no longer time between two frames than 2^31 us */
#define MIB (INT64_C(1) << 20)
#define FRAME_BYTES (32 * MIB)

/* Where the C library's would write all of a large frame, leaves a hole: all its bytes are 0. */
ssize_t writev(int fd, const struct iovec *pieces, int n)
{
	ssize_t total = 0;

	for (int i = 0; i < n; i++) {
		if (pieces[i].iov_len < MIB)
			total += syscall(SYS_write, fd, pieces[i].iov_base, pieces[i].iov_len);
		else if (lseek(fd, (off_t)pieces[i].iov_len - 1, SEEK_CUR) >= 0)
			total += (ssize_t)pieces[i].iov_len - 1 + syscall(SYS_write, fd, "", 1);
	}
	return total;
}

/* In ticks of which a container's field holds so many. */
static const struct edge {
	double at_s;
	const char *name;
} edges[] = {
	{ 2147.483648, "2^31 us" },         { 4294.967296, "2^32 us" },
	{ 23860.929422, "2^31 of 90 kHz" }, { 47721.858844, "2^32 of 90 kHz" },
	{ 95443.717689, "2^33 of 90 kHz" }, { 2147483.648, "2^31 ms" },
	{ 4294967.296, "2^32 ms" },
};

/* Frames half an hour apart up to the edge, four about it a tenth of a second apart. Returns how many. */
static size_t make_times(int64_t *times_ms, double to_s)
{
	size_t n = 0;

	times_ms[n++] = 0;
	for (size_t i = 0; i < COUNT(edges) && edges[i].at_s <= to_s; i++) {
		int64_t edge_ms = (int64_t)(edges[i].at_s * 1000);

		while (times_ms[n - 1] + STEP_MS < edge_ms) {
			times_ms[n] = times_ms[n - 1] + STEP_MS;
			n++;
		}
		for (int64_t ms = edge_ms - 200; ms <= edge_ms + 200; ms += 100)
			times_ms[n++] = ms;
	}
	return n;
}

static void write_at(struct writer *writer, const struct video_format *format, int64_t ms)
{
	static struct frame frame;

	if (!frame.memory) {
		frame = media_fixture_frame(format, 0);
		media_fixture_paint(format, &frame, 0);
	}
	frame.pts_ns = ms * 1000000;
	frame.key = true;
	assert_int_equal(writer_write(writer, &frame), 0);
}

static void check_times(const char *path, const int64_t *times_ms, size_t n, int64_t wrap_us)
{
	int64_t first_us = 0, us, wanted_us;
	struct readback r;

	readback_open(&r, path);
	for (size_t i = 0; i < n; i++) {
		assert_true(readback_packet(&r));
		us = readback_packet_us(&r);
		first_us = i == 0 ? us : first_us;
		us -= first_us;
		wanted_us = times_ms[i] * 1000;
		if (wrap_us && us < wanted_us - wrap_us / 2)
			us += wrap_us;
		if (llabs(us - wanted_us) > 1000)
			fail_msg("%s: packet %zu is at %lld us, not %lld", path, i, (long long)us,
				 (long long)wanted_us);
	}
	assert_false(readback_packet(&r));
	readback_close(&r);
}

static void times_of_weeks(void **state)
{
	static const struct {
		const char *file, *codec;
		double to_s;
		int64_t wrap_us; /* its times begin again then */
	} rows[] = {
		{ "weeks.mkv", "auto", 5e6, 0 },
		{ "weeks.nut", "auto", 5e6, 0 },
		{ "weeks.mov", "auto", 1e5, 0 },
		{ "weeks.mp4", "mpeg4", 1e5, 0 },
		{ "weeks.ts", "mpeg4", 1e5, INT64_C(95443717689) },
	};
	struct video_format format = media_fixture_format("YUYV", 64, 16, 0);
	int64_t *times_ms = calloc(MAX_TIMES, sizeof *times_ms);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct writer_options o = media_fixture_options(media_fixture_path(rows[i].file), &format);
		size_t n = make_times(times_ms, rows[i].to_s);
		struct writer *writer;

		print_message("# %s: %zu frames\n", rows[i].file, n);
		o.codec = rows[i].codec;
		assert_int_equal(writer_open(&writer, &o), 0);
		for (size_t t = 0; t < n; t++)
			write_at(writer, &format, times_ms[t]);
		assert_int_equal(writer_close(writer), 0);
		check_times(o.url, times_ms, n, rows[i].wrap_us);
		unlink(o.url);
	}
	free(times_ms);
}

static int64_t packet_at(AVFormatContext *demuxer, AVPacket *packet, int64_t frame)
{
	int64_t dts;

	assert_true(av_seek_frame(demuxer, 0, frame, AVSEEK_FLAG_BACKWARD) >= 0);
	assert_true(av_read_frame(demuxer, packet) >= 0);
	assert_int_equal(packet->size, FRAME_BYTES);
	dts = packet->dts;
	av_packet_unref(packet);
	return dts;
}

/* RIFF holds four gigabytes, so that there are several of them (OpenDML): each frame is found by their
 * indexes. */
static void avi_of_gigabytes(void **state)
{
	struct video_format format = media_fixture_format("YUYV", 4096, 4096, 0);
	struct frame frame = { .n_planes = 1, .memory = av_buffer_allocz(FRAME_BYTES + MIB) };
	struct writer_options o = media_fixture_options(media_fixture_path("large.avi"), &format);
	AVFormatContext *demuxer = NULL;
	AVPacket *packet = av_packet_alloc();
	unsigned n = 4500 * MIB / FRAME_BYTES;
	struct writer *writer;

	(void)state;
	frame.planes[0].data = frame.memory->data;
	frame.planes[0].bytes = FRAME_BYTES;
	o.direct_io = DIRECT_IO_OFF;
	assert_int_equal(writer_open(&writer, &o), 0);
	for (unsigned i = 0; i < n; i++) {
		frame.pts_ns = i * STEP_NS;
		assert_int_equal(writer_write(writer, &frame), 0);
	}
	assert_int_equal(writer_close(writer), 0);
	assert_int_equal(avformat_open_input(&demuxer, o.url, NULL, NULL), 0);
	assert_int_equal(demuxer->streams[0]->nb_frames, n);
	for (unsigned i = 0; i < n; i += 23)
		assert_int_equal(packet_at(demuxer, packet, i), i);
	av_packet_free(&packet);
	avformat_close_input(&demuxer);
	av_buffer_unref(&frame.memory);
	unlink(o.url);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_of_weeks),
		cmocka_unit_test(avi_of_gigabytes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, media_fixture_open, media_fixture_close);
}
