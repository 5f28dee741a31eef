/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encodes, decodes or converts the frames of a simulated memory-to-memory node. */
#include "sim/transcoder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <libavcodec/avcodec.h>
#include <libswscale/swscale.h>
#include "base/picture.h"
#include "sim/codec_internal.h"

struct sim_transcoder {
	struct sim_transcoder_setup setup;
	AVCodecContext *context; /* NULL: a converter */
	struct SwsContext *sws;
	AVFrame *loaded;   /* the input frame; decoder: the decoded frame */
	AVFrame *scaled;   /* the frame in the size and format wanted */
	AVPacket *packet;  /* encoder: the next packet; decoder: the input packet */
	bool has_next;     /* loaded or packet can be taken */
	bool header_taken; /* the parameter sets were taken */
	bool drained;
	int64_t last_pts; /* the highest one taken */
};

/* libswscale has one format where libavutil's differ only by their range; the range is a parameter. */
static enum AVPixelFormat without_range(enum AVPixelFormat format)
{
	return format == AV_PIX_FMT_YUVJ420P   ? AV_PIX_FMT_YUV420P
	       : format == AV_PIX_FMT_YUVJ422P ? AV_PIX_FMT_YUV422P
	       : format == AV_PIX_FMT_YUVJ444P ? AV_PIX_FMT_YUV444P
					       : format;
}

/* A frame with memory, of the size and format given. */
static int prepare_frame(AVFrame *frame, enum AVPixelFormat format, uint32_t width, uint32_t height,
			 enum AVColorRange range)
{
	int err;

	av_frame_unref(frame);
	frame->format = format;
	frame->width = (int)width;
	frame->height = (int)height;
	frame->color_range = range;
	err = av_frame_get_buffer(frame, 0);
	for (unsigned i = 0; err == 0 && i < AV_NUM_DATA_POINTERS && frame->buf[i]; i++)
		memset(frame->buf[i]->data, 0, frame->buf[i]->size);
	return err;
}

/* Copies the visible part of a device's buffer to t->loaded. */
static int load_frame(struct sim_transcoder *t, const uint8_t *const payloads[MAX_PLANES])
{
	const struct video_format *from = &t->setup.from;
	const struct v4l2_rect *visible = &t->setup.visible;
	struct picture_layout layout;
	int err = video_format_layout(from, &layout);

	if (err >= 0)
		err = prepare_frame(t->loaded, from->pix->av, from->width, from->height, from->range);
	if (err < 0)
		return err;
	picture_load(&layout, payloads, t->loaded->data, t->loaded->linesize);
	t->loaded->crop_left = (size_t)visible->left;
	t->loaded->crop_top = (size_t)visible->top;
	t->loaded->crop_right = from->width - visible->width - (uint32_t)visible->left;
	t->loaded->crop_bottom = from->height - visible->height - (uint32_t)visible->top;
	return av_frame_apply_cropping(t->loaded, AV_FRAME_CROP_UNALIGNED);
}

/* Converts t->loaded to t->scaled. */
static int scale_frame(struct sim_transcoder *t, enum AVPixelFormat format, uint32_t width, uint32_t height,
		       enum AVColorRange range)
{
	const int *matrix = sws_getCoefficients(SWS_CS_ITU601);
	const AVFrame *from = t->loaded;
	bool pads = t->setup.kind == SIM_DECODER; /* and does not scale */
	int err;

	if (pads && ((uint32_t)from->width > width || (uint32_t)from->height > height))
		return -ENOSPC;
	err = prepare_frame(t->scaled, format, width, height, range);
	if (err < 0)
		return err;
	t->scaled->pts = from->pts;
	t->sws = sws_getCachedContext(t->sws, from->width, from->height, without_range(from->format),
				      pads ? from->width : (int)width, pads ? from->height : (int)height,
				      without_range(format), SWS_BILINEAR | SWS_ACCURATE_RND, NULL, NULL,
				      NULL);
	if (!t->sws)
		return -ENOTSUP;
	sws_setColorspaceDetails(t->sws, matrix, from->color_range == AVCOL_RANGE_JPEG, matrix,
				 range == AVCOL_RANGE_JPEG, 0, 1 << 16, 1 << 16);
	err = sws_scale(t->sws, (const uint8_t *const *)from->data, from->linesize, 0, from->height,
			t->scaled->data, t->scaled->linesize);
	return err < 0 ? err : 0;
}

