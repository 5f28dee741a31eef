/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decodes packets into frames, by libavcodec. */
#ifndef MEDIA_READ_DECODER_H
#define MEDIA_READ_DECODER_H

#include "media/read/decoder_buffers.h"
#include "media/read/demuxer.h"

/* Zeroed before decoder_open(), and not moved while open; decoder_close() takes a half-open one. */
struct decoder {
	AVCodecContext *context;
	AVPacket *packet;
	struct decoder_buffers buffers;
	const char *path;
	bool intra_only;
	bool joinable; /* a file of this container may begin in the middle of a stream, without a key frame */
	bool midstream; /* no frame of such a file yet: errors do not count as damage */
	bool draining;
	int error;           /* of the demuxer; returned once the decoder is drained */
	unsigned n_failures; /* in a row */
	uint64_t n_frames;
	uint64_t n_damaged;
};

/* name: of a libavcodec decoder; NULL: libavcodec's choice. Returns 0; -EINVAL where the name is wrong,
 * -EBADMSG or -ENOMEM; logged. */
int decoder_open(struct decoder *decoder, const struct demuxer *demuxer, const char *name);
void decoder_close(struct decoder *decoder);

/* Returns the next frame in presentation order: 1; 0 at the end of the stream; a negative errno of
 * demuxer_read(), after all frames that can be decoded. Frames that cannot be decoded are skipped and
 * counted. */
int decoder_read(struct decoder *decoder, struct demuxer *demuxer, AVFrame *frame);
/* Call after demuxer_seek(). */
void decoder_flush(struct decoder *decoder);

#endif
