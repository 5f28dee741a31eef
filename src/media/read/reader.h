/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pictures out of a file, by libavformat, libavcodec and libswscale. Knows nothing of V4L2. Used by
 * one thread at a time. A file is untrusted: only the `file` and `pipe` protocols are open to it
 * unless the url itself names another, and containers that open further files or addresses are
 * refused.
 */
#ifndef MEDIA_READ_READER_H
#define MEDIA_READ_READER_H

#include "media/frame.h"

struct reader;

struct reader_options {
	const char *url;       /* a path, "-", or a libavformat URL */
	const char *container; /* libavformat's name; NULL: found out by probing */
	const char *decoder; /* a libavcodec decoder's name; NULL: libavcodec's own choice; "copy": packets as
				they are */
	bool allow_playlists; /* containers that open other files or addresses (hls, concat, dash, sdp, image
				 sequences …) */
	int64_t start_ns;     /* begin at the first picture at or after this time */
	uint64_t loops;       /* how often the file is played; 0: for ever */
	int cancel_fd; /* when it gets readable, waiting for input ends with -ECANCELED; 0 or below: none */
};

/* Opens the file and the decoder of its (best) video stream. Logs one clear line; -ENOENT, -EACCES, … for the
 * file, -EINVAL for a decoder or container that does not exist (usage), -EPERM for a playlist, -EBADMSG for
 * what is no video file. */
int reader_open(struct reader **reader, const struct reader_options *options);
/* Ends reading and drops every reference to blanks, the decoder's too; reader_info() goes on working. */
void reader_stop(struct reader *reader);
void reader_close(struct reader *reader); /* takes NULL */
/* From any thread, once the reader is open: all waiting for input ends, and reader_next() with it
 * (-ECANCELED), now and ever after. */
void reader_cancel(struct reader *reader);

struct reader_info {
	const char *path, *container, *codec;
	struct video_format format; /* the file's own: width, height, fps, colours; fourcc and pix only where
				       compressed (copy) */
	enum AVPixelFormat av;      /* AV_PIX_FMT_NONE with "copy" */
	enum AVCodecID codec_id;
	struct fraction sample_aspect; /* 0/0 or 1/1: square */
	int64_t duration_ns;           /* 0: not known */
	uint64_t read;                 /* pictures so far */
	uint64_t damaged;              /* packets or pictures that could not be decoded */
};
struct reader_info reader_info(const struct reader *reader);

enum scaling { SCALING_LETTERBOX, SCALING_STRETCH, SCALING_CROP, SCALING_NONE };

/* Where pictures are to go. */
struct reader_target {
	struct video_format format; /* what the device takes */
	enum scaling scaling;
	/* A blank picture to fill: memory, planes[].data and the room in planes[].bytes. 0; -EAGAIN when
	 * there is none now and wait is false; -ECANCELED when no more will come. The reader owns the
	 * reference until it hands it on or unrefs it. */
	int (*acquire)(void *opaque, bool wait, struct frame *blank);
	void *opaque;
	unsigned n_direct; /* at most so many blanks may be kept by the decoder as references at any time; 0:
			      it decodes into none */
};
/* Once, before the first picture. SCALING_NONE with sizes that differ, or a conversion libswscale cannot do:
 * -ERANGE, said. */
int reader_start(struct reader *reader, const struct reader_target *target);

/* The next picture, in order of presentation: 1; 0 at the end; a negative errno (said) where the file cannot
 * be read any further, after all that could be shown was returned; -ECANCELED from acquire(). pts_ns rises
 * from 0 and goes on rising over the loops, the last picture's duration lying between one round and the next.
 * planes[].bytes are the payload (sizeimage of raw formats, never a page-rounded length). *picture's
 * reference is the caller's. */
int reader_next(struct reader *reader, struct frame *picture);

#endif
