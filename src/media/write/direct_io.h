/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Large writes past the page cache. Recordings are not read again soon, and the kernel spends several
 * times as much on finding, filling and writing back pages as on the transfer itself. O_DIRECT takes
 * its data from aligned memory only, at aligned places: so they are copied there, which takes the
 * place of the kernel's own copy into its pages. Of frames larger than half of that memory one half is
 * written while the other is filled.
 */
#ifndef MEDIA_WRITE_DIRECT_IO_H
#define MEDIA_WRITE_DIRECT_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Of memory, places and lengths: what every disk is content with. */
#define DIRECT_IO_ALIGNMENT 4096

/* AUTO: where the file system makes it pay, and frames are large. ON: wherever the file system lets us. */
enum direct_io_mode { DIRECT_IO_AUTO, DIRECT_IO_ON, DIRECT_IO_OFF };

struct overlap;

/* All zero: never begun. */
struct direct_io {
	int fd;
	bool on;
	uint8_t *memory;         /* both halves */
	unsigned half;           /* the one that is being filled */
	size_t n;                /* of it that waits to be whole blocks */
	off_t offset;            /* where in the file it belongs */
	struct overlap *overlap; /* writes the other half; NULL until there is one to write */
	off_t other_offset;      /* where the other half belongs */
	bool pending;            /* it may be at it */
};

/* Whether the file may go past the page cache; AUTO: whether it lies where this pays, on local file systems
 * that write their blocks straight to a disk. */
bool direct_io_supported(int fd, enum direct_io_mode mode);
/* The least that a piece must have to begin with it. */
size_t direct_io_min_bytes(enum direct_io_mode mode);
/* Starts at `offset`, a multiple of DIRECT_IO_ALIGNMENT and the end of the file. -EINVAL and the like: not to
 * be had here. */
int direct_io_start(struct direct_io *direct, int fd, off_t offset);
int direct_io_write(struct direct_io *direct, const uint8_t *data, size_t bytes);
/* Brings all to the file, which is up to a block longer than it should be until the end. */
int direct_io_flush(struct direct_io *direct);
/* Flushes and goes back to ordinary writing, the descriptor at the end of the file. */
int direct_io_stop(struct direct_io *direct);
/* The same after an error: the file is cut off at `length`, which was flushed once. */
int direct_io_truncate(struct direct_io *direct, off_t length);
void direct_io_close(struct direct_io *direct);

#endif
