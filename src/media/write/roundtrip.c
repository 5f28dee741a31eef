/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks whether a muxer preserves raw pictures of a pixel format. */
#include "media/write/roundtrip.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <libavcodec/avcodec.h>
#include <libavutil/imgutils.h>
#include <libavutil/mem.h>
#include "base/array.h"
#include "media/libav.h"
#include "media/write/frame_packet.h"

#define TEST_ROWS 16
#define N_FRAMES 2
#define AVIO_BYTES 4096
/* Far more than a test file needs; a muxer that writes endlessly gets ENOSPC. */
#define MEMORY_FILE_MAX_BYTES (INT64_C(64) << 20)

/* --- a file in memory; avio_open_dyn_buf() pads at the last write position, which in avi is the header ---
 */

struct memory_file {
	uint8_t *data;
	int64_t size, capacity, position;
};

static int memory_file_read(void *opaque, uint8_t *buffer, int bytes)
{
	struct memory_file *file = opaque;

	if (bytes > file->size - file->position)
		bytes = (int)(file->size - file->position);
	if (bytes <= 0)
		return AVERROR_EOF;
	memcpy(buffer, file->data + file->position, (size_t)bytes);
	file->position += bytes;
	return bytes;
}

static int memory_file_reserve(struct memory_file *file, int64_t size)
{
	int64_t capacity = size + size / 2 + AVIO_BYTES;
	uint8_t *data;

	if (size <= file->capacity)
		return 0;
	if (size > MEMORY_FILE_MAX_BYTES)
		return -ENOSPC;
	data = av_realloc(file->data, (size_t)capacity);
	if (!data)
		return -ENOMEM;
	memset(data + file->capacity, 0, (size_t)(capacity - file->capacity));
	file->data = data;
	file->capacity = capacity;
	return 0;
}

static int memory_file_write(void *opaque, avio_write_data *data, int bytes)
{
	struct memory_file *file = opaque;
	int err = memory_file_reserve(file, file->position + bytes);

	if (err < 0)
		return err;
	memcpy(file->data + file->position, data, (size_t)bytes);
	file->position += bytes;
	if (file->position > file->size)
		file->size = file->position;
	return bytes;
}

static int64_t memory_file_seek(void *opaque, int64_t offset, int whence)
{
	struct memory_file *file = opaque;

	if (whence & AVSEEK_SIZE)
		return file->size;
	if (whence == SEEK_CUR)
		offset += file->position;
	if (whence == SEEK_END)
		offset += file->size;
	if (offset < 0)
		return -EINVAL;
	return file->position = offset;
}

/* NULL when memory is short. */
static AVIOContext *memory_file_open(struct memory_file *file, bool writing)
{
	uint8_t *buffer = av_malloc(AVIO_BYTES);
	AVIOContext *avio;

	if (!buffer)
		return NULL;
	file->position = 0;
	avio = avio_alloc_context(buffer, AVIO_BYTES, writing, file, writing ? NULL : memory_file_read,
				  writing ? memory_file_write : NULL, memory_file_seek);
	if (!avio)
		av_free(buffer);
	return avio;
}

/* The file's data stay. */
static void memory_file_close(AVIOContext **avio)
{
	if (!*avio)
		return;
	if ((*avio)->write_flag)
		avio_flush(*avio);
	av_freep(&(*avio)->buffer);
	avio_context_free(avio);
}

/* --- the round trip --- */

/* Noise, so that rows, planes or bytes in a different order are noticed. */
static AVFrame *alloc_noise(enum AVPixelFormat pix_fmt, int width, int height)
{
	AVFrame *frame = av_frame_alloc();
	uint32_t noise = 1;

	if (!frame)
		return NULL;
	frame->format = pix_fmt;
	frame->width = width;
	frame->height = height;
	if (av_frame_get_buffer(frame, 0) < 0) {
		av_frame_free(&frame);
		return NULL;
	}
	for (unsigned i = 0; i < AV_NUM_DATA_POINTERS && frame->buf[i]; i++) {
		for (size_t n = 0; n < frame->buf[i]->size; n++) {
			noise = noise * 1664525 + 1013904223; /* a linear congruential generator */
			frame->buf[i]->data[n] = (uint8_t)(noise >> 24);
		}
	}
	return frame;
}

/* A copy of the picture without padding; NULL on failure. */
static AVBufferRef *pack_picture(const AVFrame *f)
{
	enum AVPixelFormat pix_fmt = (enum AVPixelFormat)f->format;
	int size = av_image_get_buffer_size(pix_fmt, f->width, f->height, 1);
	AVBufferRef *packed = size > 0 ? av_buffer_allocz((size_t)size) : NULL;

	if (packed && av_image_copy_to_buffer(packed->data, size, (const uint8_t *const *)f->data,
					      f->linesize, pix_fmt, f->width, f->height, 1) < 0)
		av_buffer_unref(&packed);
	return packed;
}

static int write_packets(AVFormatContext *context, const AVFrame *picture)
{
	const AVStream *stream = context->streams[0];
	bool wrapped = stream->codecpar->codec_id == AV_CODEC_ID_WRAPPED_AVFRAME;
	AVBufferRef *packed = pack_picture(picture);
	AVPacket *packet = av_packet_alloc();
	int err = packed && packet ? 0 : -ENOMEM;

	for (int i = 0; err == 0 && i < N_FRAMES; i++) {
		packet->pts = packet->dts = av_rescale_q(i, (AVRational){ 1, 25 }, stream->time_base);
		packet->flags = AV_PKT_FLAG_KEY | AV_PKT_FLAG_TRUSTED;
		packet->data = wrapped ? (uint8_t *)picture : packed->data;
		packet->size = wrapped ? (int)sizeof *picture : (int)packed->size;
		err = av_write_frame(context, packet);
	}
	av_packet_free(&packet);
	av_buffer_unref(&packed);
	return err;
}

