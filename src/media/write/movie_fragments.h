/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Movie fragments (ISO/IEC 14496-12, 8.8): a moof box, which says where samples are and when, and the mdat
 * box that has them. libavformat keeps one in memory and writes it in one piece; here is decided where it
 * ends.
 *
 * A moof box of which a part is missing makes the whole file unreadable for libavformat. A write that is cut
 * off, by a signal or a full disk, ends with a page, and after a power cut pages that were not synced may be
 * missing. So a moof box, with the header of its mdat box, lies within a page: a free box (8.1.2) fills the
 * page where it would not.
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
	bool own;        /* which end here, and not where libavformat thinks */
	bool hybrid;     /* it is an ordinary file once it is closed */
	bool moov_first; /* the first flush writes the moov box alone */
	int64_t max_us, max_bytes, file_start;
	/* The fragment at hand: */
	uint64_t n_frames;
	int64_t n_bytes, start_dts;
	/* The packet before: */
	bool any;
	int64_t dts, end_dts;
	bool ended; /* its fragment was written before the next packet's time was known */
};

/* The muxer's option movflags for a file that can be sought in. */
const char *movie_fragments_flags(bool hybrid);
/* After the header. own: movie_fragments_flags() were given. start: where in the file the muxer's byte 0 is.
 */
void movie_fragments_begin(struct movie_fragments *f, AVFormatContext *context, bool own, bool hybrid,
			   int64_t start);
/* Makes the packet's times ones that the format can hold. 0, or -ERANGE, logged for the file of this name. */
int movie_fragments_fit(struct movie_fragments *f, const AVFormatContext *context, AVPacket *packet,
			const char *name);
/* Whether the packet's fragment must not be flushed yet. */
bool movie_fragments_wait(const struct movie_fragments *f, const AVPacket *packet);
/* Writes the packet, in place of av_write_frame(): the fragment at hand first if it is long or large enough.
 * flush: writes the packet's fragment as well. 0, a negative errno or AVERROR. */
int movie_fragments_write(struct movie_fragments *f, AVFormatContext *context, AVPacket *packet, bool flush);
/* Writes the fragment at hand. */
int movie_fragments_flush(struct movie_fragments *f, AVFormatContext *context);

#endif
