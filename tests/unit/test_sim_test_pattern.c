/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated device's picture, in every format. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <libavcodec/avcodec.h>
#include <libavutil/pixdesc.h>
#include "base/array.h"
#include "device/format/negotiate.h"
#include "sim_client.h"

/* 8-bit luma of a raw picture; for RGB its green, since the marks are black and white. */
static uint8_t *luma_of(const struct video_format *format, uint8_t *const planes[MAX_PLANES])
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format->pix->av);
	const AVComponentDescriptor *comp = &desc->comp[desc->flags & AV_PIX_FMT_FLAG_RGB ? 1 : 0];
	uint8_t *luma = malloc((size_t)format->width * format->height);
	struct picture_layout layout;

	assert_int_equal(video_format_layout(format, &layout), 0);
	for (uint32_t y = 0; y < format->height; y++) {
		const uint8_t *row = planes[layout.planes[comp->plane].memory_plane] +
				     layout.planes[comp->plane].offset +
				     (size_t)y * layout.planes[comp->plane].stride + comp->offset;

		for (uint32_t x = 0; x < format->width; x++)
			luma[(size_t)y * format->width + x] = row[(size_t)x * (unsigned)comp->step];
	}
	return luma;
}

static void check_number(const struct video_format *format, uint8_t *const planes[MAX_PLANES], int64_t number)
{
	uint8_t *luma = luma_of(format, planes);

	assert_int_equal(sim_test_pattern_number(luma, format->width, format->width, format->height), number);
	free(luma);
}

static const char *const raw_formats[] = { "YUYV", "UYVY", "NV12", "NM12", "YU12", "YV12", "YM12",
					   "NV16", "NM16", "RGB3", "BGR3", "XR24", "GREY" };
#define N_RAW (ARRAY_SIZE(raw_formats))

static unsigned planes_of(const char *fourcc)
{
	return fourcc[1] != 'M' ? 1 : fourcc[0] == 'Y' ? 3 : 2;
}

/* What the device makes of the keys, which name size and stride. */
static void open_format(struct sim_client *client, const char *fourcc, const char *keys,
			struct video_format *format)
{
	char text[160];

	snprintf(text, sizeof text, "format=%s,fps=0,%s", fourcc, keys);
	if (planes_of(fourcc) > 1)
		snprintf(text + strlen(text), sizeof text - strlen(text), ",planes=%u", planes_of(fourcc));
	sim_client_start(client, text, 2);
	assert_int_equal(negotiate_get_format(&client->device, format), 0);
	assert_int_equal(format->n_planes, planes_of(fourcc));
}

static void test_every_raw_format(void **state)
{
	static const char *const sizes[] = { "size=320x240", "size=1280x720", "size=322x182,stride=1408",
					     "size=96x64" };
	struct video_format format;
	struct sim_client client;

	(void)state;
	for (unsigned i = 0; i < N_RAW * 4; i++) {
		open_format(&client, raw_formats[i / 4], sizes[i % 4], &format);
		for (int n = 0; n < 3; n++) {
			int index = sim_client_next(&client);

			assert_int_equal(client.b.sequence, n);
			assert_int_equal(sim_client_bytesused(&client), format.sizeimage[0]);
			check_number(&format, (uint8_t *const *)client.maps[index], n);
			assert_int_equal(sim_client_queue(&client, (uint32_t)index), 0);
		}
		sim_client_close(&client);
	}
}

/* The device's frame is the one that sim_test_pattern_draw() makes. */
static void test_drawing_is_what_the_device_delivers(void **state)
{
	struct video_format format;
	struct sim_client client;

	(void)state;
	for (unsigned i = 0; i < N_RAW; i++) {
		uint8_t *planes[MAX_PLANES] = { NULL };

		open_format(&client, raw_formats[i], "size=320x240,sequence=123456", &format);
		for (unsigned p = 0; p < format.n_planes; p++)
			planes[p] = calloc(1, format.sizeimage[p]);
		assert_int_equal(sim_test_pattern_draw(&format, 123456, planes), 0);
		assert_int_equal(sim_client_next(&client), 0);
		for (unsigned p = 0; p < format.n_planes; p++) {
			assert_memory_equal(planes[p], client.maps[0][p], format.sizeimage[p]);
			free(planes[p]);
		}
		sim_client_close(&client);
	}
}

