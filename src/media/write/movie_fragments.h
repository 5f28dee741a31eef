/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Movie fragments (ISO/IEC 14496-12, 8.8): a moof box with the positions and times of samples, and the mdat
 * box with their data. libavformat keeps a fragment in memory and writes it in one piece; this file decides
 * where it ends. libavformat cannot read a file at all if a part of a moof box is missing. A write that is
 * interrupted, by a signal or a full disk, ends with a page, and after a power failure pages that were not
 * synced may be missing. So a moof box and the header of its mdat box are kept within a page: a free box
 * (8.1.2) fills the page otherwise.
 */
#ifndef MEDIA_WRITE_MOVIE_FRAGMENTS_H
#define MEDIA_WRITE_MOVIE_FRAGMENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <libavformat/avformat.h>

#define MOVIE_FRAGMENTS_PAGE 4096

/* Zero-initialise. */
struct movie_fragments {
	/* Set by movie_fragments_begin(): */
	bool on;         /* the file has fragments */
	bool own;        /* ended by this file rather than by libavformat */
	bool hybrid;     /* it is an ordinary file once it is closed */
	bool moov_first; /* the first flush only writes the moov box */
	int64_t max_us, max_bytes, file_start;
	/* The current fragment: */
	uint64_t n_frames;
	int64_t n_bytes, start_dts;
	/* The previous packet: */
	bool any;
	int64_t dts, end_dts;
	bool ended; /* its fragment was written before the next packet's time was known */
};

/* The muxer's option movflags for a seekable file. */
const char *movie_fragments_flags(bool hybrid);
/* Call it after the header. own: movie_fragments_flags() were set. start: file offset of the muxer's byte 0.
 */
void movie_fragments_begin(struct movie_fragments *f, AVFormatContext *context, bool own, bool hybrid,
			   int64_t start);
/* Adjusts the packet's times to what the format can represent. 0, or -ERANGE, logged with the file's name. */
int movie_fragments_fit(struct movie_fragments *f, const AVFormatContext *context, AVPacket *packet,
			const char *name);
/* Whether the packet's fragment must not be flushed yet. */
bool movie_fragments_wait(const struct movie_fragments *f, const AVPacket *packet);
/* Writes the packet, in place of av_write_frame(), after the current fragment if that is long or large
 * enough. flush: also writes the packet's fragment. 0, a negative errno or AVERROR. */
int movie_fragments_write(struct movie_fragments *f, AVFormatContext *context, AVPacket *packet, bool flush);
/* Writes the current fragment. */
int movie_fragments_flush(struct movie_fragments *f, AVFormatContext *context);

#endif