/* Sets the encoder's quality from the controls; if none is set, that of the table stays. */
static int set_quality(AVCodecContext *context, const struct sim_coding *coding, AVDictionary **options)
{
	int err = 0;

	if (context->codec_id == AV_CODEC_ID_MJPEG && coding->jpeg_quality) {
		int64_t q = 2 + (100 - coding->jpeg_quality) * 29 / 99;

		err = av_dict_set_int(options, "qmin", q, 0);
		return err < 0 ? err : av_dict_set_int(options, "qmax", q, 0);
	}
	context->bit_rate = coding->bitrate;
	if (coding->bitrate || coding->qp)
		err = av_dict_set(options, "crf", NULL, 0);
	if (err >= 0 && coding->qp)
		err = av_dict_set_int(options, "qp", coding->qp, 0);
	if (coding->min_qp)
		context->qmin = (int)coding->min_qp;
	if (coding->max_qp)
		context->qmax = (int)coding->max_qp;
	return err;
}

static int set_encoder_options(AVCodecContext *context, const struct sim_transcoder_setup *setup,
			       const struct sim_codec_row *row, AVDictionary **options)
{
	const struct sim_coding *coding = &setup->coding;
	struct fraction fps = coding->fps.num ? coding->fps : (struct fraction){ 30, 1 };
	int err = av_dict_parse_string(options, row->options, "=", ":", 0);

	context->width = (int)setup->visible.width;
	context->height = (int)setup->visible.height;
	context->pix_fmt = row->av;
	context->color_range = setup->to.range;
	context->framerate = (AVRational){ (int)fps.num, (int)fps.den };
	context->time_base = av_inv_q(context->framerate);
	context->gop_size = (int)coding->gop;
	context->max_b_frames = setup->repeats ? 0 : (int)coding->b_frames;
	if (coding->separate_header)
		context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	if (err >= 0 && context->codec_id == AV_CODEC_ID_H264)
		err = av_dict_set(options, "forced-idr", "1", 0);
	return err < 0 ? err : set_quality(context, coding, options);
}

static int open_codec(struct sim_transcoder *t)
{
	bool encodes = t->setup.kind == SIM_ENCODER;
	const struct sim_codec_row *row =
		sim_codec_find_row(encodes ? t->setup.to.fourcc : t->setup.from.fourcc);
	const AVCodec *codec = row ? avcodec_find_encoder_by_name(row->encoder) : NULL;
	AVDictionary *options = NULL;
	int err = 0;

	if (codec && !encodes)
		codec = avcodec_find_decoder(codec->id);
	if (!codec)
		return -ENOTSUP;
	if (!(t->context = avcodec_alloc_context3(codec)))
		return -ENOMEM;
	t->context->thread_count = 1;
	t->context->log_level_offset = AV_LOG_TRACE; /* hides its messages */
	if (encodes)
		err = set_encoder_options(t->context, &t->setup, row, &options);
	if (err >= 0)
		err = avcodec_open2(t->context, codec, &options);
	av_dict_free(&options);
	return err;
}

int sim_transcoder_open(struct sim_transcoder **transcoder, const struct sim_transcoder_setup *setup)
{
	struct sim_transcoder *t = calloc(1, sizeof *t);
	int err = 0;

	if (!t)
		return -ENOMEM;
	t->setup = *setup;
	t->last_pts = -1;
	t->loaded = av_frame_alloc();
	t->scaled = av_frame_alloc();
	t->packet = av_packet_alloc();
	if (!t->loaded || !t->scaled || !t->packet)
		err = -ENOMEM;
	else if (setup->kind != SIM_CONVERTER)
		err = open_codec(t);
	if (err < 0) {
		sim_transcoder_close(t);
		return err;
	}
	*transcoder = t;
	return 0;
}

void sim_transcoder_close(struct sim_transcoder *t)
{
	if (!t)
		return;
	avcodec_free_context(&t->context);
	sws_freeContext(t->sws);
	av_frame_free(&t->loaded);
	av_frame_free(&t->scaled);
	av_packet_free(&t->packet);
	free(t);
}

static int put_packet(struct sim_transcoder *t, const uint8_t *data, uint32_t bytes, uint64_t number)
{
	int err = av_new_packet(t->packet, (int)bytes);

	if (err < 0)
		return err;
	memcpy(t->packet->data, data, bytes);
	t->packet->pts = (int64_t)number;
	err = avcodec_send_packet(t->context, t->packet);
	av_packet_unref(t->packet);
	return err;
}

static int encode_scaled(struct sim_transcoder *t, bool force_key)
{
	int err = scale_frame(t, t->context->pix_fmt, t->setup.visible.width, t->setup.visible.height,
			      t->context->color_range);

	if (err < 0)
		return err;
	if (force_key)
		t->scaled->pict_type = AV_PICTURE_TYPE_I;
	return avcodec_send_frame(t->context, t->scaled);
}

