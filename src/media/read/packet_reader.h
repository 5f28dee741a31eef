/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads compressed packets as a device takes them, in place of decoder and scaler. */
#ifndef MEDIA_READ_PACKET_READER_H
#define MEDIA_READ_PACKET_READER_H

#include <libavcodec/bsf.h>
#include "media/read/demuxer.h"

/* Zeroed before packet_reader_open(); packet_reader_close() takes a half-open one. */
struct packet_reader {
	AVBSFContext *filter; /* NULL: the demuxer's packets need no change */
	AVPacket *packet;
	const struct pixfmt *pix; /* V4L2's format for the codec */
	const char *path;
	bool draining;
	uint64_t n_damaged;
};

/* Returns 0, -EINVAL for a codec without a V4L2 format, -EBADMSG or -ENOMEM; logged. */
int packet_reader_open(struct packet_reader *reader, const struct demuxer *demuxer);
void packet_reader_close(struct packet_reader *reader);

/* Reads the next packet in decoding order to reader->packet: 1; 0 at the end; a negative errno of
 * demuxer_read(). */
int packet_reader_read(struct packet_reader *reader, struct demuxer *demuxer);
/* Copies that packet into a buffer of the target; sets payload and copied_bytes. Returns what
 * target_acquire() does; -EMSGSIZE, logged, where the packet does not fit. */
int packet_reader_copy(const struct packet_reader *reader, const struct target *target, struct frame *out);
/* Call after demuxer_seek(). */
void packet_reader_flush(struct packet_reader *reader);

#endif
