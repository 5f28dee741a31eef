/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small files of moving pictures for the tests of media/reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include "reader_fixture.h"

struct maker {
	AVFormatContext *mux;
	AVCodecContext *encoder;
	AVStream *stream;
	AVFrame *frame;
	AVPacket *packet;
};

static void maker_open(struct maker *m, const char *path, const char *codec, const struct video_format *f,
		       int clock)
{
	const AVCodec *encoder = avcodec_find_encoder_by_name(codec);

	assert_non_null(encoder);
	assert_true(avformat_alloc_output_context2(&m->mux, NULL, NULL, path) >= 0);
	m->encoder = avcodec_alloc_context3(encoder);
	m->encoder->width = (int)f->width;
	m->encoder->height = (int)f->height;
	m->encoder->pix_fmt = f->pix->av;
	if (encoder->id == AV_CODEC_ID_MJPEG)
		m->encoder->color_range = AVCOL_RANGE_JPEG;
	m->encoder->time_base = (AVRational){ 1, 25 };
	m->encoder->framerate = (AVRational){ 25, 1 };
	m->encoder->gop_size = 4;
	m->encoder->max_b_frames = encoder->id == AV_CODEC_ID_H264 ? 1 : 0;
	m->encoder->thread_count = 1;
	if (m->mux->oformat->flags & AVFMT_GLOBALHEADER)
		m->encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	av_opt_set(m->encoder->priv_data, "preset", "ultrafast", 0);
	av_opt_set(m->encoder->priv_data, "x264-params", "bframes=1:scenecut=0", 0);
	assert_int_equal(avcodec_open2(m->encoder, encoder, NULL), 0);
	m->stream = avformat_new_stream(m->mux, NULL);
	avcodec_parameters_from_context(m->stream->codecpar, m->encoder);
	m->stream->avg_frame_rate = m->encoder->framerate;
	m->stream->time_base = (AVRational){ 1, clock };
	assert_true(avio_open(&m->mux->pb, path, AVIO_FLAG_WRITE) >= 0);
	assert_true(avformat_write_header(m->mux, NULL) >= 0);
	m->packet = av_packet_alloc();
	m->frame = av_frame_alloc();
	m->frame->format = m->encoder->pix_fmt;
	m->frame->width = m->encoder->width;
	m->frame->height = m->encoder->height;
}

static void maker_mux(struct maker *m, const int64_t *times_ms, unsigned n)
{
	while (avcodec_receive_packet(m->encoder, m->packet) >= 0) {
		AVPacket *p = m->packet;
		unsigned i = p->pts >= 0 && p->pts < n ? (unsigned)p->pts : 0;

		if (times_ms) {
			p->pts = p->dts = times_ms[i];
			p->duration = i + 1 < n ? times_ms[i + 1] - times_ms[i] : 40;
			av_packet_rescale_ts(p, (AVRational){ 1, 1000 }, m->stream->time_base);
		} else {
			p->duration = 1;
			av_packet_rescale_ts(p, m->encoder->time_base, m->stream->time_base);
		}
		p->stream_index = 0;
		assert_true(av_write_frame(m->mux, p) >= 0);
		av_packet_unref(p);
	}
}

/* Something that moves, differs from plane to plane, and can be compressed. */
static void maker_paint(struct maker *m, unsigned n)
{
	assert_true(av_frame_get_buffer(m->frame, 0) >= 0);
	for (int i = 0; i < 4 && m->frame->data[i]; i++) {
		int rows = m->frame->height >> (i > 0 && m->encoder->pix_fmt == AV_PIX_FMT_YUV420P);
		int bytes = av_image_get_linesize(m->encoder->pix_fmt, m->frame->width, i);

		for (int y = 0; y < rows; y++) {
			for (int x = 0; x < bytes; x++)
				m->frame->data[i][y * m->frame->linesize[i] + x] =
					(uint8_t)(40 + (((x >> 4 << 4) + y + (int)n * 9 + i * 33) & 0x7f));
		}
	}
	m->frame->pts = n;
}

static const char *make(const char *name, const char *codec, const struct video_format *f,
			const int64_t *times_ms, unsigned n)
{
	const char *path = reader_fixture_path(name);
	struct maker m = { 0 };

	maker_open(&m, path, codec, f, times_ms ? 1000 : 25);
	for (unsigned i = 0; i < n; i++) {
		maker_paint(&m, i);
		assert_true(avcodec_send_frame(m.encoder, m.frame) >= 0);
		for (unsigned k = 0; k < 4; k++)
			av_buffer_unref(&m.frame->buf[k]);
		maker_mux(&m, times_ms, n);
	}
	avcodec_send_frame(m.encoder, NULL);
	maker_mux(&m, times_ms, n);
	assert_true(av_write_trailer(m.mux) >= 0);
	avio_closep(&m.mux->pb);
	avformat_free_context(m.mux);
	avcodec_free_context(&m.encoder);
	av_frame_free(&m.frame);
	av_packet_free(&m.packet);
	return path;
}

const char *reader_fixture_make(const char *name, const char *codec, const char *fourcc, uint32_t width,
				uint32_t height)
{
	struct video_format f = reader_fixture_format(fourcc, width, height, 0);

	return make(name, codec, &f, NULL, N_PICTURES);
}

const char *reader_fixture_make_at(const char *name, const char *fourcc, const int64_t *times_ms, unsigned n)
{
	struct video_format f = reader_fixture_format(fourcc, 64, 48, 0);

	return make(name, "rawvideo", &f, times_ms, n);
}
