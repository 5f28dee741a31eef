/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets of the video stream of a file, by libavformat. */
#ifndef MEDIA_READ_DEMUXER_H
#define MEDIA_READ_DEMUXER_H

#include <libavformat/avformat.h>
#include "media/read/avio_input.h"
#include "media/read/direct_read.h"
#include "media/read/reader.h"

/* All zero before demux_open(); demux_close() takes a half-open one. */
struct demux {
	struct input *input;
	AVFormatContext *context;
	AVStream *stream;
	const AVInputFormat *format;
	const char *url;
	bool allow_playlists;
	unsigned n_errors; /* one after another */
	int64_t end;       /* of the last packet in the file */
	uint64_t damaged;  /* packets that are not whole, and places that could not be read */
	char *damage;      /* what libavformat said of the first */
	struct landing landing;
};

/* options->url must live as long. Errors as reader_open(), logged. */
int demux_open(struct demux *demux, const struct reader_options *options);
void demux_close(struct demux *demux);

/* The next packet of the stream: 1; 0 at the end, or where the file cannot be understood any further (which
 * `damaged` counts); a negative errno, logged, where it cannot be read; -ECANCELED. */
int demux_read(struct demux *demux, AVPacket *packet);
/* Back to the last place at or before this time from which decoding can begin. 0 or a negative errno, logged.
 */
int demux_seek(struct demux *demux, int64_t time_ns);

/* From now on the bytes of packets that are the fit's pictures are read into its blanks, see landing.h, where
 * the file allows that. 1: it has to be wound now; 0; or a negative errno, logged. */
int demux_land(struct demux *demux, const struct fit *fit);

/* Of the stream's first picture, in its time base; 0 where nobody says. */
int64_t demux_start(const struct demux *demux);
int64_t demux_duration_ns(const struct demux *demux); /* 0: not known */

#endif
