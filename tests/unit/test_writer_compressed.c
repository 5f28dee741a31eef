/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of media/writer: frames that come compressed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "media/write/frame_packet.h"
#include "media/write/parameter_sets.h"
#include "media/write/still_jpeg.h"
#include "media_fixture.h"

#define WIDTH 416
#define HEIGHT 240
#define N_FRAMES 12
#define KEY_INTERVAL 5

/* What a camera with an encoder of its own delivers. */
static AVPacket *compressed[N_FRAMES];
static unsigned n_compressed;

static void drain(AVCodecContext *encoder)
{
	AVPacket *packet = av_packet_alloc();

	while (avcodec_receive_packet(encoder, packet) >= 0) {
		assert_true(n_compressed < N_FRAMES);
		compressed[n_compressed++] = packet;
		packet = av_packet_alloc();
	}
	av_packet_free(&packet);
}

/* False when libavcodec has no such encoder. */
static bool compress(const char *name, enum AVPixelFormat pixel_format)
{
	const AVCodec *codec = avcodec_find_encoder_by_name(name);
	AVCodecContext *encoder;
	AVFrame *frame = av_frame_alloc();

	if (!codec) {
		av_frame_free(&frame);
		return false;
	}
	encoder = avcodec_alloc_context3(codec);
	frame->width = encoder->width = WIDTH;
	frame->height = encoder->height = HEIGHT;
	frame->format = encoder->pix_fmt = pixel_format;
	encoder->time_base = (AVRational){ 1, 25 };
	encoder->gop_size = KEY_INTERVAL;
	encoder->max_b_frames = 0;
	encoder->thread_count = 1;
	assert_int_equal(avcodec_open2(encoder, codec, NULL), 0);
	for (int n = 0; n < N_FRAMES; n++) {
		assert_true(av_frame_get_buffer(frame, 0) >= 0);
		for (unsigned i = 0; i < 4 && frame->buf[i]; i++)
			memset(frame->buf[i]->data, 40 + n * 10, frame->buf[i]->size);
		frame->pts = n;
		assert_true(avcodec_send_frame(encoder, frame) >= 0);
		for (unsigned i = 0; i < 4; i++)
			av_buffer_unref(&frame->buf[i]);
		drain(encoder);
	}
	assert_true(avcodec_send_frame(encoder, NULL) >= 0);
	drain(encoder);
	assert_int_equal(n_compressed, N_FRAMES);
	av_frame_free(&frame);
	avcodec_free_context(&encoder);
	return true;
}

static int forget_compressed(void **state)
{
	(void)state;
	while (n_compressed > 0)
		av_packet_free(&compressed[--n_compressed]);
	return 0;
}

static struct frame compressed_frame(unsigned n)
{
	struct frame frame = { .memory = compressed[n]->buf, .n_planes = 1, .pts_ns = (int64_t)n * STEP_NS };

	frame.planes[0].data = compressed[n]->data;
	frame.planes[0].bytes = (size_t)compressed[n]->size;
	return frame;
}

/* Writes it as a recording does. */
static int write_frame(struct writer *writer, struct parameter_sets *ps, struct frame *frame)
{
	int err;

	assert_int_equal(parameter_sets_examine(ps, frame), 0);
	err = writer_write(writer, frame);
	av_buffer_unref(&frame->parameter_sets);
	return err;
}

/* Writes the frames from `first` on; expects those before `begin` to be left out. */
static void write_compressed(const struct writer_options *o, unsigned first, unsigned begin)
{
	struct parameter_sets ps = { 0 };
	struct writer *writer;

	assert_int_equal(parameter_sets_open(&ps, &o->format), 0);
	assert_int_equal(writer_open(&writer, o), 0);
	for (unsigned n = first; n < N_FRAMES; n++) {
		struct frame frame = compressed_frame(n);

		assert_int_equal(write_frame(writer, &ps, &frame), n < begin ? 1 : 0);
	}
	parameter_sets_close(&ps);
	assert_int_equal(writer_finish(writer), 0);
	assert_int_equal(writer_info(writer).frames, N_FRAMES - begin);
	assert_int_equal(writer_close(writer), 0);
}

/* --- copying --- */

