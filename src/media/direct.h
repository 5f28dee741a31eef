/* Large writes past the page cache. SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Recordings are not read again soon, and the kernel spends several times as much on finding, filling and
 * writing back pages as on the transfer itself. O_DIRECT takes its data from aligned memory only, at aligned
 * places: so they are copied there, which takes the place of the kernel's own copy into its pages. */
#ifndef MEDIA_DIRECT_H
#define MEDIA_DIRECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Of memory, places and lengths: what every disk is content with. */
#define DIRECT_BLOCK 4096

/* All zero: never begun. */
struct direct {
	int fd;
	bool on;
	uint8_t *memory; /* what waits to be whole blocks */
	size_t n;
	off_t offset; /* where in the file memory[0] belongs; the descriptor stands there */
};

/* Whether the file lies where this pays: local file systems that write their blocks straight to a disk. */
bool direct_suits(int fd);
/* Starts at `offset`, a multiple of DIRECT_BLOCK and the end of the file. -EINVAL and the like: not to be had
 * here. */
int direct_begin(struct direct *direct, int fd, off_t offset);
int direct_put(struct direct *direct, const uint8_t *data, size_t bytes);
/* Brings all to the file, which is up to a block longer than it should be until the end. */
int direct_flush(struct direct *direct);
/* Flushes and goes back to ordinary writing, the descriptor at the end of the file. */
int direct_end(struct direct *direct);
/* The same after an error: the file is cut off at `length`, which was flushed once. */
int direct_give_up(struct direct *direct, off_t length);
void direct_close(struct direct *direct);

#endif
