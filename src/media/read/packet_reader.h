/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compressed packets as a device takes them, undecoded. */
#ifndef MEDIA_READ_PACKET_READER_H
#define MEDIA_READ_PACKET_READER_H

#include <libavcodec/bsf.h>
#include "media/read/demuxer.h"

/* All zero before passage_open(); passage_close() takes a half-open one. */
struct passage {
	AVBSFContext *filter; /* NULL: packets are right as they are */
	AVPacket *packet;
	const struct pixfmt *pix; /* what V4L2 calls them */
	bool draining;
	uint64_t damaged;
};

/* -EINVAL for a codec that no V4L2 format stands for; logged. */
int passage_open(struct passage *passage, const struct demux *demux);
void passage_close(struct passage *passage);

/* The next packet, in the stream's order, into passage->packet: 1; 0 at the end; a negative errno of
 * demux_read(). */
int passage_read(struct passage *passage, struct demux *demux);
/* After the demuxer was wound to another place. */
void passage_flush(struct passage *passage);

#endif
