/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Spares: buffers of plain memory, which take a frame when the driver's own buffers run low, and all frames
 * of io mode rw; and the limit on the memory that frames take.
 */
#ifndef QUEUE_SPARE_H
#define QUEUE_SPARE_H

#include "queue/pool_internal.h"

/* Returns a spare with room for any frame, from `memory` (pool->pages or pool->import_memory), that will hold
 * one of `bytes`; NULL without memory or beyond pool->memory_limit. To be given back by spare_release(). */
struct buffer *spare_acquire(struct pool *pool, struct memory_source *memory, uint64_t bytes);
void spare_release(struct pool *pool, struct buffer *spare);
/* The frame is in it: gives back the memory that it does not fill, where that is possible. */
void spare_trim(struct pool *pool, struct buffer *spare);
/* Returns a spare with the frame of `buffer`: by exchanging their memory where that is the pool's, else by a
 * copy. NULL without memory. */
struct buffer *spare_replace(struct pool *pool, struct buffer *buffer);
/* All must have been released. */
void spare_free_all(struct pool *pool);

/* Bytes of frames in buffers and spares. A compressed frame counts as what is in it, not as sizeimage. */
uint64_t spare_memory_used(const struct pool *pool);
/* Whether so many bytes more are within pool->memory_limit. */
bool spare_memory_fits(const struct pool *pool, uint64_t bytes);
/* What the next frame will take: as much as the last one where frames are compressed. */
uint64_t spare_expected_bytes(const struct pool *pool);

#endif
