/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Converts frames between the buffers of two pools, the second of which is an output device's or an
 * encoder's. Compressed frames are decoded. */
#ifndef SESSION_FRAME_CONVERTER_H
#define SESSION_FRAME_CONVERTER_H

#include "media/read/scaler.h"
#include "queue/buffer.h"

/* Zero to begin with. */
struct frame_converter {
	struct target target;
	struct scaler scaler;
	struct video_format from;
	struct picture_layout layout; /* of `from` */
	AVFrame *frame; /* a frame of `from`: a reference to its memory, a copy that libav can use, or the
			   decoded picture */
	struct AVCodecContext *decoder;  /* NULL: frames are raw */
	struct AVPacket *packet;         /* its input */
	bool is_stream;                  /* frames depend on those before them */
	bool warned;                     /* a frame could not be decoded, which was logged */
	uint64_t n_undecodable;          /* their number, which the caller may reset */
	bool copies;                     /* the formats differ in their padding only */
	uint64_t n_copied, bytes_copied; /* in that case */
};

/* The format of the pictures in these frames. Drivers do not report the range of a compressed stream. */
struct video_format frame_converter_pictures(const struct video_format *from);
/* With SCALING_PAD and a single pixel format frames are copied, and the edges of the picture repeated in the
 * padding. Returns 0; -ERANGE (libswscale cannot convert, or the sizes differ with SCALING_NONE), or -ENOMEM,
 * logged. */
int frame_converter_open(struct frame_converter *converter, const struct video_format *from,
			 const struct video_format *to, enum scaling scaling);
/* For pool_link.fill; opaque is the converter. */
int frame_converter_fill(void *opaque, const struct buffer *from, struct buffer *to);
/* For a frame that is dropped: frames of a stream are decoded nevertheless, as later ones depend on them. */
void frame_converter_skip(struct frame_converter *converter, const struct buffer *from);
/* Accepts a half-open one, which can then be opened again. */
void frame_converter_close(struct frame_converter *converter);

#endif
