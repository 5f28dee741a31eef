/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An AVIOContext over write(2) that does not copy whole frames. libavformat's own file protocol copies
 * all it is given through a buffer. This one has `direct` set, so that what a muxer hands over in one
 * piece comes here as the very memory of the frame, and goes on to writev() behind the few header
 * bytes that were gathered before it. Small pieces are gathered, because a muxer may hand over a row
 * or 188 bytes at a time.
 */
#ifndef MEDIA_WRITE_AVIO_FILE_H
#define MEDIA_WRITE_AVIO_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <libavformat/avio.h>
#include "media/write/direct_io.h"

struct output;

/* -EISDIR for a path that can never be a file, logged. */
int output_check(const char *path);
/* Opens a path, or standard output for "-". An existing regular file is refused with -EEXIST unless
 * `overwrite`; devices and FIFOs are opened as they are; a terminal never. Logs its failures. */
int output_open(struct output **output, const char *path, bool overwrite, enum direct_mode mode);
/* Writes what is gathered and closes. Logs nothing: the first error comes back, and output_error() knew it
 * before. Takes NULL. */
int output_close(struct output *output);
/* Takes the file's name away if it is a regular file that output_open() made; before output_close(). */
void output_remove(struct output *output);

AVIOContext *output_avio(struct output *output);
bool output_seekable(const struct output *output);
/* Hands on what is gathered: for pipes and terminals of others, whose reader waits for it. */
int output_flush(struct output *output);
/* The first error of a write, 0 if there was none. */
int output_error(const struct output *output);
/* How long the file is so far. Safe from another thread. */
uint64_t output_bytes(const struct output *output);

/* After a failed write: cuts a regular file off at `length`, where the last whole frame ended, which frees
 * room for an index, and makes writing possible again. rewind: it goes on there; else at the place where
 * libavformat believes to be, which leaves a hole (for muxers that have booked the frame already). */
void output_recover(struct output *output, int64_t length, bool rewind);

#endif
