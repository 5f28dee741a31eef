/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One stream into one file: header, packets, trailer. */
#ifndef MEDIA_WRITE_MUXER_H
#define MEDIA_WRITE_MUXER_H

#include <stdatomic.h>
#include <libavformat/avformat.h>
#include "media/write/muxer_caps.h"
#include "media/write/avio_file.h"

struct muxer {
	struct muxer_caps container;
	const char *name; /* of the file, for messages */
	AVFormatContext *context;
	AVStream *stream; /* the caller sets its codecpar before muxer_write_header() */
	struct avio_file
		*output; /* NULL: an address that libavformat opens, or a muxer that makes its own files */
	bool begun;      /* the header is out */
	_Atomic uint64_t frames, bytes;
};

/* Whether libavformat has a protocol for what stands before the colon. */
bool muxer_is_url(const char *url);
/* Whether the url may name a file at all; before a container is sought in its name. -EISDIR, logged. */
int muxer_check_path(const char *url);
/* All zero before. fps 0/1: not known. Touches no file yet. */
int muxer_open(struct muxer *mux, const struct muxer_caps *container, AVRational fps);
/* Makes the file. Errors are logged. */
int muxer_open_file(struct muxer *mux, bool overwrite, enum direct_io_mode direct);
/* Writes the header; from then on mux->stream->time_base is the container's clock. Errors are logged. */
int muxer_write_header(struct muxer *mux);
/* Writes a packet whose times are in the container's clock, and blanks it. Errors are logged. */
int muxer_write_packet(struct muxer *mux, AVPacket *packet);
/* Writes the trailer, also after an error as far as that is possible, closes the file, and removes it when it
 * holds no frame. */
int muxer_finish(struct muxer *mux, int error);
/* Of one never ended: drops the file it made. */
void muxer_close(struct muxer *mux);

#endif
