/* Tests of media/writer: what is written comes back. SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
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
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include "base/log.h"
#include "media/writer.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define FOURCC(a, b, c, d) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)
#define N_FRAMES 10
#define STEP_NS 40000000 /* 25 frames a second */
#define MAX_FRAME_BYTES (1 << 20)
#define PLANE_BYTES (320 << 10)
#define EXTRA_BYTES 4096 /* behind a frame, as drivers have it */

/* --- what the writer does to the world --- */

/* writev() stands before the C library's: it watches whether frames come by as they are, and can fill up the
 * disk. */
static struct {
	const uint8_t *start;
	size_t bytes;      /* the frame being written */
	unsigned n_direct; /* how often its memory itself came to writev() */
	int64_t room;      /* bytes until the disk is full; below 0: endless */
} world = { .room = -1 };

ssize_t writev(int fd, const struct iovec *pieces, int n)
{
	size_t total = 0;

	for (int i = 0; i < n; i++) {
		const uint8_t *data = pieces[i].iov_base;

		if (world.start && data >= world.start && data < world.start + world.bytes &&
		    pieces[i].iov_len > 65536)
			world.n_direct++;
		total += pieces[i].iov_len;
	}
	if (world.room >= 0 && total > (size_t)world.room) {
		ssize_t wrote = world.room == 0 ? -1
						: syscall(SYS_write, fd, pieces[n - 1].iov_base,
							  pieces[n - 1].iov_len < (size_t)world.room
								  ? pieces[n - 1].iov_len
								  : (size_t)world.room);

		world.room = 0;
		if (wrote < 0)
			errno = ENOSPC;
		return wrote;
	}
	if (world.room > 0)
		world.room -= (int64_t)total;
	return syscall(SYS_writev, fd, pieces, n);
}

/* What was cut off is free again. */
int ftruncate(int fd, off_t length)
{
	struct stat st;

	if (world.room >= 0 && fstat(fd, &st) == 0 && st.st_size > length)
		world.room += st.st_size - length;
	return (int)syscall(SYS_ftruncate, fd, length);
}

static char complaints[8192];

static void hear(void *opaque, enum log_level level, const char *message)
{
	size_t used = strlen(complaints);

	(void)opaque;
	if (getenv("VERBOSE"))
		fprintf(stderr, "# %s\n", message);
	if (level == LOG_LEVEL_ERROR)
		snprintf(complaints + used, sizeof(complaints) - used, "%s\n", message);
}

/* --- frames --- */

static struct video_format make_format(uint32_t fourcc, uint32_t width, uint32_t height, uint32_t padding)
{
	struct video_format f = {
		.fourcc = fourcc,
		.pix = pixfmt_by_fourcc(fourcc),
		.width = width,
		.height = height,
		.field = 1,
		.range = AVCOL_RANGE_UNSPECIFIED,
		.matrix = AVCOL_SPC_UNSPECIFIED,
		.primaries = AVCOL_PRI_UNSPECIFIED,
		.transfer = AVCOL_TRC_UNSPECIFIED,
		.fps = { 25, 1 },
	};

	f.n_planes = f.pix ? f.pix->n_memory_planes : 1;
	for (unsigned i = 0; i < f.n_planes; i++) {
		if (f.pix && f.pix->av != AV_PIX_FMT_NONE)
			f.bytesperline[i] =
				(uint32_t)av_image_get_linesize(f.pix->av, (int)width, (int)i) + padding;
		f.sizeimage[i] = PLANE_BYTES;
	}
	return f;
}

static struct frame make_frame(const struct video_format *format, unsigned n)
{
	struct frame frame = { .n_planes = format->n_planes, .pts_ns = (int64_t)n * STEP_NS };
	size_t plane_bytes = PLANE_BYTES;
	uint32_t noise = n + 1;

	frame.memory = av_buffer_alloc(plane_bytes * format->n_planes + EXTRA_BYTES);
	assert_non_null(frame.memory);
	for (size_t i = 0; i < frame.memory->size; i++) {
		noise = noise * 1664525 + 1013904223;
		frame.memory->data[i] = (uint8_t)(noise >> 24);
	}
	for (unsigned i = 0; i < format->n_planes; i++) {
		frame.planes[i].data = frame.memory->data + plane_bytes * i;
		frame.planes[i].bytes = plane_bytes;
	}
	return frame;
}