static void jpegs_come_back(void **state)
{
	static const char *const names[] = { "j.mkv", "j.nut", "j.avi", "j.mov", "j.mp4", "j.mjpeg" };
	struct video_format format = media_fixture_format("MJPG", WIDTH, HEIGHT, 0);

	(void)state;
	assert_true(compress("mjpeg", AV_PIX_FMT_YUVJ422P));
	for (size_t i = 0; i < COUNT(names); i++) {
		struct writer_options o = media_fixture_options(media_fixture_path(names[i]), &format);
		struct readback r;
		unsigned n = 0;

		write_compressed(&o, 0, 0);
		readback_open(&r, o.url);
		assert_int_equal(r.stream->codecpar->codec_id, AV_CODEC_ID_MJPEG);
		assert_int_equal(r.stream->codecpar->width, WIDTH);
		for (; readback_packet(&r); n++) {
			assert_true(n < N_FRAMES);
			assert_int_equal(r.packet->size, compressed[n]->size);
			assert_memory_equal(r.packet->data, compressed[n]->data, compressed[n]->size);
			assert_true(r.packet->flags & AV_PKT_FLAG_KEY);
			if (strcmp(names[i], "j.mjpeg") != 0)
				assert_int_equal(readback_packet_us(&r), (int64_t)n * STEP_NS / 1000);
		}
		assert_int_equal(n, N_FRAMES);
		readback_close(&r);
		unlink(o.url);
	}
}

static void jpegs_as_bytes(void **state)
{
	struct video_format format = media_fixture_format("MJPG", WIDTH, HEIGHT, 0);
	struct writer_options o = media_fixture_options(media_fixture_path("jpegs.raw"), &format);
	FILE *file;

	(void)state;
	assert_true(compress("mjpeg", AV_PIX_FMT_YUVJ422P));
	write_compressed(&o, 0, 0);
	assert_non_null(file = fopen(o.url, "rb"));
	for (unsigned n = 0; n < N_FRAMES; n++) {
		for (int i = 0; i < compressed[n]->size; i++)
			assert_int_equal(fgetc(file), compressed[n]->data[i]);
	}
	assert_int_equal(fgetc(file), EOF);
	fclose(file);
	unlink(o.url);
}

/* Joined in the middle, a stream can only begin at the next key frame; its header needs what stands there. */
static void streams_begin_at_a_key_frame(void **state)
{
	static const char *const names[] = { "h.mkv", "h.mov", "h.mp4", "h.nut", "h.avi", "h.ts" };
	struct video_format format = media_fixture_format("H264", WIDTH, HEIGHT, 0);

	(void)state;
	if (!compress("libx264", AV_PIX_FMT_YUV420P))
		skip();
	for (size_t i = 0; i < COUNT(names); i++) {
		struct writer_options o = media_fixture_options(media_fixture_path(names[i]), &format);
		struct readback r;
		unsigned n = KEY_INTERVAL;

		write_compressed(&o, 2, KEY_INTERVAL);
		readback_open(&r, o.url);
		assert_int_equal(r.stream->codecpar->codec_id, AV_CODEC_ID_H264);
		assert_true(r.stream->codecpar->extradata_size > 0);
		for (; readback_frame(&r); n++) {
			assert_int_equal(r.frame->width, WIDTH);
			assert_true(abs(r.frame->data[0][0] - (40 + (int)n * 10)) < 8);
		}
		assert_int_equal(n, N_FRAMES);
		readback_close(&r);
		unlink(o.url);
	}
}

static void streams_without_a_key_frame(void **state)
{
	struct video_format format = media_fixture_format("H264", WIDTH, HEIGHT, 0);
	struct writer_options o = media_fixture_options(media_fixture_path("none.mkv"), &format);
	struct parameter_sets ps = { 0 };
	struct writer *writer;

	(void)state;
	if (!compress("libx264", AV_PIX_FMT_YUV420P))
		skip();
	assert_int_equal(parameter_sets_open(&ps, &format), 0);
	assert_int_equal(writer_open(&writer, &o), 0);
	for (unsigned n = 1; n < KEY_INTERVAL; n++) {
		struct frame frame = compressed_frame(n);

		assert_int_equal(write_frame(writer, &ps, &frame), 1);
	}
	parameter_sets_close(&ps);
	assert_int_equal(writer_close(writer), 0);
	assert_false(media_fixture_exists(o.url));
}

static void free_exact(void *opaque, uint8_t *data)
{
	(void)opaque;
	free(data);
}

/* Repairs a JPEG that is cut off after `bytes`, with another byte at `at`, in memory that ends there. */
static void repair_jpeg(AVBSFContext *tables, unsigned bytes, unsigned at, uint8_t value)
{
	AVPacket *packet = av_packet_alloc();
	uint64_t copied = 0;

	packet->data = malloc(bytes);
	packet->size = (int)bytes;
	memcpy(packet->data, compressed[0]->data, bytes);
	packet->data[at] = value;
	packet->buf = av_buffer_create(packet->data, bytes, free_exact, NULL, 0);
	assert_int_equal(still_jpeg_repair(tables, packet, &copied), 0);
	assert_true(packet->size > 0);
	av_packet_free(&packet);
}

