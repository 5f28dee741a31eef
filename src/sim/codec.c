/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The compressed formats of the simulated device: the test pattern through libavcodec's encoders. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <libavcodec/avcodec.h>
#include "base/array.h"
#include "sim/codec_internal.h"
#include "sim/sim_internal.h"
#include "sim/test_pattern.h"

#define JPEG_PADDING 64

static const struct sim_codec_row codecs[] = {
	{ V4L2_PIX_FMT_MJPEG, "mjpeg", "qmin=3:qmax=3", AV_PIX_FMT_YUVJ420P },
	/* zerolatency: without frame threads, look-ahead and B-frames each frame gives its packet at once. */
	{ V4L2_PIX_FMT_H264, "libx264", "preset=ultrafast:tune=zerolatency:crf=20", AV_PIX_FMT_YUV420P },
	{ V4L2_PIX_FMT_HEVC, "libx265", "preset=ultrafast:tune=zerolatency:crf=20:x265-params=log-level=none",
	  AV_PIX_FMT_YUV420P },
	{ V4L2_PIX_FMT_MPEG4, "mpeg4", "qmin=3:qmax=3", AV_PIX_FMT_YUV420P },
	{ V4L2_PIX_FMT_MPEG2, "mpeg2video", "qmin=3:qmax=3:flags=+low_delay", AV_PIX_FMT_YUV420P },
	{ V4L2_PIX_FMT_VP8, "libvpx", "deadline=realtime:cpu-used=8:lag-in-frames=0", AV_PIX_FMT_YUV420P },
	{ V4L2_PIX_FMT_VP9, "libvpx-vp9", "deadline=realtime:cpu-used=8:lag-in-frames=0",
	  AV_PIX_FMT_YUV420P },
};

struct sim_codec {
	AVCodecContext *context;
	AVFrame *frame;
	AVPacket *packet;
	struct video_format format; /* of the frame to encode: YU12 */
	struct sim_codec_options options;
	uint8_t *background;
	uint32_t next_pts;
	bool has_headers; /* the parameter sets have been delivered */
};

const struct sim_codec_row *sim_codec_find_row(uint32_t fourcc)
{
	for (unsigned i = 0; i < ARRAY_SIZE(codecs); i++) {
		if (codecs[i].fourcc == fourcc)
			return &codecs[i];
	}
	return NULL;
}

bool sim_codec_available(uint32_t fourcc)
{
	const struct sim_codec_row *row = sim_codec_find_row(fourcc);

	return row && avcodec_find_encoder_by_name(row->encoder);
}

static int open_encoder(struct sim_codec *codec, const struct sim_codec_row *row,
			const struct video_format *format)
{
	const AVCodec *encoder = avcodec_find_encoder_by_name(row->encoder);
	AVCodecContext *context;
	AVDictionary *options = NULL;
	int err;

	if (!encoder)
		return -ENOTSUP;
	if (!(codec->context = context = avcodec_alloc_context3(encoder)))
		return -ENOMEM;
	context->width = (int)format->width;
	context->height = (int)format->height;
	context->pix_fmt = row->av;
	context->color_range = format->range;
	context->time_base = (AVRational){ 1, 30 };
	context->gop_size = (int)codec->options.key_interval;
	if (codec->options.headers_first)
		context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	context->thread_count = 1;
	context->log_level_offset = AV_LOG_TRACE; /* hides the encoder's messages */
	err = av_dict_parse_string(&options, row->options, "=", ":", 0);
	if (err >= 0 && codec->options.jpeg & SIM_JPEG_NO_DHT)
		err = av_dict_set(&options, "huffman", "default",
				  0); /* the tables that a JPEG without tables implies */
	if (err >= 0)
		err = avcodec_open2(context, encoder, &options);
	av_dict_free(&options);
	return err;
}

/* The frame to encode: planar, rows without padding. */
static int open_frame(struct sim_codec *codec, const struct video_format *format)
{
	uint32_t chroma = format->width / 2, bytes = format->width * format->height * 3 / 2;

	codec->format = *format;
	codec->format.fourcc = V4L2_PIX_FMT_YUV420;
	codec->format.pix = pixfmt_by_fourcc(V4L2_PIX_FMT_YUV420);
	codec->format.bytesperline[0] = format->width;
	codec->format.sizeimage[0] = bytes;
	codec->background = calloc(1, bytes);
	codec->frame = av_frame_alloc();
	codec->packet = av_packet_alloc();
	if (!codec->background || !codec->frame || !codec->packet)
		return -ENOMEM;
	codec->frame->width = (int)format->width;
	codec->frame->height = (int)format->height;
	codec->frame->format = codec->context->pix_fmt;
	codec->frame->color_range = format->range;
	codec->frame->buf[0] = av_buffer_alloc(bytes + AV_INPUT_BUFFER_PADDING_SIZE);
	if (!codec->frame->buf[0])
		return -ENOMEM;
	codec->frame->data[0] = codec->frame->buf[0]->data;
	codec->frame->data[1] = codec->frame->data[0] + format->width * format->height;
	codec->frame->data[2] = codec->frame->data[1] + chroma * (format->height / 2);
	codec->frame->linesize[0] = (int)format->width;
	codec->frame->linesize[1] = codec->frame->linesize[2] = (int)chroma;
	return (codec->options.is_black ? sim_test_pattern_black : sim_test_pattern_background)(
		&codec->format, (uint8_t *[MAX_PLANES]){ codec->background });
}