static size_t pack(const struct video_format *format, const struct frame *frame, uint8_t *to)
{
	struct picture_layout layout;
	uint8_t *start = to;

	assert_int_equal(picture_layout(format, &layout), 0);
	for (unsigned i = 0; i < layout.n_planes; i++) {
		for (uint32_t row = 0; row < layout.planes[i].rows; row++) {
			memcpy(to,
			       frame->planes[layout.planes[i].memory_plane].data + layout.planes[i].offset +
				       (size_t)row * layout.planes[i].stride,
			       layout.planes[i].row_bytes);
			to += layout.planes[i].row_bytes;
		}
	}
	return (size_t)(to - start);
}

/* A picture that an encoder can make something of. */
static void paint(const struct video_format *format, struct frame *frame, unsigned n)
{
	for (size_t i = 0; i < frame->memory->size; i++)
		frame->memory->data[i] =
			(uint8_t)((i / format->bytesperline[0] + i % 64 + n * 3) & 0x7f) + 32;
}

/* --- files --- */

static char directory[] = "/tmp/test_writer.XXXXXX";

static const char *in_directory(const char *name)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % COUNT(paths)];

	snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
	return path;
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static struct writer_options options_for(const char *url, const struct video_format *format)
{
	struct writer_options o = { .url = url, .codec = "auto", .overwrite = true, .format = *format };

	return o;
}

static void write_frames(const struct writer_options *o, unsigned n, struct writer_info *info)
{
	struct writer *writer;

	assert_int_equal(writer_open(&writer, o), 0);
	for (unsigned i = 0; i < n; i++) {
		struct frame frame = make_frame(&o->format, i);

		world.start = frame.memory->data;
		world.bytes = frame.memory->size;
		assert_int_equal(writer_write(writer, &frame), 0);
		world.start = NULL;
		av_buffer_unref(&frame.memory);
	}
	assert_int_equal(writer_finish(writer), 0);
	*info = writer_info(writer);
	info->path = info->container = info->codec = NULL;
	assert_int_equal(writer_close(writer), 0);
}

/* Reads a file by libavformat and libavcodec. */
struct playback {
	AVFormatContext *demux;
	AVCodecContext *decoder;
	AVPacket *packet;
	AVFrame *frame;
	int64_t pts_us;
};

static void playback_open(struct playback *p, const char *path)
{
	const AVCodec *codec;
	AVCodecParameters *parameters;

	*p = (struct playback){ .packet = av_packet_alloc(), .frame = av_frame_alloc() };
	assert_int_equal(avformat_open_input(&p->demux, path, NULL, NULL), 0);
	assert_true(avformat_find_stream_info(p->demux, NULL) >= 0);
	assert_int_equal(p->demux->nb_streams, 1);
	parameters = p->demux->streams[0]->codecpar;
	codec = avcodec_find_decoder(parameters->codec_id);
	assert_non_null(codec);
	p->decoder = avcodec_alloc_context3(codec);
	assert_true(avcodec_parameters_to_context(p->decoder, parameters) >= 0);
	p->decoder->thread_count = 1;
	assert_int_equal(avcodec_open2(p->decoder, codec, NULL), 0);
}

/* 1, or 0 at the end. */
static int playback_packet(struct playback *p)
{
	AVRational microseconds = { 1, 1000000 };

	do {
		av_packet_unref(p->packet);
		if (av_read_frame(p->demux, p->packet) < 0)
			return 0;
	} while (p->packet->size == 0); /* avi's repeated frames */
	p->pts_us = av_rescale_q(p->packet->pts, p->demux->streams[0]->time_base, microseconds);
	return 1;
}

static int playback_frame(struct playback *p)
{
	int err;

	while ((err = avcodec_receive_frame(p->decoder, p->frame)) == AVERROR(EAGAIN))
		assert_true(avcodec_send_packet(p->decoder, playback_packet(p) ? p->packet : NULL) >= 0);
	return err >= 0;
}

static void playback_close(struct playback *p)
{
	avcodec_free_context(&p->decoder);
	avformat_close_input(&p->demux);
	av_packet_free(&p->packet);
	av_frame_free(&p->frame);
}

/* --- raw frames, copied --- */

struct raw_case {
	const char *container, *fourcc;
	uint32_t padding;
	bool direct;      /* frames are to reach writev() in their own memory */
	int tolerance_us; /* of the container's clock */
};

static void check_raw_file(const char *path, const struct video_format *format, int tolerance_us)
{
	uint8_t *expected = malloc(MAX_FRAME_BYTES), *got = malloc(MAX_FRAME_BYTES);
	struct playback p;
	unsigned n = 0;

	playback_open(&p, path);
	assert_int_equal(p.demux->streams[0]->avg_frame_rate.num / p.demux->streams[0]->avg_frame_rate.den,
			 25);
	while (playback_frame(&p)) {
		struct frame frame = make_frame(format, n);
		size_t bytes = pack(format, &frame, expected);

		assert_int_equal(p.frame->format, format->pix->av);
		assert_int_equal(av_image_copy_to_buffer(got, MAX_FRAME_BYTES,
							 (const uint8_t *const *)p.frame->data,
							 p.frame->linesize, p.frame->format, p.frame->width,
							 p.frame->height, 1),
				 bytes);
		assert_memory_equal(got, expected, bytes);
		assert_true(llabs(p.pts_us - frame.pts_ns / 1000) <= tolerance_us);
		av_buffer_unref(&frame.memory);
		n++;
	}
	assert_int_equal(n, N_FRAMES);
	playback_close(&p);
	free(expected);
	free(got);
}

