/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Passes a device's frames through an encoder, and through a decoder before it if they are compressed. */
#include "media/write/transcoder.h"

#include <errno.h>
#include "base/log.h"
#include "media/frame_decoder.h"
#include "media/libav.h"

/* The encoder is opened before the first frame is decoded. Pictures of another format are converted. */
static void assume_decoded_format(AVCodecParameters *par, uint32_t field)
{
	par->format = frame_decoder_usual_format(par->codec_id);
	if (par->color_range == AVCOL_RANGE_UNSPECIFIED)
		par->color_range = frame_decoder_usual_range(par->codec_id);
	/* Pictures of a single field are not interlaced. */
	if (field == FIELD_ALTERNATE || field == FIELD_SEQ_TB || field == FIELD_SEQ_BT)
		par->field_order = AV_FIELD_PROGRESSIVE;
}

int transcoder_open(struct transcoder *t, struct encoder_options *options)
{
	AVCodecParameters *par = avcodec_parameters_alloc();
	int err = -ENOMEM;

	t->picture = av_frame_alloc();
	t->compressed = av_packet_alloc();
	t->encoded = av_packet_alloc();
	if (!par || !t->picture || !t->compressed || !t->encoded)
		goto done;
	frame_packet_codecpar(&t->frame_packet->format, par);
	if (!t->frame_packet->raw) {
		err = frame_decoder_open(&t->decoder, par, false);
		if (err < 0)
			goto done;
		assume_decoded_format(par, t->frame_packet->format.field);
	}
	options->source = par;
	err = encoder_open(&t->encoder, options);
	options->source = NULL;
done:
	avcodec_parameters_free(&par);
	if (err < 0)
		transcoder_close(t);
	return err;
}

/* Crops to the size that the encoder accepts where it is odd. */
static void crop_picture(AVFrame *picture, const AVCodecContext *encoder)
{
	if (picture->width == encoder->width + 1)
		picture->width = encoder->width;
	if (picture->height == encoder->height + 1)
		picture->height = encoder->height;
}

static void set_fields(AVFrame *picture, enum AVFieldOrder order)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
	picture->flags &= ~(AV_FRAME_FLAG_INTERLACED | AV_FRAME_FLAG_TOP_FIELD_FIRST);
	if (order > AV_FIELD_PROGRESSIVE)
		picture->flags |= AV_FRAME_FLAG_INTERLACED;
	if (order == AV_FIELD_TT)
		picture->flags |= AV_FRAME_FLAG_TOP_FIELD_FIRST;
#else
	picture->interlaced_frame = order > AV_FIELD_PROGRESSIVE;
	picture->top_field_first = order == AV_FIELD_TT;
#endif
}

/* Encodes the picture, unreferences it, and passes on the packets that come out. NULL drains. */
static int encode_picture(struct transcoder *t, AVFrame *picture)
{
	int err;

	if (picture) {
		picture->pict_type =
			AV_PICTURE_TYPE_NONE; /* else the encoder would code every frame as a key frame */
		picture->sample_aspect_ratio = t->encoder.context->sample_aspect_ratio;
		crop_picture(picture, t->encoder.context);
		set_fields(picture, t->encoder.context->field_order);
	}
	err = encoder_send(&t->encoder, picture);
	if (picture)
		av_frame_unref(picture);
	while (err >= 0) {
		err = encoder_receive(&t->encoder, t->encoded);
		if (err == -EAGAIN || err == AVERROR_EOF)
			return 0;
		if (err < 0)
			break;
		err = t->write_packet(t->opaque, t->encoded);
		av_packet_unref(t->encoded);
	}
	return err;
}

/* Encodes the pictures that the decoder has ready. 0: there are no more for now; 1: a packet could not be
 * decoded, and there may be more; or a negative errno. */
static int encode_decoded(struct transcoder *t)
{
	int err, encode_err;

	while ((err = avcodec_receive_frame(t->decoder, t->picture)) >= 0) {
		encode_err = encode_picture(t, t->picture);
		if (encode_err < 0)
			return encode_err;
	}
	return err == -EAGAIN || err == AVERROR_EOF ? 0 : err == -ENOMEM ? err : 1;
}

static void warn_of_damage(struct transcoder *t)
{
	if (!t->warned)
		log_warn("a frame cannot be decoded and is dropped: %s", libav_err_str(AVERROR_INVALIDDATA));
	t->warned = true;
}

/* Returns as transcoder_write(). */
static int decode(struct transcoder *t, const AVPacket *packet)
{
	int err;

	libav_clear_error();
	err = avcodec_send_packet(t->decoder, packet);
	if (err >= 0)
		err = encode_decoded(t);
	else if (err != -ENOMEM)
		err = 1;
	if (err > 0)
		warn_of_damage(t);
	return err;
}

static int drain_decoder(struct transcoder *t)
{
	int err;

	libav_clear_error();
	err = avcodec_send_packet(t->decoder, NULL);
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	/* The frames after a damaged one are good. */
	while ((err = encode_decoded(t)) > 0)
		warn_of_damage(t);
	return err;
}

int transcoder_write(struct transcoder *t, struct frame *frame, int64_t pts)
{
	/* A wrapped AVFrame is not read here, so it needs neither alignment nor a copy. */
	bool aligned = t->encoder.context->codec_id != AV_CODEC_ID_WRAPPED_AVFRAME;
	int err;

	if (!t->decoder) {
		err = frame_packet_make_avframe(t->frame_packet, frame, aligned, t->picture);
		if (err < 0) {
			av_frame_unref(t->picture);
			return err;
		}
		t->picture->pts = pts;
		return encode_picture(t, t->picture);
	}
	err = frame_packet_make(t->frame_packet, frame, t->compressed);
	if (err < 0)
		return err;
	t->compressed->pts = t->compressed->dts = pts;
	err = decode(t, t->compressed);
	av_packet_unref(t->compressed);
	return err;
}

int transcoder_flush(struct transcoder *t)
{
	int err = t->decoder ? drain_decoder(t) : 0;

	return err < 0 ? err : encode_picture(t, NULL);
}

void transcoder_close(struct transcoder *t)
{
	avcodec_free_context(&t->decoder);
	encoder_close(&t->encoder);
	av_frame_free(&t->picture);
	av_packet_free(&t->compressed);
	av_packet_free(&t->encoded);
}
