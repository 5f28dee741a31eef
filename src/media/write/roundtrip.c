/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a container really keeps a raw picture. */
#include "media/write/roundtrip.h"

#include <errno.h>
#include <string.h>
#include <libavcodec/avcodec.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include "media/libav.h"
#include "media/write/avio_memory.h"
#include "media/write/frame_packet.h"
#include "base/array.h"

#define SLIVER_ROWS 16
#define N_FRAMES 2
bool muxer_caps_takes_frames(const AVOutputFormat *container)
{
	return container->video_codec == AV_CODEC_ID_WRAPPED_AVFRAME;
}

/* Bytes that differ from their neighbours in every row and plane, so that a swap of any kind shows. */
static AVFrame *make_sliver(enum AVPixelFormat pixel_format, int width, int height)
{
	AVFrame *frame = av_frame_alloc();
	uint32_t noise = 1;

	if (!frame)
		return NULL;
	frame->format = pixel_format;
	frame->width = width;
	frame->height = height;
	if (av_frame_get_buffer(frame, 0) < 0) {
		av_frame_free(&frame);
		return NULL;
	}
	for (unsigned i = 0; i < AV_NUM_DATA_POINTERS && frame->buf[i]; i++) {
		for (size_t n = 0; n < frame->buf[i]->size; n++) {
			noise = noise * 1664525 + 1013904223;
			frame->buf[i]->data[n] = (uint8_t)(noise >> 24);
		}
	}
	return frame;
}

/* The picture without padding; NULL when there is none of it. */
static AVBufferRef *pack(const AVFrame *f)
{
	int size = av_image_get_buffer_size((enum AVPixelFormat)f->format, f->width, f->height, 1);
	AVBufferRef *packed = size > 0 ? av_buffer_allocz((size_t)size) : NULL;

	if (packed &&
	    av_image_copy_to_buffer(packed->data, size, (const uint8_t *const *)f->data, f->linesize,
				    (enum AVPixelFormat)f->format, f->width, f->height, 1) < 0)
		av_buffer_unref(&packed);
	return packed;
}

static int write_frames(AVFormatContext *mux, const AVFrame *sliver)
{
	AVBufferRef *packed = pack(sliver);
	AVPacket *packet = av_packet_alloc();
	int err = packed && packet ? 0 : -ENOMEM;

	for (int i = 0; err == 0 && i < N_FRAMES; i++) {
		packet->pts = packet->dts =
			av_rescale_q(i, (AVRational){ 1, 25 }, mux->streams[0]->time_base);
		packet->flags = AV_PKT_FLAG_KEY | AV_PKT_FLAG_TRUSTED;
		packet->data = muxer_caps_takes_frames(mux->oformat) ? (uint8_t *)sliver : packed->data;
		packet->size =
			muxer_caps_takes_frames(mux->oformat) ? (int)sizeof *sliver : (int)packed->size;
		err = av_write_frame(mux, packet);
	}
	av_packet_free(&packet);
	av_buffer_unref(&packed);
	return err;
}

static int write_file(const AVOutputFormat *container, const AVFrame *sliver, uint32_t codec_tag,
		      struct memory_file *file)
{
	struct pixfmt pix = { .av = (enum AVPixelFormat)sliver->format, .codec = AV_CODEC_ID_RAWVIDEO };
	struct video_format format = { .pix = &pix,
				       .width = (uint32_t)sliver->width,
				       .height = (uint32_t)sliver->height,
				       .range = AVCOL_RANGE_UNSPECIFIED,
				       .matrix = AVCOL_SPC_UNSPECIFIED,
				       .primaries = AVCOL_PRI_UNSPECIFIED,
				       .transfer = AVCOL_TRC_UNSPECIFIED };
	AVFormatContext *mux = NULL;
	AVStream *stream;
	int err = -ENOMEM, trailer_err;