static int draw_frame(struct sim_codec *codec, uint32_t number)
{
	int err = av_frame_make_writable(codec->frame);
	uint8_t *planes[MAX_PLANES] = { codec->frame->data[0] };

	if (err < 0)
		return err;
	memcpy(planes[0], codec->background, codec->format.sizeimage[0]);
	codec->frame->pts = codec->next_pts++;
	return codec->options.is_black ? 0 : sim_test_pattern_foreground(&codec->format, number, planes);
}

/* Into codec->packet. */
static int encode_number(struct sim_codec *codec, uint32_t number)
{
	int err = draw_frame(codec, number);

	av_packet_unref(codec->packet);
	if (err >= 0)
		err = avcodec_send_frame(codec->context, codec->frame);
	return err < 0 ? err : avcodec_receive_packet(codec->context, codec->packet);
}

int sim_codec_open(struct sim_codec **out, const struct video_format *format,
		   const struct sim_codec_options *options)
{
	struct sim_codec *codec = calloc(1, sizeof *codec);
	const struct sim_codec_row *row = sim_codec_find_row(format->fourcc);
	int err;

	if (!codec)
		return -ENOMEM;
	codec->options = *options;
	err = !row ? -ENOTSUP : open_encoder(codec, row, format);
	if (err >= 0)
		err = open_frame(codec, format);
	while (err >= 0 && codec->next_pts + 1 < options->join)
		err = encode_number(codec, 0);
	if (err < 0) {
		sim_codec_close(codec);
		return err;
	}
	*out = codec;
	return 0;
}

void sim_codec_close(struct sim_codec *codec)
{
	if (!codec)
		return;
	avcodec_free_context(&codec->context);
	av_frame_free(&codec->frame);
	av_packet_free(&codec->packet);
	free(codec->background);
	free(codec);
}

/* Removes the DHT segments (ITU-T T.81, B.2.4.2) of a JPEG. Returns its length. */
static uint32_t remove_tables(uint8_t *data, uint32_t bytes)
{
	uint32_t at = 2, length;

	while (at + 4 <= bytes && data[at + 1] != 0xda) {
		length = 2 + ((uint32_t)data[at + 2] << 8 | data[at + 3]);
		if (data[at + 1] != 0xc4) {
			at += length;
			continue;
		}
		bytes -= length;
		memmove(data + at, data + at + length, bytes - at);
	}
	return bytes;
}

/* Makes a JPEG like those of some cameras; `size` has room for it. Returns the length. */
static uint32_t spoil_jpeg(const struct sim_codec *codec, uint8_t *data, uint32_t bytes)
{
	static const uint8_t padding[JPEG_PADDING] = { [JPEG_PADDING - 2] = 0xff,
						       0xd9 }; /* with another's end */

	if (codec->options.jpeg & SIM_JPEG_NO_DHT)
		bytes = remove_tables(data, bytes);
	if (codec->options.jpeg & SIM_JPEG_TWO_SOI) {
		memmove(data + 2, data, bytes);
		bytes += 2;
	}
	if (codec->options.jpeg & SIM_JPEG_PADDING) {
		memcpy(data + bytes, padding, sizeof padding);
		bytes += sizeof padding;
	}
	return bytes;
}

/* Bytes before the packet: the parameter sets, where only the first key frame has them. */
static uint32_t header_bytes(const struct sim_codec *codec)
{
	return codec->options.headers_first && !codec->has_headers ? (uint32_t)codec->context->extradata_size
								   : 0;
}

int sim_codec_encode(struct sim_codec *codec, uint32_t number, uint8_t *data, uint32_t size, bool *key)
{
	bool spoil = codec->options.jpeg && codec->context->codec_id == AV_CODEC_ID_MJPEG;
	uint32_t header = header_bytes(codec), bytes;
	int err = encode_number(codec, number);

	if (err < 0)
		return err;
	bytes = header + (uint32_t)codec->packet->size;
	if (bytes + JPEG_PADDING + 2 > size)
		return -ENOSPC;
	*key = codec->packet->flags & AV_PKT_FLAG_KEY;
	if (header)
		memcpy(data, codec->context->extradata, header);
	memcpy(data + header, codec->packet->data, (size_t)codec->packet->size);
	codec->has_headers = true;
	return (int)(spoil ? spoil_jpeg(codec, data, bytes) : bytes);
}
