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
	struct fraction fps;    /* of a container without times; 0/0: libavformat's default */
	uint32_t width, height; /* of container "rawvideo", as the next */
	enum AVPixelFormat av;
	bool has_number;
	unsigned number; /* of the stream to read, if has_number */
	bool must_seek;  /* fail with -ESPIPE before reading anything from an input that cannot seek */
	int cancel_fd;   /* see avio_input_open() */
};

/* What a container says of the pictures; unspecified where it says nothing. */
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
	bool is_series; /* of pictures: the URL is a pattern of their names, such as img%03d.png */
	unsigned number;
	struct demuxer_colours colours; /* of the stream, also against what its codec says */
	unsigned n_errors;              /* in a row */
	int64_t end;                    /* of the last packet in the file, bytes */
	uint64_t n_damaged;             /* truncated packets, and errors that were passed over */
	char *damage;                   /* what libavformat said of the first; NULL: none */
	struct direct_read direct;
};

/* Opens the file and selects a video stream. Errors as reader_open(), logged. */
int demuxer_open(struct demuxer *demuxer, const struct demuxer_options *options);
void demuxer_close(struct demuxer *demuxer);

/* Sets demuxer->stream. 0, or a negative errno, logged, as reader_open(). */
int demuxer_select_stream(struct demuxer *demuxer);

/* The next packet of the stream: 1; 0 at the end, or where the rest makes no sense (counted in n_damaged); a
 * negative errno, logged, when reading fails; -ECANCELED. */
int demuxer_read(struct demuxer *demuxer, AVPacket *packet);
/* To the last place at or before this time, from the start of the stream, where decoding can begin. 0 or a
 * negative errno, logged. */
int demuxer_seek(struct demuxer *demuxer, int64_t time_ns);

/* From now on reads raw frames into the target's buffers where the container permits, see direct_read.h.
 * Returns 1 if the caller must demuxer_seek() now; 0; or a negative errno, logged. */
int demuxer_enable_direct_read(struct demuxer *demuxer, const struct target *target);

/* What would help where nothing can be read, to follow the reason; or "". */
const char *demuxer_advice(const struct demuxer *demuxer);
/* Whether the container has no times, and frames are counted instead. */
bool demuxer_is_untimed(const struct demuxer *demuxer);
/* Whether the times are counted by a rate that nobody stated, of an input that may be a live one. */
bool demuxer_is_live(const struct demuxer *demuxer);

/* The stream's start time in its time base; 0 where it is not known. */
int64_t demuxer_start_time(const struct demuxer *demuxer);
int64_t demuxer_duration_ns(const struct demuxer *demuxer);        /* 0: not known */
struct fraction demuxer_frame_rate(const struct demuxer *demuxer); /* 0/0: not known */
/* Of this frame (NULL: of the stream); 0 where it is not known. */
AVRational demuxer_sample_aspect(const struct demuxer *demuxer, AVFrame *frame);
/* The stream's AV_PKT_DATA_DISPLAYMATRIX, or NULL. */
const int32_t *demuxer_display_matrix(const struct demuxer *demuxer);

#endif
