/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory for a decoder's pictures: blanks of the target where it can decode into them. */
#ifndef MEDIA_READ_DECODER_BUFFERS_H
#define MEDIA_READ_DECODER_BUFFERS_H

#include <stdatomic.h>
#include <libavcodec/avcodec.h>
#include "media/read/scaler.h"

/* All zero before lease_open(). Must outlive the decoder and all of its pictures. */
struct lease {
	_Atomic(const struct fit *) fit; /* NULL: no target yet */
	int64_t max_bytes;
	_Atomic int64_t bytes; /* of libavcodec's own memory, in use */
	_Atomic unsigned n_blanks;
	_Atomic bool unsuited; /* no blank of this target is as the decoder needs its memory */
};

/* Sets a decoder up that is not open yet. */
void lease_open(struct lease *lease, AVCodecContext *decoder);
/* From now on blanks may be used. The fit must live as long as the decoder. */
void lease_start(struct lease *lease, const struct fit *fit);

/* Whether this picture lies in a blank that has not been handed on yet: then it is `picture` (memory is a new
 * reference). */
bool lease_take_picture(const struct lease *lease, const AVFrame *frame, struct frame *picture);

#endif
