/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures into packets, by libavcodec. */
#ifndef MEDIA_WRITE_ENCODER_H
#define MEDIA_WRITE_ENCODER_H

#include <stdbool.h>
#include <libavcodec/avcodec.h>
#include "media/converter.h"

struct encoder {
	AVCodecContext *context;
	struct converter converter;
	AVFrame *converted; /* its description; each picture has memory of its own, for the encoder may keep
			       it */
	AVBufferPool *pool;
	int pool_bytes;
};

struct encoder_options {
	const AVCodec *codec;
	const char *options; /* "crf=18,preset=fast" or NULL; pix_fmt chooses the pixel format */
	/* What pictures will be like. With a raw codec the pixel format the container wants may differ:
	 * `raw_format`. */
	const AVCodecParameters *source;
	enum AVPixelFormat raw_format;
	AVRational fps;     /* 0/1: not known */
	bool constant_rate; /* times are to lie on the grid of 1/fps */
	bool global_header; /* the container wants the codec's header for itself */
};

/* The encoder of that name, or of the codec of that name; NULL when there is none, logged. */
const AVCodec *encoder_find(const char *name);

/* All zero before. -EINVAL for options that the encoder does not have or take, and for sizes it cannot do;
 * logged. */
int encoder_open(struct encoder *encoder, const struct encoder_options *options);
/* Takes a picture whose pts is in encoder->context->time_base, converting it where that is needed; NULL: no
 * more will come. */
int encoder_send(struct encoder *encoder, const AVFrame *picture);
/* -EAGAIN: nothing more now; AVERROR_EOF: nothing more at all. */
int encoder_receive(struct encoder *encoder, AVPacket *packet);
void encoder_close(struct encoder *encoder);

#endif