/* The first packet, a key frame, is repeated for each frame. */
static bool is_repeating(const struct sim_transcoder *t)
{
	return t->setup.repeats && t->packet->size;
}

int sim_transcoder_put(struct sim_transcoder *t, const uint8_t *const payloads[MAX_PLANES], uint32_t bytes,
		       uint64_t number, bool force_key)
{
	int err;

	if (t->setup.kind == SIM_DECODER)
		return put_packet(t, payloads[0], bytes, number);
	if (is_repeating(t)) {
		t->packet->pts = (int64_t)number;
		t->has_next = true;
		return 0;
	}
	err = load_frame(t, payloads);
	if (err < 0)
		return err;
	t->loaded->pts = (int64_t)number;
	t->has_next = t->setup.kind == SIM_CONVERTER;
	return t->has_next ? 0 : encode_scaled(t, force_key);
}

int sim_transcoder_drain(struct sim_transcoder *t)
{
	t->drained = true;
	if (t->setup.kind == SIM_CONVERTER || is_repeating(t))
		return 0;
	return t->setup.kind == SIM_ENCODER ? avcodec_send_frame(t->context, NULL)
					    : avcodec_send_packet(t->context, NULL);
}

/* 1, AVERROR(EAGAIN), AVERROR_EOF, or another error. */
static int receive(struct sim_transcoder *t)
{
	int err;

	if (t->setup.kind == SIM_CONVERTER || is_repeating(t))
		err = t->drained ? AVERROR_EOF : AVERROR(EAGAIN);
	else if (t->setup.kind == SIM_ENCODER)
		err = avcodec_receive_packet(t->context, t->packet);
	else
		err = avcodec_receive_frame(t->context, t->loaded);
	return err < 0 ? err : 1;
}

static bool header_is_next(const struct sim_transcoder *t)
{
	return t->setup.coding.separate_header && !t->header_taken && t->context &&
	       t->context->extradata_size;
}

static uint32_t coded_flags(const struct sim_transcoder *t)
{
	if (header_is_next(t))
		return 0;
	if (t->packet->flags & AV_PKT_FLAG_KEY)
		return V4L2_BUF_FLAG_KEYFRAME;
	return t->packet->pts < t->last_pts ? V4L2_BUF_FLAG_BFRAME : V4L2_BUF_FLAG_PFRAME;
}

/* The frame of a converter has none. */
static uint32_t decoded_flags(const AVFrame *frame)
{
	return frame->decode_error_flags || frame->flags & AV_FRAME_FLAG_CORRUPT ? V4L2_BUF_FLAG_ERROR : 0;
}

int sim_transcoder_next(struct sim_transcoder *t, struct sim_transcoded *next)
{
	int result = t->has_next ? 1 : receive(t);

	if (result < 0) /* skips what is damaged */
		return result == AVERROR_EOF ? result : 0;
	t->has_next = true;
	if (t->setup.kind == SIM_ENCODER)
		*next = (struct sim_transcoded){ .number = (uint64_t)t->packet->pts,
						 .flags = coded_flags(t) };
	else
		*next = (struct sim_transcoded){ .number = (uint64_t)t->loaded->pts,
						 .flags = decoded_flags(t->loaded),
						 .width = (uint32_t)t->loaded->width,
						 .height = (uint32_t)t->loaded->height };
	return 1;
}

static int copy_coded(uint8_t *to, uint32_t size, const uint8_t *from, int bytes)
{
	if ((uint32_t)bytes > size)
		return -ENOSPC;
	memcpy(to, from, (size_t)bytes);
	return bytes;
}

static int take_packet(struct sim_transcoder *t, uint8_t *data, uint32_t size)
{
	int n;

	if (header_is_next(t)) {
		t->header_taken = true;
		return copy_coded(data, size, t->context->extradata, t->context->extradata_size);
	}
	if (t->packet->pts > t->last_pts)
		t->last_pts = t->packet->pts;
	n = copy_coded(data, size, t->packet->data, t->packet->size);
	if (!is_repeating(t))
		av_packet_unref(t->packet);
	t->has_next = false;
	return n;
}

int sim_transcoder_take(struct sim_transcoder *t, const struct video_format *to,
			uint8_t *const payloads[MAX_PLANES], uint32_t size)
{
	struct picture_layout layout;
	int err;

	if (t->setup.kind == SIM_ENCODER)
		return take_packet(t, payloads[0], size);
	t->has_next = false;
	err = video_format_layout(to, &layout);
	if (err == 0)
		err = scale_frame(t, to->pix->av, to->width, to->height, to->range);
	if (err == 0)
		picture_store(&layout, payloads, (const uint8_t *const *)t->scaled->data,
			      t->scaled->linesize);
	return err;
}
