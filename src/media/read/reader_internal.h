/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by reader.c and reader_open.c. */
#ifndef MEDIA_READ_READER_INTERNAL_H
#define MEDIA_READ_READER_INTERNAL_H

#include "media/read/decoder.h"
#include "media/read/packet_reader.h"
#include "media/read/reader.h"
#include "media/read/rotate.h"
#include "media/read/scaler.h"
#include "media/read/timestamps.h"

struct reader {
	int64_t start_ns;
	uint64_t loops;
	struct demuxer demuxer;
	struct decoder decoder;
	struct packet_reader packets; /* used in place of the decoder */
	bool copy;
	struct target target;
	struct orientation orientation; /* of the file's frames, or the user's */
	bool own_orientation;           /* the user's: those of single frames are ignored */
	struct rotator rotator;
	struct scaler scaler;
	struct timestamps timestamps;
	struct reader_info info;
	AVFrame *frame;
	bool has_frame; /* decoded by reader_open() to learn the format */
	bool ended;
	bool sought;        /* sought to start_ns, and no frame was returned since */
	bool needs_key;     /* sought without an index: frames before the first key frame may be incomplete */
	AVFrame *skipped;   /* the last one before start_ns, until there is a later one */
	uint64_t n_skipped; /* of this round */
	int64_t seek_margin_ns; /* distance before start_ns to seek to, to find a key frame in time */
	uint64_t n_rounds, n_in_round;
	int64_t first_arrival_ns;
};

/* Seeks to start_ns minus the margin. 0 or a negative errno, logged. */
int reader_seek_to_start(struct reader *reader);

#endif
