/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A device's frames through an encoder, and a decoder before it where they come compressed. */
#ifndef MEDIA_WRITE_TRANSCODER_H
#define MEDIA_WRITE_TRANSCODER_H

#include "media/write/encoder.h"
#include "media/write/frame_packet.h"

struct transcoder {
	struct encoder encoder;
	AVCodecContext *decoder; /* NULL: frames are raw */
	struct frame_packet *source;
	AVFrame *picture;
	AVPacket *input, *output;
	/* Takes each packet that comes out, its times in encoder.context->time_base; blanks it. */
	int (*sink)(void *opaque, AVPacket *packet);
	void *opaque;
	bool complained; /* of a frame that cannot be decoded */
};

/* All zero but source, sink and opaque before. options->source need not be set. Errors are logged. */
int transcoder_open(struct transcoder *recoder, struct encoder_options *options);
/* pts in the encoder's time base. 1: the frame cannot be decoded and is left out; else what the sink or the
 * encoder says. */
int transcoder_write(struct transcoder *recoder, const struct frame *frame, int64_t pts);
/* What decoder and encoder still hold. */
int transcoder_flush(struct transcoder *recoder);
void transcoder_close(struct transcoder *recoder);

#endif
