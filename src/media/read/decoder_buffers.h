/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* AVCodecContext.get_buffer2: decodes frames into the target's buffers where possible, otherwise into memory
 * of libavcodec's, up to a limit. */
#ifndef MEDIA_READ_DECODER_BUFFERS_H
#define MEDIA_READ_DECODER_BUFFERS_H

#include <stdatomic.h>
#include <libavcodec/avcodec.h>
#include "media/read/target.h"

/* Zeroed before decoder_buffers_init(). Must outlive the decoder and all of its frames. */
struct decoder_buffers {
	_Atomic(const struct target *) target; /* NULL: libavcodec's memory only */
	unsigned n_direct;                     /* the most of them that may be in use */
	/* The container's range for all frames, which overrides the codec's; unspecified: it does not. Set
	 * before frames are decoded. */
	enum AVColorRange range;
	enum AVColorSpace matrix;
	int64_t max_bytes;
	_Atomic int64_t bytes;     /* of libavcodec's memory in use */
	_Atomic unsigned n_used;   /* of the target's buffers in use */
	_Atomic bool target_unfit; /* its buffers do not meet the decoder's requirements */
};

/* Installs get_buffer2; call before avcodec_open2(). */
void decoder_buffers_init(struct decoder_buffers *buffers, AVCodecContext *decoder);
/* Allows up to n_direct of the target's buffers to be used. The target must outlive the decoder. */
void decoder_buffers_enable(struct decoder_buffers *buffers, const struct target *target, unsigned n_direct);

/* If the decoder put this frame into a buffer of the target, and the buffer was not handed out before, fills
 * in *out, with a new reference to the buffer. Returns whether it did. */
bool decoder_buffers_take(const struct decoder_buffers *buffers, const AVFrame *frame, struct frame *out);

#endif