	if (avformat_alloc_output_context2(&mux, container, NULL, NULL) < 0 ||
	    !(stream = avformat_new_stream(mux, NULL)) || !(mux->pb = memory_file_open(file, true)))
		goto done;
	frame_packet_codecpar(&format, stream->codecpar);
	stream->codecpar->codec_tag = codec_tag;
	if (muxer_caps_takes_frames(container))
		stream->codecpar->codec_id = AV_CODEC_ID_WRAPPED_AVFRAME;
	mux->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
	stream->time_base = (AVRational){ 1, 25 };
	stream->avg_frame_rate = (AVRational){ 25, 1 };
	err = avformat_write_header(mux, NULL);
	if (err < 0)
		goto done;
	err = write_frames(mux, sliver);
	/* Also after an error: it frees what the header took. */
	trailer_err = av_write_trailer(mux);
	err = err < 0 ? err : trailer_err;
done:
	if (mux)
		memory_file_close(&mux->pb);
	avformat_free_context(mux);
	return err;
}

/* The first picture in the file; NULL when it has none. */
static AVFrame *decode_first(AVFormatContext *demux)
{
	AVCodecParameters *p;
	const AVCodec *codec;
	AVCodecContext *decoder = NULL;
	AVPacket *packet = av_packet_alloc();
	AVFrame *frame = av_frame_alloc();
	bool good = false;

	if (!packet || !frame || avformat_find_stream_info(demux, NULL) < 0 || demux->nb_streams != 1)
		goto done;
	p = demux->streams[0]->codecpar;
	if (!(codec = avcodec_find_decoder(p->codec_id)) || !(decoder = avcodec_alloc_context3(codec)))
		goto done;
	good = avcodec_parameters_to_context(decoder, p) >= 0 && avcodec_open2(decoder, codec, NULL) >= 0 &&
	       av_read_frame(demux, packet) >= 0 && avcodec_send_packet(decoder, packet) >= 0 &&
	       avcodec_receive_frame(decoder, frame) >= 0;
done:
	if (!good)
		av_frame_free(&frame);
	avcodec_free_context(&decoder);
	av_packet_free(&packet);
	return frame;
}

static AVFrame *read_file(struct memory_file *file)
{
	AVFormatContext *demux = avformat_alloc_context();
	AVIOContext *avio = memory_file_open(file, false);
	AVFrame *frame = NULL;

	if (demux && avio) {
		demux->pb = avio;
		if (avformat_open_input(&demux, NULL, NULL, NULL) >= 0)
			frame = decode_first(demux);
	}
	avformat_close_input(&demux);
	memory_file_close(&avio);
	return frame;
}

static bool same_picture(const AVFrame *a, const AVFrame *b)
{
	AVBufferRef *bytes_a, *bytes_b;
	bool same;

	if (a->format != b->format || a->width != b->width || a->height != b->height)
		return false;
	bytes_a = pack(a);
	bytes_b = pack(b);
	same = bytes_a && bytes_b && bytes_a->size == bytes_b->size &&
	       memcmp(bytes_a->data, bytes_b->data, bytes_a->size) == 0;
	av_buffer_unref(&bytes_a);
	av_buffer_unref(&bytes_b);
	return same;
}

/* Writes a sliver, reads it back and compares. */
static bool comes_back(const AVOutputFormat *container, const AVFrame *sliver, uint32_t codec_tag)
{
	struct memory_file file = { 0 };
	AVFrame *read = NULL;
	bool same = false;

	if (write_file(container, sliver, codec_tag, &file) >= 0) {
		read = read_file(&file);
		same = read && same_picture(sliver, read);
	}
	memory_file_free(&file);
	av_frame_free(&read);
	return same;
}

bool roundtrip_keeps(const AVOutputFormat *container, enum AVPixelFormat pixel_format, uint32_t width,
		     uint32_t height, uint32_t *codec_tag)
{
	/* The muxer's own choice is the standard's, where there is one; libav's raw tags are its private
	 * usage. */
	const uint32_t tags[] = { 0, avcodec_pix_fmt_to_codec_tag(pixel_format) };
	bool muted = libav_mute(true), kept = false;
	uint32_t rows = height > 2 * SLIVER_ROWS ? SLIVER_ROWS + height % SLIVER_ROWS : height;
	AVFrame *sliver = make_sliver(pixel_format, (int)width, (int)rows);

	for (size_t i = 0; sliver && !kept && i < ARRAY_SIZE(tags); i++) {
		kept = comes_back(container, sliver, tags[i]);
		*codec_tag = tags[i];
	}
	av_frame_free(&sliver);
	libav_mute(muted);
	return kept;
}