static void test_every_number(void **state)
{
	struct video_format format = { .fourcc = V4L2_PIX_FMT_GREY,
				       .width = 64,
				       .height = 64,
				       .n_planes = 1,
				       .bytesperline = { 64 },
				       .sizeimage = { 64 * 64 } };
	uint8_t picture[64 * 64], *planes[MAX_PLANES] = { picture };

	(void)state;
	format.pix = pixfmt_by_fourcc(format.fourcc);
	for (unsigned bit = 0; bit < 32; bit++) {
		uint32_t number = (UINT32_C(1) << bit) + bit * 77;

		assert_int_equal(sim_test_pattern_draw(&format, number, planes), 0);
		check_number(&format, planes, number);
	}
	memset(picture + 8 * 64, 255, 8 * 64);
	assert_int_equal(sim_test_pattern_number(picture, 64, 64, 64), -1);
	memset(picture, 77, sizeof picture);
	assert_int_equal(sim_test_pattern_number(picture, 64, 64, 64), -1);
	assert_int_equal(sim_test_pattern_number(picture, 16, 16, 16), -1); /* no room */
	format.fourcc = V4L2_PIX_FMT_RGB565;
	format.bytesperline[0] = 0;
	format.sizeimage[0] = 64 * 64 * 2;
	format.pix = pixfmt_by_fourcc(format.fourcc);
	assert_int_equal(sim_test_pattern_draw(&format, 0, planes), -ENOTSUP);
	format.pix = NULL;
	assert_int_equal(sim_test_pattern_draw(&format, 0, planes), -ENOTSUP);
}

/* Padding left alone, nothing written outside. */
static void test_padding(void **state)
{
	struct video_format format = { .fourcc = V4L2_PIX_FMT_NV12,
				       .width = 70,
				       .height = 50,
				       .n_planes = 1,
				       .bytesperline = { 96 },
				       .sizeimage = { 96 * 75 } };
	uint8_t *picture = malloc(96 * 75), *planes[MAX_PLANES] = { picture };

	(void)state;
	memset(picture, 0xA5, 96 * 75);
	format.pix = pixfmt_by_fourcc(format.fourcc);
	assert_int_equal(sim_test_pattern_draw(&format, 5, planes), 0);
	for (unsigned i = 0; i < 96 * 75; i++) {
		if (i % 96 >= 70)
			assert_int_equal(picture[i], 0xA5);
	}
	free(picture);
}

static void decode_frame(AVCodecContext *decoder, const struct sim_client *client, int index, int64_t number)
{
	AVPacket *packet = av_packet_alloc();
	AVFrame *frame = av_frame_alloc();

	assert_int_equal(av_new_packet(packet, (int)sim_client_bytesused(client)), 0);
	memcpy(packet->data, client->maps[index][0], sim_client_bytesused(client));
	assert_int_equal(avcodec_send_packet(decoder, packet), 0);
	assert_int_equal(avcodec_receive_frame(decoder, frame), 0);
	assert_int_equal(sim_test_pattern_number(frame->data[0], (uint32_t)frame->linesize[0],
						 (uint32_t)frame->width, (uint32_t)frame->height),
			 number);
	av_frame_free(&frame);
	av_packet_free(&packet);
}

static void check_codec(const char *fourcc, const char *size, enum AVCodecID id)
{
	AVCodecContext *decoder = avcodec_alloc_context3(avcodec_find_decoder(id));
	struct video_format format;
	struct sim_client client;

	decoder->flags |= AV_CODEC_FLAG_LOW_DELAY;
	assert_int_equal(avcodec_open2(decoder, NULL, NULL), 0);
	open_format(&client, fourcc, size, &format);
	for (int n = 0; n < 40; n++) {
		int index = sim_client_next(&client);

		assert_int_equal(client.b.sequence, n);
		assert_true(sim_client_bytesused(&client) > 0 &&
			    sim_client_bytesused(&client) < format.sizeimage[0]);
		if (n % 30 == 0)
			assert_true(client.b.flags & V4L2_BUF_FLAG_KEYFRAME);
		decode_frame(decoder, &client, index, n);
		assert_int_equal(sim_client_queue(&client, (uint32_t)index), 0);
	}
	sim_client_close(&client);
	avcodec_free_context(&decoder);
}

static void test_mjpeg(void **state)
{
	(void)state;
	check_codec("MJPG", "size=640x360", AV_CODEC_ID_MJPEG);
	check_codec("MJPG", "size=96x64", AV_CODEC_ID_MJPEG);
}

static void test_h264(void **state)
{
	(void)state;
	if (!avcodec_find_encoder_by_name("libx264"))
		skip();
	check_codec("H264", "size=640x360", AV_CODEC_ID_H264);
	check_codec("H264", "size=322x182", AV_CODEC_ID_H264);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_raw_format),
		cmocka_unit_test(test_drawing_is_what_the_device_delivers),
		cmocka_unit_test(test_every_number),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_mjpeg),
		cmocka_unit_test(test_h264),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	sim_client_hush();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
