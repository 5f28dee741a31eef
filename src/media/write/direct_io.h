/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Large sequential writes with O_DIRECT. A recording is not read again soon, and looking up, filling and
 * writing back page cache pages costs the kernel several times as much as the transfer. O_DIRECT requires
 * aligned memory, file offsets and lengths (open(2)), so data are copied to aligned staging buffers, in
 * place of the kernel's copy to the page cache. There are two of them: a second thread writes one while the
 * caller fills the other.
 */
#ifndef MEDIA_WRITE_DIRECT_IO_H
#define MEDIA_WRITE_DIRECT_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Of memory, offsets and lengths; the largest logical block size in use. */
#define DIRECT_IO_ALIGNMENT 4096

/* AUTO: large writes, on file systems where it is known to pay. ON: wherever the file system accepts it. */
enum direct_io_mode { DIRECT_IO_AUTO, DIRECT_IO_ON, DIRECT_IO_OFF };

struct async_write;

/* Zero-initialise. */
struct direct_io {
	int fd;
	bool enabled;              /* O_DIRECT is set on fd */
	uint8_t *staging;          /* both buffers */
	unsigned current;          /* the buffer being filled: 0 or 1 */
	size_t n_staged;           /* bytes in it */
	off_t offset;              /* where in the file its first byte goes */
	struct async_write *async; /* writes the other buffer; NULL until the first one is full */
	off_t async_offset;
	bool async_pending; /* its result was not collected yet */
};

/* Whether to use O_DIRECT for this file. AUTO: if it is on a local file system that writes its blocks
 * straight to a disk. */
bool direct_io_supported(int fd, enum direct_io_mode mode);
/* The shortest write that is worth starting direct I/O with, in bytes. */
size_t direct_io_min_bytes(enum direct_io_mode mode);
/* Sets O_DIRECT. `offset` is the end of the file and a multiple of DIRECT_IO_ALIGNMENT. -EINVAL and others:
 * the file system refuses the flag. */
int direct_io_start(struct direct_io *d, int fd, off_t offset);
/* Appends data: to the file, or to a staging buffer. 0 or a negative errno. */
int direct_io_write(struct direct_io *d, const uint8_t *data, size_t bytes);
/* Writes what is staged. Until direct_io_stop() the file is padded with zeros to a whole block. */
int direct_io_flush(struct direct_io *d);
/* Flushes, removes the padding, clears O_DIRECT and sets the file offset to the end. */
int direct_io_stop(struct direct_io *d);
/* Discards staged data, truncates the file to `length`, clears O_DIRECT and sets the file offset to the end.
 * Everything before `length` must have been flushed. */
int direct_io_truncate(struct direct_io *d, off_t length);
/* Frees the buffers and ends the thread; fd stays open. */
void direct_io_close(struct direct_io *d);

#endif
