/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encodes pictures with libavcodec, converted to a pixel format that the encoder takes. */
#ifndef MEDIA_WRITE_ENCODER_H
#define MEDIA_WRITE_ENCODER_H

#include <stdbool.h>
#include <libavcodec/avcodec.h>
#include "media/converter.h"

/* Zero-initialise. */
struct encoder {
	AVCodecContext *context;
	struct converter converter;
	AVFrame *converted_format; /* properties only; no memory */
	AVBufferPool *pool;        /* for converted pictures, which the encoder may keep for a while */
};

struct encoder_options {
	const AVCodec *codec;
	const char *options; /* "crf=18,preset=fast" or NULL; pixel_format, or pix_fmt, is what it encodes */
	bool playable; /* 4:2:0 of 8 bits, unless `options` name the pixel format: what browsers and phones
			  play */
	const AVCodecParameters *source; /* of the pictures to encode */
	enum AVPixelFormat raw_format;   /* the pixel format that the container needs, or AV_PIX_FMT_NONE; for
					    codecs that do not compress */
	AVRational fps;                  /* 0/1: unknown */
	bool constant_rate;              /* timestamps are multiples of 1/fps */
	bool global_header;              /* the container needs extradata (AVFMT_GLOBALHEADER) */
};

/* The encoder of that name, or the default one of the codec of that name; NULL if there is none, logged. */
const AVCodec *encoder_find(const char *name);

/* Where the encoder takes even sizes only, an odd one loses its last column or row, with a warning; the
 * caller crops its pictures to e->context's size. -EINVAL for options that the encoder does not have or does
 * not accept, and for sizes it does not support; -ENOTSUP for pixel formats that cannot be converted; logged.
 */
int encoder_open(struct encoder *e, const struct encoder_options *options);
/* Takes a picture whose pts is in e->context->time_base, and converts it if necessary; NULL starts draining.
 * 0 or a negative errno, logged. */
int encoder_send(struct encoder *e, const AVFrame *picture);
/* 0; -EAGAIN: send more pictures first; AVERROR_EOF: drained; other errors are logged. */
int encoder_receive(struct encoder *e, AVPacket *packet);
void encoder_close(struct encoder *e);

#endif
