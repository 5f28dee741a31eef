/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads the frames of a video file into buffers of the caller's, by libavformat, libavcodec and
 * libswscale. One thread at a time may use a reader. A file is untrusted input, see limits.h: only the
 * protocols that the URL itself needs are allowed, and containers that open further files or addresses
 * are refused.
 */
#ifndef MEDIA_READ_READER_H
#define MEDIA_READ_READER_H

#include "media/frame.h"
#include "media/read/crop.h"

struct reader;

enum reader_rotate {
	ROTATE_AUTO, /* as the file says */
	ROTATE_NONE,
	ROTATE_90, /* clockwise */
	ROTATE_180,
	ROTATE_270,
};

struct reader_options {
	const char *url;       /* a path, "-", or a libavformat URL */
	const char *container; /* libavformat's name; NULL: probe */
	const char *decoder;   /* of libavcodec; NULL: its choice; "copy": do not decode */
	bool allow_playlists;  /* allow containers that open other files or addresses: hls, concat, dash, sdp,
				  … */
	struct fraction fps;   /* of a file without timestamps; 0/0: libavformat's default, or live */
	uint32_t width, height; /* of raw frames without a header, container "rawvideo" */
	enum AVPixelFormat av;  /* likewise */
	bool has_stream;
	unsigned stream;  /* number of the stream to play; without has_stream: the best */
	int64_t start_ns; /* begin with the first frame at or after this time */
	uint64_t loops;   /* how often to play the file; 0: without end */
	enum reader_rotate rotate;
	int cancel_fd; /* when readable, reads of the input end with -ECANCELED; 0 or below: none */
};

/* Opens the file and a decoder for its best video stream. Returns 0 or a negative errno, logged: that of
 * opening the file; -EINVAL for an unknown decoder, container or stream; -EPERM for a playlist; -EBADMSG for
 * a file without video. */
int reader_open(struct reader **reader, const struct reader_options *options);
/* Stops reading and unreferences every buffer of the target. Only reader_info() may be called after it. */
void reader_stop(struct reader *reader);
void reader_close(struct reader *reader); /* NULL is allowed */
/* From any thread: the current and all later reads of the input, and so reader_next(), fail with -ECANCELED.
 */
void reader_cancel(struct reader *reader);

struct reader_info {
	const char *path, *container, *codec;
	/* Width, height, field order, colours and fps of the file; fourcc and pix only with "copy". The size
	 * is that of the rotated pictures. */
	struct video_format format;
	enum AVPixelFormat av; /* AV_PIX_FMT_NONE with "copy" */
	enum AVCodecID codec_id;
	struct fraction sample_aspect; /* sample aspect ratio; 0/0: not known */
	bool turned;                   /* pictures are rotated, by the user or the file */
	bool live;           /* no timestamps, no rate, cannot seek: frames get the time of their arrival */
	int64_t duration_ns; /* 0: not known */
	uint64_t read;       /* frames returned so far */
	uint64_t damaged;    /* packets or frames that are damaged or could not be read or decoded */
};
struct reader_info reader_info(const struct reader *reader);

struct reader_target {
	struct video_format format; /* of the frames wanted */
	enum scaling scaling;
	/* Called to get an empty buffer: sets memory, planes[].data and, in planes[].bytes, the length of
	 * each plane. Returns 0; -EAGAIN if there is none and wait is false; -ECANCELED if no more will come.
	 * The reader owns the reference, and returns it with a frame or unreferences it. Decoder threads call
	 * it too, with wait false. */
	int (*acquire)(void *opaque, bool wait, struct frame *buffer);
	void *opaque;
	unsigned n_direct; /* the most buffers that the decoder may use, as references too; 0: none */
};
/* Call once, before reader_next(). Returns 0; -ERANGE, logged, where the sizes differ with SCALING_NONE, or
 * libswscale cannot convert; another negative errno. */
int reader_start(struct reader *reader, const struct reader_target *target);

/* The next frame in presentation order (with "copy": in decoding order), in a buffer whose reference becomes
 * the caller's: 1; 0 at the end; a negative errno, logged, where the file is damaged or cannot be read, after
 * all frames that can be; -ECANCELED. pts_ns starts at 0 and increases, from one round to the next too.
 * planes[].bytes is the payload. */
int reader_next(struct reader *reader, struct frame *frame);

#endif
