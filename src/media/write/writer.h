/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames into a container file, by libavformat. Knows nothing of V4L2. Used by one thread at a time. */
#ifndef MEDIA_WRITE_WRITER_H
#define MEDIA_WRITE_WRITER_H

#include <stdatomic.h>
#include "media/write/direct_io.h"
#include "media/frame.h"

struct writer;

struct writer_options {
	const char *url;            /* a path, "-", or a libavformat URL */
	const char *container;      /* libavformat's name; NULL: from url's ending, matroska for "-" */
	const char *codec;          /* "auto", "copy" or a libavcodec encoder's name */
	const char *codec_options;  /* "crf=18,preset=fast" or NULL */
	bool overwrite;             /* an existing regular file may be replaced */
	enum direct_io_mode direct; /* whether a regular file is written past the page cache */
	struct video_format format; /* what frames hold */
};

/* Opens the file and writes its header. On failure it has logged one clear line and leaves no file that was
 * not there before; returns -EEXIST, -EACCES, …, for the file (exit status 6), -EINVAL for a container, codec
 * or option that does not exist (usage), -ENOTSUP for a container that cannot hold the codec (usage; the line
 * names containers that can). Regular files and standard output go through an AVIOContext of our own with
 * `direct` set, so that a whole frame reaches write() without a copy where the muxer allows; frames of 1 MiB
 * and more go past the page cache where that pays (direct.h). */
int writer_open(struct writer **writer, const struct writer_options *options);

/* Writes one frame; frame->memory stays the caller's reference (the writer takes its own as long as it
 * needs). Presentation times that do not rise are moved up by one tick of the container's clock. Logs
 * failures once. Returns 0; 1 for a frame that was left out because a compressed stream cannot begin with it
 * (nothing before the first key frame with its parameter sets can be decoded); or a negative errno, and the
 * same one ever after. */
int writer_write(struct writer *writer, const struct frame *frame);

/* Flushes the encoder, writes the trailer, closes the file; removes a regular file that this writer made and
 * that holds no frame. Returns the first error of the whole life. Takes NULL. Always frees. */
int writer_close(struct writer *writer);
/* The same without freeing, so that writer_info() can tell how the file ended up. writer_close() is due all
 * the same. */
int writer_finish(struct writer *writer);

/* For the report. Strings live as long as the writer. */
struct writer_info {
	const char *path, *container, *codec;
	uint64_t frames;       /* written into the container (an encoder may still hold some) */
	uint64_t bytes;        /* of the file so far */
	uint64_t copied_bytes; /* of picture that had to be copied to be written: gathered planes, padding
				  left out */
};
/* Safe from another thread for frames and bytes (loosely). */
struct writer_info writer_info(const struct writer *writer);

#endif
