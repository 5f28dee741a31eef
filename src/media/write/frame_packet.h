/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A device's frames as libav sees them: packets (for copying) and pictures (for encoding). */
#ifndef MEDIA_WRITE_FRAME_PACKET_H
#define MEDIA_WRITE_FRAME_PACKET_H

#include <stdatomic.h>
#include <libavcodec/avcodec.h>
#include "media/frame.h"

/* How the frames of one format lie in memory. All zero before frame_packet_open(). */
struct frame_packet {
	struct video_format format;
	struct picture_layout layout; /* raw frames only */
	bool raw;                     /* pixels, as opposed to compressed or opaque bytes */
	AVBufferPool *pool;           /* for frames that must be gathered */
	size_t pool_bytes;
	_Atomic uint64_t copied_bytes; /* of picture that had to be gathered */
};

/* -EINVAL for a raw format that contradicts itself, logged. */
int frame_packet_open(struct frame_packet *picture, const struct video_format *format);
void frame_packet_close(struct frame_packet *picture);

/* Fills in data, size and buf of an empty packet: the frame's own memory where its bytes are what a container
 * wants, gathered into recycled memory else. -EINVAL for a frame that is too short for its picture. */
int frame_packet_make(struct frame_packet *picture, const struct frame *frame, AVPacket *packet);

/* Makes an empty AVFrame of a raw frame: its own memory again, but with `aligned` only where codecs and
 * scalers may read it with wide instructions, which fetch beyond a row's end. */
int frame_packet_make_avframe(struct frame_packet *picture, const struct frame *frame, bool aligned,
			      AVFrame *picture_out);

/* What a container or codec is told of the format: size, pixel format, colours, field order. */
void frame_packet_codecpar(const struct video_format *format, AVCodecParameters *parameters);
enum AVFieldOrder frame_packet_field_order(const struct video_format *format);

#endif
