/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes frames to a container file with libavformat. To be used by one thread at a time. */
#ifndef MEDIA_WRITE_WRITER_H
#define MEDIA_WRITE_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include "base/video_format.h"
#include "media/frame.h"
#include "media/write/direct_io.h"

struct writer;

struct writer_options {
	const char *url;               /* a path, "-", or a libavformat URL */
	const char *container;         /* libavformat's name; NULL: by url's suffix, matroska for "-" */
	const char *codec;             /* "auto", "copy" or the name of a libavcodec encoder; NULL: "auto" */
	const char *codec_options;     /* "crf=18,preset=fast" or NULL */
	const char *format_options;    /* of the muxer, likewise */
	const char *partial_suffix;    /* of the name of a file until it is complete; NULL: none */
	bool overwrite;                /* replace an existing regular file */
	bool expect_taken;             /* -EEXIST and -EBUSY of the file are not logged */
	bool series;                   /* picture files: url contains the picture's number, as "%03d" */
	uint64_t n_pictures;           /* numbers used or skipped so far in the series */
	bool zero_copy;                /* -ERANGE, logged, if frames would be copied or encoded */
	enum direct_io_mode direct_io; /* whether regular files are written with O_DIRECT */
	int64_t sync_ns; /* interval at which the file is synced to disk; also at its end; 0: never */
	bool faststart;  /* mp4 and mov with the index in front, not in fragments */
	struct video_format format; /* of the frames */
	/* Called for each packet that is in the file, with timestamps in the same time base: pts is the
	 * packet_pts of its frame, and no later packet has a pts below dts. NULL: none. */
	void (*on_packet)(void *opaque, int64_t pts, int64_t dts);
	void *opaque;
	/* The file is created by writer_begin(), which overrides url. Without an encoder no frame may be
	 * written before that. Packets of an encoder are kept, for the last pre_roll_ns and at most
	 * pre_roll_bytes of memory; on_dropped() gets the packet_pts of those that are dropped. */
	bool armed;
	int64_t pre_roll_ns;
	uint64_t pre_roll_bytes;
	void (*on_dropped)(void *opaque, int64_t pts);
};

/* Opens the file and writes its header, except that the header of a compressed stream waits for the first key
 * frame. On failure one line is logged and no file is left that was not there before. Returns -EEXIST,
 * -EBUSY (another run is writing it), -EACCES and others for the file; -EINVAL for a container, codec or
 * option that does not exist; -ENOTSUP for a container that cannot hold the codec (the message names some
 * that can). A frame's memory is passed to write() without a copy if the muxer allows it; frames of 1 MiB or
 * more with O_DIRECT if that pays (direct_io.h). */
int writer_open(struct writer **writer, const struct writer_options *options);

/* Whether frames are encoded by libavcodec. */
bool writer_encodes(const struct writer *writer);
/* For an armed writer: creates the file, writes the packets kept, and continues with the frames that follow.
 * Returns as writer_open(); after -EEXIST and -EBUSY another url can be tried. Timestamps in the file start
 * at its first packet, whose time is *start_ns among the frames'; INT64_MIN: no packet was kept. Once the
 * file exists, errors are returned by writer_write() and writer_finish(). */
int writer_begin(struct writer *writer, const struct writer_options *options, int64_t *start_ns);
bool writer_is_armed(const struct writer *writer);
/* Bytes of the packets kept. */
uint64_t writer_kept_bytes(const struct writer *writer);

/* Whether the file, or its encoder, needs the rate in advance. The header then waits for the first frame, and
 * writer_set_rate() can replace the format's rate until then. */
bool writer_needs_rate(const struct writer *writer);
/* Whether slots of that rate can stay empty in the file. */
bool writer_has_slots(const struct writer *writer);
/* Returns 0 or a negative errno, logged. */
int writer_set_rate(struct writer *writer, struct fraction fps);

/* Writes one frame and sets frame->copied_bytes, where it was copied to join planes, to remove padding or to
 * align it. frame->memory stays the caller's; the writer takes a reference of its own if it needs the
 * memory for longer. Timestamps that do not increase are moved to one tick of the container's time base after
 * the previous one. Returns 0; 1 for a frame that is dropped, as decoding cannot start with it (before the
 * first key frame; parameter_sets_examine() finds those of a compressed stream) or as it cannot be decoded;
 * or a negative errno, logged, which all later calls return too. */
int writer_write(struct writer *writer, struct frame *frame);

/* How often the file was synced to disk, see sync_ns. */
uint64_t writer_syncs(const struct writer *writer);
/* Makes writer_finish() wait until the file is on the disk. */
void writer_sync_at_end(struct writer *writer);
/* Drains the encoder, writes the trailer and closes the file; removes a regular file that this writer created
 * and that has no frame. Returns the first error since writer_open(). Frees nothing: writer_info() is valid
 * until writer_close(). */
int writer_finish(struct writer *writer);
/* writer_finish() if that was not called yet, then frees the writer. Takes NULL. */
int writer_close(struct writer *writer);

struct writer_info {
	const char *path, *container, *codec; /* valid until writer_close() */
	bool is_partial;                      /* the file's name still has partial_suffix */
	const char *pixel_format;             /* input format of the encoder, static; NULL: stream copy */
	uint64_t frames;                      /* frames muxed; an encoder may hold more */
	uint64_t n_held;                      /* of them, in a fragment that was not written yet */
	uint64_t bytes;                       /* size of the file so far */
	uint64_t n_pictures;                  /* see writer_options; not for other threads */
};
/* May be called by other threads while frames are written; the counters may then be inconsistent. */
struct writer_info writer_info(const struct writer *writer);
/* writer_info().bytes, also while another thread finishes the file. */
uint64_t writer_bytes(const struct writer *writer);

#endif
