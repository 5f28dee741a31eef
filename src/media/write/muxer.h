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

#define MUXER_FIRST_PICTURE 1 /* of a series, unless the user chose another */

/* Zero-initialise. */
struct muxer {
	struct muxer_caps caps;
	const char *name; /* of the output file, for messages */
	AVFormatContext *context;
	AVStream *stream;       /* the caller fills in its codecpar before muxer_write_header() */
	struct avio_file *file; /* NULL: libavformat's protocol or the muxer itself opens the file */
	AVDictionary *options;  /* the user's */
	/* Set by the caller: */
	const char *partial_suffix; /* of the name of the file until it is complete; NULL: none */
	bool faststart; /* put the index in front, without fragments, unless the user's options say otherwise
			 */
	bool sync_at_end; /* sync the file to disk in muxer_finish() */
	int64_t sync_ns;  /* interval at which the file is synced; 0: never */
	/* For muxers of picture files: */
	bool series;         /* the name contains the number of the picture */
	uint64_t n_pictures; /* numbers used or skipped so far in the series */
	bool overwrite;      /* passed to muxer_open_file() */
	bool taken_said;     /* that a number was skipped because its file exists, was logged */
	bool header_written;
	bool is_partial;                /* the file has its partial name */
	_Atomic uint64_t frames, bytes; /* written so far; may be read by other threads */
	bool fragmented, fragment_lost; /* a file in movie fragments; one of them could not be written */
	struct movie_fragments fragments;
	int64_t synced_ns;
	uint64_t n_syncs;          /* see sync_ns */
	struct matroska_cues cues; /* empty for other containers */
};

/* Whether libavformat has a protocol for the part before the colon, "file" aside. */
bool muxer_is_url(const char *url);
/* The path in "file:PATH", or the url itself. */
const char *muxer_file_path(const char *url);
/* -EISDIR for a directory, -EPROTONOSUPPORT for an address of an unknown protocol, logged; otherwise 0.
 * Called before a container is looked for, for a clear message. */
int muxer_check_path(const char *url, const char *container);
/* Allocates the context and its stream; opens no file. 0 or a negative errno; errors in the user's options
 * are logged. */
int muxer_open(struct muxer *m, const struct muxer_caps *caps, const char *options);
/* Call it before the header. fps 0/1: unknown, for files that do not store a rate. */
void muxer_set_rate(struct muxer *m, enum file_clock clock, AVRational fps);
/* Creates the file. flags: of avio_file_open(). 0 or a negative errno, logged as there. */
int muxer_open_file(struct muxer *m, unsigned flags, enum direct_io_mode direct_io);
/* For a file that is created later, when its name is known: the header waits for that, and no packet may be
 * written before. */
int muxer_open_file_later(struct muxer *m, enum direct_io_mode direct_io);
/* Creates the file. The name must outlive the muxer. Returns as muxer_open_file(). */
int muxer_create_file(struct muxer *m, const char *url, unsigned flags);
/* Writes the header, which sets m->stream->time_base. 0 or a negative errno, logged. */
int muxer_write_header(struct muxer *m);
/* Writes a packet, with times in m->stream->time_base, and unreferences it. 0, -ENOMEM, or another negative
 * errno, logged; after an error a seekable file ends with its last complete frame. */
int muxer_write_packet(struct muxer *m, AVPacket *packet);
/* Writes the trailer and closes the file; removes it if it has no frame. error: that of an earlier call,
 * which is then returned. Other errors are returned, and logged if `error` is 0. */
int muxer_finish(struct muxer *m, int error);
/* Frees everything, after muxer_finish() or instead of it. */
void muxer_close(struct muxer *m);

#endif
