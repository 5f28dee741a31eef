/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Passes a device's frames through an encoder, and through a decoder before it if they are compressed. */
#ifndef MEDIA_WRITE_TRANSCODER_H
#define MEDIA_WRITE_TRANSCODER_H

#include "media/write/encoder.h"
#include "media/write/frame_packet.h"

/* The caller sets frame_packet, write_packet and opaque; the rest is zero before transcoder_open(). */
struct transcoder {
	struct frame_packet *frame_packet;
	/* Receives each encoded packet, its times in encoder.context->time_base. 0 or a negative errno. */
	int (*write_packet)(void *opaque, AVPacket *packet);
	void *opaque;
	struct encoder encoder;
	AVCodecContext *decoder; /* NULL: frames are raw */
	AVFrame *picture;
	AVPacket *compressed, *encoded; /* the decoder's input, the encoder's output */
	bool warned;                    /* a frame could not be decoded, which was logged */
};

/* options->source is filled in from frame_packet. 0 or a negative errno, logged. */
int transcoder_open(struct transcoder *t, struct encoder_options *options);
/* pts: in the encoder's time base. Sets frame->copied_bytes as writer_write(). 0; 1: the frame cannot be
 * decoded and is dropped; or a negative errno of the encoder or write_packet(). */
int transcoder_write(struct transcoder *t, struct frame *frame, int64_t pts);
/* Drains decoder and encoder. */
int transcoder_flush(struct transcoder *t);
void transcoder_close(struct transcoder *t);

#endif
