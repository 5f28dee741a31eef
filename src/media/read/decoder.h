/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures out of packets, by libavcodec. */
#ifndef MEDIA_READ_DECODER_H
#define MEDIA_READ_DECODER_H

#include "media/read/demuxer.h"
#include "media/read/decoder_buffers.h"

/* All zero before decode_open(); decode_close() takes a half-open one. Stays where it is while it is open. */
struct decode {
	AVCodecContext *context;
	AVPacket *packet;
	struct lease lease;
	const char *path;
	bool intra_only;
	bool joinable;  /* the container is one whose recordings may begin in the middle of a stream */
	bool midstream; /* so may this one: what cannot be decoded before the first picture is no damage */
	bool draining;
	int error;           /* of the demuxer, until the decoder is empty */
	unsigned n_failures; /* one after another */
	uint64_t pictures;
	uint64_t damaged;
};

/* name: a libavcodec decoder's; NULL: its own choice. -EINVAL for a decoder that is none, -EBADMSG, …;
 * logged.
 */
int decode_open(struct decode *decode, const struct demux *demux, const char *name);
void decode_close(struct decode *decode);

/* The next picture, in order of presentation: 1; 0 when the stream has ended; a negative errno of
 * demux_read(), after all that could be decoded. What cannot be decoded is counted and passed over. */
int decode_read(struct decode *decode, struct demux *demux, AVFrame *frame);
/* Forgets all that it holds, after the demuxer was wound to another place. */
void decode_flush(struct decode *decode);

#endif