/* Whatever a camera sends as a JPEG. */
static void damaged_still_jpegs(void **state)
{
	struct video_format format = media_fixture_format("MJPG", WIDTH, HEIGHT, 0);
	AVCodecParameters *par = avcodec_parameters_alloc();
	AVBSFContext *tables = NULL;

	(void)state;
	assert_true(compress("mjpeg", AV_PIX_FMT_YUVJ420P));
	frame_packet_codecpar(&format, par);
	assert_int_equal(still_jpeg_open(&tables, par), 0);
	for (unsigned n = 1; n <= (unsigned)compressed[0]->size; n++) {
		repair_jpeg(tables, n, n - 1, compressed[0]->data[n - 1]);
		repair_jpeg(tables, n, n - 1, 0xff);
		repair_jpeg(tables, n, n / 2, 0xff);
		repair_jpeg(tables, n, n / 3, (uint8_t)n);
	}
	av_bsf_free(&tables);
	avcodec_parameters_free(&par);
}

/* Where nobody can go back to fill something in. */
static void jpegs_through_a_pipe(void **state)
{
	static const char *const containers[] = { "mkv", "nut", "avi", "mov", "mp4" };
	struct video_format format = media_fixture_format("MJPG", WIDTH, HEIGHT, 0);
	const char *pipe = media_fixture_path("pipe"), *piped = media_fixture_path("piped");
	struct writer_options o = media_fixture_options(pipe, &format);

	(void)state;
	assert_true(compress("mjpeg", AV_PIX_FMT_YUVJ422P));
	for (size_t i = 0; i < COUNT(containers); i++) {
		char command[600];
		struct readback r;
		unsigned n = 0;
		FILE *cat;

		o.container = containers[i];
		assert_int_equal(mkfifo(pipe, 0600), 0);
		snprintf(command, sizeof command, "cat '%s' >'%s'", pipe, piped);
		assert_non_null(cat = popen(command, "r"));
		write_compressed(&o, 0, 0);
		assert_int_equal(pclose(cat), 0);
		readback_open(&r, piped);
		while (readback_packet(&r))
			n++;
		assert_int_equal(n, N_FRAMES);
		readback_close(&r);
		unlink(pipe);
		unlink(piped);
	}
}

/* --- recoding --- */

/* What comes compressed, where the container or the user wants it otherwise. */
static void compressed_frames_are_recoded(void **state)
{
	static const struct {
		const char *name, *codec;
	} cases[] = { { "r.y4m", "auto" }, { "r.mkv", "ffv1" }, { "r.webm", "auto" } };
	struct video_format format = media_fixture_format("MJPG", WIDTH, HEIGHT, 0);

	(void)state;
	assert_true(compress("mjpeg", AV_PIX_FMT_YUVJ420P));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct writer_options o = media_fixture_options(media_fixture_path(cases[i].name), &format);
		struct readback r;
		unsigned n = 0;

		o.codec = cases[i].codec;
		write_compressed(&o, 0, 0);
		readback_open(&r, o.url);
		for (; readback_frame(&r); n++)
			assert_true(abs(r.frame->data[0][0] - (40 + (int)n * 10)) < 24);
		assert_int_equal(n, N_FRAMES);
		readback_close(&r);
		unlink(o.url);
	}
}

/* A camera's torn JPEG is no reason to end the recording. */
static void torn_frames_are_left_out(void **state)
{
	struct video_format format = media_fixture_format("MJPG", WIDTH, HEIGHT, 0);
	struct writer_options o = media_fixture_options(media_fixture_path("torn.mkv"), &format);
	static uint8_t rubbish[100];
	struct writer *writer;

	(void)state;
	assert_true(compress("mjpeg", AV_PIX_FMT_YUVJ420P));
	o.codec = "ffv1";
	assert_int_equal(writer_open(&writer, &o), 0);
	for (unsigned n = 0; n < N_FRAMES; n++) {
		struct frame frame = compressed_frame(n);
		int err;

		if (n == 3) {
			frame.planes[0].data = rubbish;
			frame.planes[0].bytes = sizeof rubbish;
		}
		err = writer_write(writer, &frame);
		assert_true(err == 0 || err == 1);
	}
	assert_int_equal(writer_finish(writer), 0);
	assert_int_equal(writer_info(writer).frames, N_FRAMES - 1);
	assert_int_equal(writer_close(writer), 0);
	unlink(o.url);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(jpegs_come_back, forget_compressed),
		cmocka_unit_test_teardown(jpegs_as_bytes, forget_compressed),
		cmocka_unit_test_teardown(jpegs_through_a_pipe, forget_compressed),
		cmocka_unit_test_teardown(streams_begin_at_a_key_frame, forget_compressed),
		cmocka_unit_test_teardown(streams_without_a_key_frame, forget_compressed),
		cmocka_unit_test_teardown(damaged_still_jpegs, forget_compressed),
		cmocka_unit_test_teardown(compressed_frames_are_recoded, forget_compressed),
		cmocka_unit_test_teardown(torn_frames_are_left_out, forget_compressed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, media_fixture_open, media_fixture_close);
}
