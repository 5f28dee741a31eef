/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a reader is inside. */
#ifndef MEDIA_READ_READER_INTERNAL_H
#define MEDIA_READ_READER_INTERNAL_H

#include "media/read/decoder.h"
#include "media/read/demuxer.h"
#include "media/read/scaler.h"
#include "media/read/packet_reader.h"
#include "media/read/timestamps.h"

struct reader {
	struct reader_options options;
	char *url;
	struct demux demux;
	struct decode decode;
	struct passage passage;
	struct fit fit;
	struct reader_target target;
	struct timestamps presentation;
	struct reader_info info;
	AVFrame *frame;
	bool copy;    /* packets, instead of pictures */
	bool pending; /* frame holds a picture that was decoded to see what it is */
	bool over;
	bool wound;        /* to options.start_ns, and no picture has come since */
	int64_t margin_ns; /* how far before it must be wound to, for a key frame to be met in time */
	uint64_t rounds_done, in_round;
};

uint64_t reader_damage(const struct reader *reader); /* of all kinds */

/* Winds to where playing is to begin. */
int reader_wind(struct reader *reader);

#endif
