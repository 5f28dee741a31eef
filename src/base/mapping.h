/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Mappings of frame memory, each followed by a page that may be read and written and holds nothing. libav
 * reads beyond what it is given, AV_INPUT_BUFFER_PADDING_SIZE bytes of a packet and a SIMD vector of a
 * picture, and libswscale writes beyond it. A driver's buffer that ends with a page has no such room.
 */
#ifndef BASE_MAPPING_H
#define BASE_MAPPING_H

#include <stddef.h>
#include <stdint.h>

/* The size of a mapping of so many bytes, the page behind it included: the length for munmap(). */
size_t mapping_bytes(size_t length);

/* Both return MAP_FAILED and set errno on failure, as mmap(). */
/* Where to map `length` bytes from that offset with MAP_FIXED, which leaves the page behind them. */
void *mapping_reserve(size_t length, int64_t offset);
/* Maps a file from its start, or anonymous memory (fd -1), for reading and writing. */
void *mapping_create(size_t length, int flags, int fd);
/* Unmaps what mapping_reserve() or mapping_create() returned, and the page behind it. */
void mapping_remove(void *start, size_t length);

#endif
