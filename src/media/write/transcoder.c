/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A device's frames through an encoder, and a decoder before it where they come compressed. */
#include "media/write/transcoder.h"

#include <errno.h>
#include "base/log.h"
#include "media/libav.h"

static int open_decoder(struct transcoder *r, const AVCodecParameters *parameters)
{
	const AVCodec *codec = avcodec_find_decoder(parameters->codec_id);
	int err;

	if (!codec) {
		log_error("%s frames cannot be decoded: this libavcodec has no decoder for them",
			  avcodec_get_name(parameters->codec_id));
		return -ENOTSUP;
	}
	if (!(r->decoder = avcodec_alloc_context3(codec)))
		return -ENOMEM;
	err = avcodec_parameters_to_context(r->decoder, parameters);
	if (err < 0)
		return err;
	r->decoder->thread_count = 0;
	libav_clear_error();
	err = avcodec_open2(r->decoder, codec, NULL);
	if (err < 0)
		log_error("%s decoder: %s", codec->name, libav_err_str(err));
	return err;
}

int transcoder_open(struct transcoder *r, struct encoder_options *options)
{
	AVCodecParameters *parameters = avcodec_parameters_alloc();
	int err = -ENOMEM;

	r->picture = av_frame_alloc();
	r->input = av_packet_alloc();
	r->output = av_packet_alloc();
	if (!parameters || !r->picture || !r->input || !r->output)
		goto done;
	frame_packet_codecpar(&r->source->format, parameters);
	if (!r->source->raw) {
		err = open_decoder(r, parameters);
		if (err < 0)
			goto done;
		/* What cameras' JPEGs and streams usually are; a picture that turns out otherwise is
		 * converted to it. */
		parameters->format =
			parameters->codec_id == AV_CODEC_ID_MJPEG ? AV_PIX_FMT_YUVJ422P : AV_PIX_FMT_YUV420P;
		if (parameters->color_range == AVCOL_RANGE_UNSPECIFIED)
			parameters->color_range = parameters->codec_id == AV_CODEC_ID_MJPEG
							  ? AVCOL_RANGE_JPEG
							  : AVCOL_RANGE_MPEG;
	}
	options->source = parameters;
	err = encoder_open(&r->encoder, options);
	options->source = NULL;
done:
	avcodec_parameters_free(&parameters);
	if (err < 0)
		transcoder_close(r);
	return err;
}

static int take_packets(struct transcoder *r)
{
	int err;

	while ((err = encoder_receive(&r->encoder, r->output)) >= 0) {
		err = r->sink(r->opaque, r->output);
		av_packet_unref(r->output);
		if (err < 0)
			return err;
	}
	return err == AVERROR_EOF || err == -EAGAIN ? 0 : err;
}

static int encode(struct transcoder *r, AVFrame *picture)
{
	int err;

	if (picture) {
		picture->pict_type = AV_PICTURE_TYPE_NONE; /* a JPEG's "intra" is no order to the encoder */
		picture->sample_aspect_ratio = (AVRational){ 0, 1 };
	}
	err = encoder_send(&r->encoder, picture);
	if (picture)
		av_frame_unref(picture);
	if (err < 0)
		return err;
	return take_packets(r);
}

/* NULL: no more will come. */
static int decode(struct transcoder *r, const AVPacket *packet)
{
	int err, encode_err;

	libav_clear_error();
	err = avcodec_send_packet(r->decoder, packet);
	while (err >= 0) {
		err = avcodec_receive_frame(r->decoder, r->picture);
		if (err < 0)
			break;
		encode_err = encode(r, r->picture);
		if (encode_err < 0)
			return encode_err;
	}
	if (err == -EAGAIN || err == AVERROR_EOF)
		return 0;
	if (!r->complained)
		log_warn("a frame cannot be decoded and is left out: %s", libav_err_str(err));
	r->complained = true;
	return err == -ENOMEM ? err : 1;
}

int transcoder_write(struct transcoder *r, const struct frame *frame, int64_t pts)
{
	int err;

	if (!r->decoder) {
		/* A wrapped frame is only handed on, which needs no alignment and should cost no copy. */
		bool aligned = r->encoder.context->codec_id != AV_CODEC_ID_WRAPPED_AVFRAME;

		err = frame_packet_make_avframe(r->source, frame, aligned, r->picture);
		if (err < 0) {
			av_frame_unref(r->picture);
			return err;
		}
		r->picture->pts = pts;
		return encode(r, r->picture);
	}
	err = frame_packet_make(r->source, frame, r->input);
	if (err < 0)
		return err;
	r->input->pts = r->input->dts = pts;
	err = decode(r, r->input);
	av_packet_unref(r->input);
	return err;
}

int transcoder_flush(struct transcoder *r)
{
	int err = r->decoder ? decode(r, NULL) : 0;

	return err < 0 ? err : encode(r, NULL);
}

void transcoder_close(struct transcoder *r)
{
	avcodec_free_context(&r->decoder);
	encoder_close(&r->encoder);
	av_frame_free(&r->picture);
	av_packet_free(&r->input);
	av_packet_free(&r->output);
}
