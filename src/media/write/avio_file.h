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

struct avio_file;

/* -EISDIR for a path that can never be a file, logged. */
int avio_file_check_path(const char *path);
/* Opens a path, or standard output for "-". An existing regular file is refused with -EEXIST unless
 * `overwrite`; devices and FIFOs are opened as they are; a terminal never. Logs its failures. */
int avio_file_open(struct avio_file **output, const char *path, bool overwrite, enum direct_io_mode mode);
/* Writes what is gathered and closes. Logs nothing: the first error comes back, and avio_file_error() knew it
 * before. Takes NULL. */
int avio_file_close(struct avio_file *output);
/* Takes the file's name away if it is a regular file that avio_file_open() made; before avio_file_close(). */
void avio_file_unlink(struct avio_file *output);

AVIOContext *avio_file_context(struct avio_file *output);
bool avio_file_seekable(const struct avio_file *output);
/* Hands on what is gathered: for pipes and terminals of others, whose reader waits for it. */
int avio_file_flush(struct avio_file *output);
/* The first error of a write, 0 if there was none. */
int avio_file_error(const struct avio_file *output);
/* How long the file is so far. Safe from another thread. */
uint64_t avio_file_bytes(const struct avio_file *output);

/* After a failed write: cuts a regular file off at `length`, where the last whole frame ended, which frees
 * room for an index, and makes writing possible again. rewind: it goes on there; else at the place where
 * libavformat believes to be, which leaves a hole (for muxers that have booked the frame already). */
void avio_file_recover(struct avio_file *output, int64_t length, bool rewind);

#endif
