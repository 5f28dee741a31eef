/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Muxes one video stream to one output file: header, packets, trailer. */
#ifndef MEDIA_WRITE_MUXER_H
#define MEDIA_WRITE_MUXER_H

#include <stdatomic.h>
#include <libavformat/avformat.h>
#include "media/write/avio_file.h"
#include "media/write/matroska_cues.h"
#include "media/write/movie_fragments.h"
#include "media/write/muxer_caps.h"

#define MUXER_FIRST_PICTURE 1 /* of a series, unless the user chose another number */

/* Zero-initialise. */
struct muxer {
	struct muxer_caps caps;
	const char *name; /* of the output file, for messages */
	AVFormatContext *context;
	AVStream *stream;       /* the caller fills in its codecpar before muxer_write_header() */
	struct avio_file *file; /* NULL: libavformat's protocol or the muxer itself opens the file */
	AVDictionary *options;  /* the user's */
	/* Set by the caller: */
	const char *partial_suffix; /* of the name that the file has until it is whole; NULL: none */
	bool faststart;   /* the index in front, and no fragments, where that is the muxer's choice */
	bool sync_at_end; /* the file is on the disk when muxer_finish() returns */
	int64_t sync_ns;  /* and meanwhile so often; 0: not */
	/* For muxers of picture files: */
	bool series;         /* the name holds the number of the picture */
	uint64_t n_pictures; /* numbers of the series that are used or were left out */
	bool overwrite;      /* what muxer_open_file() was told */
	bool taken_said;     /* that a number was left out, as its file exists */
	bool header_written;
	bool is_partial;                /* the file still has that name */
	_Atomic uint64_t frames, bytes; /* written so far; may be read by other threads */
	bool fragmented, fragment_lost; /* a file in movie fragments; one of them could not be written */
	struct movie_fragments fragments;
	int64_t synced_ns;
	uint64_t n_syncs;          /* of sync_ns */
	struct matroska_cues cues; /* empty for other containers */
};

/* Whether libavformat has a protocol for the part before the colon, "file" aside. */
bool muxer_is_url(const char *url);
/* The path in "file:PATH", or the url itself. */
const char *muxer_file_path(const char *url);
/* -EISDIR for a directory, -EPROTONOSUPPORT for an address of an unknown protocol, logged; otherwise 0. For a
 * clear message before a container is looked for. */
int muxer_check_path(const char *url, const char *container);
/* Allocates the context and its stream; opens no file. 0 or a negative errno; what is wrong with the user's
 * options is logged. */
int muxer_open(struct muxer *m, const struct muxer_caps *caps, const char *options);
/* Before the header. fps 0/1: unknown, for files that hold no rate. */
void muxer_set_rate(struct muxer *m, enum file_clock clock, AVRational fps);
/* Creates the file. flags: of avio_file_open(). 0 or a negative errno, logged as there. */
int muxer_open_file(struct muxer *m, unsigned flags, enum direct_io_mode direct_io);
/* In place of it, for a file that is created once it has a name: the header waits for that, and no packet may
 * be written before. */
int muxer_open_file_later(struct muxer *m, enum direct_io_mode direct_io);
/* Creates it, under a name that has to last as long as the muxer. As muxer_open_file(). */
int muxer_create_file(struct muxer *m, const char *url, unsigned flags);
/* Writes the header, which sets m->stream->time_base. 0 or a negative errno, logged. */
int muxer_write_header(struct muxer *m);
/* Writes a packet, its times in m->stream->time_base, and unreferences it. 0, -ENOMEM, or another negative
 * errno, logged; after which the file ends with its last complete frame if it is seekable. */
int muxer_write_packet(struct muxer *m, AVPacket *packet);
/* Writes the trailer and closes the file; removes it if it has no frame. `error`: of an earlier call, which
 * is returned then. Further errors are returned, and logged unless `error` is set. */
int muxer_finish(struct muxer *m, int error);
/* Frees everything, after muxer_finish() or in its place. */
void muxer_close(struct muxer *m);

#endif
