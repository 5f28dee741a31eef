/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the packets of a file's video stream, by libavformat. */
#ifndef MEDIA_READ_DEMUXER_H
#define MEDIA_READ_DEMUXER_H

#include <libavformat/avformat.h>
#include "media/read/avio_input.h"
#include "media/read/direct_read.h"

struct demuxer_options {
	const char *url;       /* see avio_input_open() */
	const char *container; /* libavformat's name or a file name extension; NULL: probe */
	bool allow_playlists;
	struct fraction fps;    /* for a container without timestamps; 0/0: libavformat's default */
	uint32_t width, height; /* for container "rawvideo", as av */
	enum AVPixelFormat av;
	bool has_number;
	unsigned number; /* of the stream to read, if has_number */
	bool must_seek;  /* fail with -ESPIPE before reading anything from an input that cannot seek */
	int cancel_fd;   /* see avio_input_open() */
};

/* Colours of the pictures according to the container; unspecified if it has none. */
struct demuxer_colours {
	enum AVColorRange range;
	enum AVColorSpace matrix;
	enum AVColorPrimaries primaries;
	enum AVColorTransferCharacteristic transfer;
};

/* Zeroed before demuxer_open(); demuxer_close() takes a half-open one. */
struct demuxer {
	struct avio_input *input;
	AVFormatContext *context;
	AVStream *stream;
	const AVInputFormat *format;
	char *url;
	AVDictionary *settings; /* the demuxer's own options */
	bool allow_playlists, has_number;
	bool is_series; /* a series of pictures: the URL is a pattern of their names, such as img%03d.png */
	unsigned number;
	struct demuxer_colours colours; /* of the stream; override those of the codec */
	unsigned n_errors;              /* in a row */
	int64_t end;                    /* file offset of the end of the last packet */
	uint64_t n_damaged;             /* truncated packets, and errors that were skipped */
	char *damage;                   /* libavformat's message for the first; NULL: none */
	struct direct_read direct;
};

/* Opens the file and selects a video stream. Errors as reader_open(), logged. */
int demuxer_open(struct demuxer *demuxer, const struct demuxer_options *options);
void demuxer_close(struct demuxer *demuxer);

/* Sets demuxer->stream. 0, or a negative errno, logged, as reader_open(). */
int demuxer_select_stream(struct demuxer *demuxer);

/* Returns the next packet of the stream: 1; 0 at the end, or where the rest is unusable (counted in
 * n_damaged); a negative errno, logged, when reading fails; -ECANCELED. */
int demuxer_read(struct demuxer *demuxer, AVPacket *packet);
/* Seeks to the last position at or before this time, from the start of the stream, at which decoding can
 * begin. 0 or a negative errno, logged. */
int demuxer_seek(struct demuxer *demuxer, int64_t time_ns);

/* Reads raw frames into the target's buffers from now on, if the container permits it, see direct_read.h.
 * Returns 1 if the caller must call demuxer_seek() now; 0; or a negative errno, logged. */
int demuxer_enable_direct_read(struct demuxer *demuxer, const struct target *target);

/* Advice to append to the reason why nothing can be read; or "". */
const char *demuxer_advice(const struct demuxer *demuxer);
/* Whether the container has no timestamps, so that frames are counted. */
bool demuxer_is_untimed(const struct demuxer *demuxer);
/* Whether timestamps follow from a rate that was not specified, for an input that may be live. */
bool demuxer_is_live(const struct demuxer *demuxer);

/* The stream's start time in its time base; 0 where it is not known. */
int64_t demuxer_start_time(const struct demuxer *demuxer);
int64_t demuxer_duration_ns(const struct demuxer *demuxer);        /* 0: not known */
struct fraction demuxer_frame_rate(const struct demuxer *demuxer); /* 0/0: not known */
/* For this frame (NULL: for the stream); 0 where it is not known. */
AVRational demuxer_sample_aspect(const struct demuxer *demuxer, AVFrame *frame);
/* The stream's AV_PKT_DATA_DISPLAYMATRIX, or NULL. */
const int32_t *demuxer_display_matrix(const struct demuxer *demuxer);

#endif
