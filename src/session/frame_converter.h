/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Converts frames in the buffers of one pool into those of another: an output device's, or an encoder's.
 * Compressed ones are decoded. */
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
	AVFrame *frame; /* a frame of `from`: its memory, or a copy that libav can use, or decoded */
	struct AVCodecContext *decoder;  /* NULL: frames are raw */
	struct AVPacket *packet;         /* for it */
	bool warned;                     /* of a frame that it cannot decode */
	bool copies;                     /* the frames differ in their padding alone */
	uint64_t n_copied, bytes_copied; /* of these */
};

/* With SCALING_PAD and one pixel format frames are copied, and the picture's edges repeated beyond it.
 * Returns 0; -ERANGE (libswscale cannot, or the sizes differ with SCALING_NONE), or -ENOMEM, logged. */
int frame_converter_open(struct frame_converter *converter, const struct video_format *from,
			 const struct video_format *to, enum scaling scaling);
/* For pool_link.fill; opaque is the converter. */
int frame_converter_fill(void *opaque, const struct buffer *from, struct buffer *to);
/* Takes a half-open one, which is then as one that was not opened. */
void frame_converter_close(struct frame_converter *converter);

#endif
