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
	AVBufferPool *pool;        /* for converted pictures, which the encoder may hold */
};

struct encoder_options {
	const AVCodec *codec;
	const char *options; /* "crf=18,preset=fast" or NULL; pixel_format or pix_fmt sets its input format */
	bool playable; /* 8-bit 4:2:0, which browsers and phones play, unless `options` set the pixel format
			*/
	const AVCodecParameters *source; /* of the pictures to encode */
	enum AVPixelFormat raw_format;   /* for codecs that do not compress: the format that the container
					    needs, or AV_PIX_FMT_NONE */
	AVRational fps;                  /* 0/1: unknown */
	bool constant_rate;              /* timestamps are multiples of 1/fps */
	bool global_header;              /* the container needs extradata (AVFMT_GLOBALHEADER) */
};

/* The encoder of that name, or the default encoder of the codec of that name; NULL, logged, if there is none.
 */
const AVCodec *encoder_find(const char *name);

/* Where the encoder takes only even sizes, an odd one loses its last column or row, with a warning; the
 * caller crops its pictures to the size of e->context. -EINVAL, logged, for options that the encoder does not
 * have or accept, and for sizes that it does not support; -ENOTSUP, logged, for pixel formats that cannot be
 * converted. */
int encoder_open(struct encoder *e, const struct encoder_options *options);
/* Takes a picture whose pts is in e->context->time_base, and converts it if necessary; NULL starts draining.
 * 0 or a negative errno, logged. */
int encoder_send(struct encoder *e, const AVFrame *picture);
/* 0; -EAGAIN: send more pictures first; AVERROR_EOF: drained; other errors are logged. */
int encoder_receive(struct encoder *e, AVPacket *packet);
void encoder_close(struct encoder *e);

#endif