static int mux(const AVOutputFormat *muxer, const AVFrame *picture, uint32_t codec_tag,
	       struct memory_file *file)
{
	struct pixfmt pix = { .av = (enum AVPixelFormat)picture->format, .codec = AV_CODEC_ID_RAWVIDEO };
	struct video_format format = { .pix = &pix,
				       .width = (uint32_t)picture->width,
				       .height = (uint32_t)picture->height,
				       .range = AVCOL_RANGE_UNSPECIFIED,
				       .matrix = AVCOL_SPC_UNSPECIFIED,
				       .primaries = AVCOL_PRI_UNSPECIFIED,
				       .transfer = AVCOL_TRC_UNSPECIFIED };
	AVFormatContext *context = NULL;
	AVStream *stream = NULL;
	int err = -ENOMEM, trailer_err;

	if (avformat_alloc_output_context2(&context, muxer, NULL, NULL) >= 0)
		stream = avformat_new_stream(context, NULL);
	if (stream)
		context->pb = memory_file_open(file, true);
	if (!stream || !context->pb)
		goto done;
	frame_packet_codecpar(&format, stream->codecpar);
	stream->codecpar->codec_tag = codec_tag;
	if (muxer->video_codec == AV_CODEC_ID_WRAPPED_AVFRAME)
		stream->codecpar->codec_id = AV_CODEC_ID_WRAPPED_AVFRAME;
	context->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
	stream->time_base = (AVRational){ 1, 25 };
	stream->avg_frame_rate = (AVRational){ 25, 1 };
	err = avformat_write_header(context, NULL);
	if (err < 0)
		goto done;
	err = write_packets(context, picture);
	/* After an error too: it frees what avformat_write_header() allocated. */
	trailer_err = av_write_trailer(context);
	err = err < 0 ? err : trailer_err;
done:
	if (context)
		memory_file_close(&context->pb);
	avformat_free_context(context);
	return err;
}

/* The first picture of a file with one stream; NULL if there is none. */
static AVFrame *decode_first(AVFormatContext *context)
{
	AVCodecParameters *par;
	const AVCodec *codec;
	AVCodecContext *decoder = NULL;
	AVPacket *packet = av_packet_alloc();
	AVFrame *frame = av_frame_alloc();
	bool decoded = false;

	if (!packet || !frame || avformat_find_stream_info(context, NULL) < 0 || context->nb_streams != 1)
		goto done;
	par = context->streams[0]->codecpar;
	codec = avcodec_find_decoder(par->codec_id);
	decoder = codec ? avcodec_alloc_context3(codec) : NULL;
	if (!decoder)
		goto done;
	decoded = avcodec_parameters_to_context(decoder, par) >= 0 &&
		  avcodec_open2(decoder, codec, NULL) >= 0 && av_read_frame(context, packet) >= 0 &&
		  avcodec_send_packet(decoder, packet) >= 0 && avcodec_receive_frame(decoder, frame) >= 0;
done:
	if (!decoded)
		av_frame_free(&frame);
	avcodec_free_context(&decoder);
	av_packet_free(&packet);
	return frame;
}

static AVFrame *demux(struct memory_file *file)
{
	AVFormatContext *context = avformat_alloc_context();
	AVIOContext *avio = memory_file_open(file, false);
	AVFrame *frame = NULL;

	if (context && avio) {
		context->pb = avio;
		if (avformat_open_input(&context, NULL, NULL, NULL) >= 0)
			frame = decode_first(context);
	}
	avformat_close_input(&context);
	memory_file_close(&avio);
	return frame;
}

static bool pictures_equal(const AVFrame *a, const AVFrame *b)
{
	AVBufferRef *bytes_a, *bytes_b;
	bool same;

	if (a->format != b->format || a->width != b->width || a->height != b->height)
		return false;
	bytes_a = pack_picture(a);
	bytes_b = pack_picture(b);
	same = bytes_a && bytes_b && bytes_a->size == bytes_b->size &&
	       memcmp(bytes_a->data, bytes_b->data, bytes_a->size) == 0;
	av_buffer_unref(&bytes_a);
	av_buffer_unref(&bytes_b);
	return same;
}

static bool keeps_picture(const AVOutputFormat *muxer, const AVFrame *picture, uint32_t codec_tag)
{
	struct memory_file file = { 0 };
	AVFrame *read = NULL;
	bool same = false;

	if (mux(muxer, picture, codec_tag, &file) >= 0) {
		read = demux(&file);
		same = read && pictures_equal(picture, read);
	}
	av_free(file.data);
	av_frame_free(&read);
	return same;
}

bool roundtrip_keeps(const AVOutputFormat *muxer, enum AVPixelFormat pix_fmt, uint32_t width, uint32_t height,
		     uint32_t *codec_tag)
{
	/* The muxer's choice comes first: it is the standard's tag where there is one, while libav's tags for
	 * raw video are known to libav only. */
	const uint32_t tags[] = { 0, avcodec_pix_fmt_to_codec_tag(pix_fmt) };
	bool muted = libav_mute(true), kept = false;
	uint32_t rows = height > 2 * TEST_ROWS ? TEST_ROWS + height % TEST_ROWS : height;
	AVFrame *picture = alloc_noise(pix_fmt, (int)width, (int)rows);

	for (size_t i = 0; picture && !kept && i < ARRAY_SIZE(tags); i++) {
		kept = keeps_picture(muxer, picture, tags[i]);
		*codec_tag = tags[i];
	}
	av_frame_free(&picture);
	libav_mute(muted);
	return kept;
}