static void raw_frames_come_back(void **state)
{
	static const struct raw_case cases[] = {
		{ "mkv", "YUYV", 0, false, 500 },  { "nut", "YUYV", 0, true, 0 },
		{ "avi", "YUYV", 0, true, 0 },     { "mov", "YUYV", 0, true, 0 },
		{ "mkv", "NV12", 0, false, 500 },  { "nut", "NV12", 0, true, 0 },
		{ "avi", "NV12", 0, true, 0 },     { "mov", "NV12", 0, true, 0 },
		{ "mkv", "YU12", 0, false, 500 },  { "nut", "YU12", 0, true, 0 },
		{ "avi", "YU12", 0, true, 0 },     { "mov", "YU12", 0, true, 0 },
		{ "y4m", "YU12", 0, false, 0 },    { "y4m", "YU12", 32, false, 0 },
		{ "mkv", "NM12", 0, false, 500 },  { "nut", "NM12", 0, false, 0 },
		{ "avi", "NM12", 0, false, 0 },    { "mov", "NM12", 0, false, 0 },
		{ "mkv", "YUYV", 64, false, 500 }, { "nut", "YUYV", 64, false, 0 },
		{ "avi", "NV12", 32, false, 0 },   { "mov", "YU12", 16, false, 0 },
		{ "nut", "YV12", 0, false, 0 },    { "nut", "YM12", 0, false, 0 },
		{ "nut", "RGB3", 0, true, 0 },     { "mkv", "BGR3", 0, false, 500 },
		{ "nut", "GREY", 0, true, 0 },     { "mov", "RGB3", 0, true, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *f = cases[i].fourcc;
		struct video_format format =
			make_format(FOURCC(f[0], f[1], f[2], f[3]), 416, 240, cases[i].padding);
		char name[32];
		const char *path;
		struct writer_options o;
		struct writer_info info;
		struct stat st;

		snprintf(name, sizeof(name), "raw%zu.%s", i, cases[i].container);
		if (getenv("VERBOSE"))
			fprintf(stderr, "# %s %s\n", name, f);
		path = in_directory(name);
		o = options_for(path, &format);
		world.n_direct = 0;
		write_frames(&o, N_FRAMES, &info);
		assert_int_equal(info.frames, N_FRAMES);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(info.bytes, st.st_size);
		assert_int_equal(world.n_direct, cases[i].direct ? N_FRAMES : 0);
		check_raw_file(path, &format, cases[i].tolerance_us);
		unlink(path);
	}
}

/* A naked file is its frames, and nothing else. */
static void raw_file_is_frames(void **state)
{
	static const char *const fourccs[] = { "YUYV", "NM12", "YV12", "XXXX" };
	uint8_t *expected = malloc(MAX_FRAME_BYTES), *got = malloc(MAX_FRAME_BYTES);

	(void)state;
	for (size_t i = 0; i < COUNT(fourccs); i++) {
		const char *f = fourccs[i], *path = in_directory("frames.raw");
		struct video_format format = make_format(FOURCC(f[0], f[1], f[2], f[3]), 416, 240, 0);
		struct writer_options o = options_for(path, &format);
		struct writer_info info;
		FILE *file;

		write_frames(&o, N_FRAMES, &info);
		file = fopen(path, "rb");
		for (unsigned n = 0; n < N_FRAMES; n++) {
			struct frame frame = make_frame(&format, n);
			size_t bytes = frame.planes[0].bytes;

			if (format.pix)
				bytes = pack(&format, &frame, expected);
			else
				memcpy(expected, frame.planes[0].data, bytes);
			assert_int_equal(fread(got, 1, bytes, file), bytes);
			assert_memory_equal(got, expected, bytes);
			av_buffer_unref(&frame.memory);
		}
		assert_int_equal(fgetc(file), EOF);
		fclose(file);
	}
	free(expected);
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raw_frames_come_back),
		cmocka_unit_test(raw_file_is_frames),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	log_set_level(LOG_LEVEL_VERBOSE);
	log_set_sink(hear, NULL);
	if (!mkdtemp(directory))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
