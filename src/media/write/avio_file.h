/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An AVIOContext over a file descriptor that does not copy whole frames. libavformat's own file protocol
 * copies everything through its buffer. This one has AVIOContext.direct set, so that a packet arrives here
 * as the frame's own memory and goes to writev() together with the few header bytes before it. Small pieces
 * are gathered first, as a muxer may write a row or 188 bytes at a time.
 */
#ifndef MEDIA_WRITE_AVIO_FILE_H
#define MEDIA_WRITE_AVIO_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <libavformat/avio.h>
#include "media/write/direct_io.h"

/* Below this a copy is cheaper than a system call. */
#define AVIO_FILE_GATHER_BYTES 65536

/* Read-only outside avio_file.c. */
struct avio_file {
	AVIOContext *avio;
	char *path;       /* also for messages */
	char *final_path; /* its name once it is complete; NULL: path */
	int fd;
	int error; /* the first write error; 0: none */
	bool seekable, regular, created, overwrite;
	bool pending; /* an existing file is not emptied yet, or a new one not created yet: what was written
			 is in `gathered` */
	bool discarding;  /* drop what libavformat still flushes of a failed frame */
	int64_t start;    /* file offset of byte 0: standard output may already have content */
	int64_t position; /* of the next byte, after the gathered ones */
	int64_t size;
	int64_t reserved; /* end of the space reserved by avio_file_reserve() */
	bool cannot_reserve;
	bool name_synced;           /* its name is on the disk */
	const char *partial_suffix; /* owned by the caller */
	enum direct_io_mode direct_io_mode;
	bool direct_io_allowed, direct_io_active;
	struct direct_io direct_io;
	int64_t kept_before; /* what is written before it is in `kept` until avio_file_finish(); 0: nothing */
	int64_t kept_at;
	size_t n_kept;
	uint8_t kept[16];
	size_t n_gathered;
	int64_t gathered_at; /* file offset of the gathered pieces */
	uint8_t gathered[AVIO_FILE_GATHER_BYTES];
};

enum {
	AVIO_FILE_OVERWRITE = 1,    /* replace an existing regular file */
	AVIO_FILE_EXPECT_TAKEN = 2, /* -EEXIST and -EBUSY are not logged: the caller tries another name */
};

/* -EISDIR, logged, for a path that is a directory; otherwise 0. */
int avio_file_check_path(const char *path);
/* Opens a path, or standard output for "-". An existing regular file gives -EEXIST without
 * AVIO_FILE_OVERWRITE; one that another run is writing gives -EBUSY; devices and FIFOs are opened as they
 * are, terminals are refused. partial_suffix: of the name of a regular file until it is complete; must
 * outlive the file; NULL: none. 0 or a negative errno, logged. */
int avio_file_open(struct avio_file **file, const char *path, const char *partial_suffix, unsigned flags,
		   enum direct_io_mode mode);
/* Opens a regular file that avio_file_create() creates later; until then it holds only a header. path: for
 * messages. 0 or -ENOMEM, logged. */
int avio_file_open_later(struct avio_file **file, const char *path, const char *partial_suffix,
			 enum direct_io_mode mode);
/* Creates the file. Returns as avio_file_open(); after -EEXIST and -EBUSY another path can be tried. */
int avio_file_create(struct avio_file *file, const char *path, unsigned flags);
/* Empties an existing file and writes the header that was kept: call it before the first frame; later calls
 * do nothing. 0 or a negative errno. */
int avio_file_begin(struct avio_file *file);
/* Reserves space for the next `bytes`, where the file system supports it. 0 or a negative errno. */
int avio_file_reserve(struct avio_file *file, int64_t bytes);
/* From here on a length that is changed before the file's present end is kept, and written last: that of a
 * box which hides what was valid before. */
void avio_file_keep_lengths(struct avio_file *file);
/* Writes what is gathered, and sets `size` to the bytes that reached the file. */
void avio_file_finish(struct avio_file *file);
/* Flushes, closes and frees. whole: if there was no error, gives the file its final name. Returns the first
 * error of all writes, of close() and of the renaming, not logged. Takes NULL. */
int avio_file_close(struct avio_file *file, bool whole);
/* Removes the file if avio_file_open() created it and the name still refers to it. Call it before
 * avio_file_close(). */
void avio_file_unlink(struct avio_file *file);
/* Writes the gathered pieces; the AVIOContext's own buffer must have been flushed. 0 or a negative errno. */
int avio_file_flush(struct avio_file *file);
/* The same, and waits until the whole file is on the disk. */
int avio_file_sync(struct avio_file *file);
/* After a failed write: truncates a regular file to `length`, the end of the last complete frame, which
 * makes room for a trailer, and makes the AVIOContext usable again. rewind: continue at `length`; otherwise
 * where libavformat's position is, which leaves a hole, for muxers whose index already has the frame. */
void avio_file_recover(struct avio_file *file, int64_t length, bool rewind);

#endif
