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
	const char *partial_suffix;    /* of the name that a file has until it is whole; NULL: none */
	bool overwrite;                /* replace an existing regular file */
	bool expect_taken;             /* a file that cannot be had, -EEXIST or -EBUSY, is not logged */
	bool series;                   /* of picture files: url holds the picture's number, as "%03d" */
	uint64_t n_pictures;           /* numbers of the series that are used or were left out */
	bool zero_copy;                /* -ERANGE, logged, where frames would be copied or encoded */
	enum direct_io_mode direct_io; /* whether regular files are written with O_DIRECT */
	int64_t sync_ns;               /* the file is to be on the disk so often, and at its end; 0: not */
	bool faststart;                /* mp4 and mov with their index in front, not in fragments */
	struct video_format format;    /* of the frames */
	/* Called for each packet that is in the file, with its times in a time base of the writer's: with the
	 * packet_pts of its frame, and one that no later packet is before. NULL: not. */
	void (*on_packet)(void *opaque, int64_t pts, int64_t dts);
	void *opaque;
	/* There is no file until writer_begin(), which overrides url; without an encoder no frame may be
	 * written before. What comes out of an encoder is kept, the last pre_roll_ns in pre_roll_bytes of
	 * memory; the packet_pts of what is not kept any longer goes to on_dropped(). */
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
/* Of an armed writer: creates the file, writes what was kept, and goes on with the frames that come. Returns
 * as writer_open(); after -EEXIST and -EBUSY another url can be tried. Times in the file count from its first
 * packet, which was at *start_ns on the frames' axis; INT64_MIN: nothing was kept. Once there is a file,
 * writer_write() and writer_finish() return what fails. */
int writer_begin(struct writer *writer, const struct writer_options *options, int64_t *start_ns);
bool writer_is_armed(const struct writer *writer);
/* So many bytes are kept. */
uint64_t writer_kept_bytes(const struct writer *writer);

/* Whether the file, or its encoder, needs the rate in advance. The header then waits for the first frame, and
 * writer_set_rate() before that replaces the format's rate. */
bool writer_needs_rate(const struct writer *writer);
/* Whether frames may leave places of that rate empty. */
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

/* How often it was on the disk, as sync_ns wants it. */
uint64_t writer_syncs(const struct writer *writer);
/* writer_finish() is to wait until the file is on the disk. */
void writer_sync_at_end(struct writer *writer);
/* Drains the encoder, writes the trailer and closes the file; removes a regular file that this writer created
 * and that has no frame. Returns the first error since writer_open(). Frees nothing: writer_info() is valid
 * until writer_close(). */
int writer_finish(struct writer *writer);
/* writer_finish() if that was not called yet, then frees the writer. Takes NULL. */
int writer_close(struct writer *writer);

struct writer_info {
	const char *path, *container, *codec; /* valid as long as the writer */
	bool is_partial;                      /* the file has partial_suffix behind that path */
	const char *pixel_format;             /* that is encoded, static; NULL: frames are copied */
	uint64_t frames;                      /* that were muxed; an encoder may hold more */
	uint64_t n_held;                      /* of them, in a fragment that is not written yet */
	uint64_t bytes;                       /* size of the file so far */
	uint64_t n_pictures;                  /* as in writer_options; not for other threads */
};
/* Other threads may call it while the writer works; the counters need not match each other then. */
struct writer_info writer_info(const struct writer *writer);

#endif
