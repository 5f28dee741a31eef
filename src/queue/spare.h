/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Spares: buffers of plain memory. They take frames when the driver's own buffers run low, and all frames of
 * io mode rw. Also the limit on the memory for frames.
 */
#ifndef QUEUE_SPARE_H
#define QUEUE_SPARE_H

#include "queue/pool_internal.h"

/* Returns a spare with room for any frame, from `memory` (pool->pages or pool->import_memory), for a frame of
 * about `bytes`; NULL without memory or beyond pool->memory_limit. Return it by spare_release(). */
struct buffer *spare_acquire(struct pool *pool, struct memory_source *memory, uint64_t bytes);
void spare_release(struct pool *pool, struct buffer *spare);
/* To be called once the frame is in it: frees the memory that it does not fill, where that is possible. */
void spare_trim(struct pool *pool, struct buffer *spare);
/* Moves the frame of `buffer` to a spare: by exchanging their memory if it is the pool's, else by a copy.
 * Returns the spare, or NULL without memory. */
struct buffer *spare_replace(struct pool *pool, struct buffer *buffer);
/* All spares must have been released. */
void spare_free_all(struct pool *pool);

/* Bytes of frames in buffers and spares. A compressed frame counts its payload, not sizeimage. */
uint64_t spare_memory_used(const struct pool *pool);
/* Whether `bytes` more are within pool->memory_limit. */
bool spare_memory_fits(const struct pool *pool, uint64_t bytes);
/* The memory that the next frame will take: for compressed frames the payload of the last one. */
uint64_t spare_expected_bytes(const struct pool *pool);

#endif
