/* Spares: plain memory that stands in for the driver's buffers when those run low. SPDX-License-Identifier:
 * LGPL-2.1-or-later */
#include <stdlib.h>
#include "queue/process.h"

uint64_t pool_frame_bytes(const struct pool *pool)
{
	uint64_t bytes = 0;

	for (uint32_t p = 0; p < pool->format.n_planes; p++)
		bytes += pool->format.sizeimage[p];
	return bytes;
}

bool pool_within_budget(const struct pool *pool, uint64_t bytes)
{
	return !pool->memory_limit || pool->memory_used + bytes <= pool->memory_limit;
}

static void destroy(struct pool *pool, struct buffer *spare)
{
	for (uint32_t p = 0; p < spare->n_planes; p++)
		memory_free(spare->source, &spare->planes[p]);
	pool->memory_used -= pool_frame_bytes(pool);
	pool->n_spares--;
	free(spare);
}

static struct buffer *create(struct pool *pool, struct memory_source *source)
{
	struct buffer *spare;

	if (!pool_within_budget(pool, pool_frame_bytes(pool)))
		return NULL;
	spare = calloc(1, sizeof *spare);
	if (!spare)
		return NULL;
	spare->pool = pool;
	spare->spare = true;
	spare->source = source;
	spare->n_planes = pool->format.n_planes;
	pool->memory_used += pool_frame_bytes(pool);
	pool->n_spares++;
	for (uint32_t p = 0; p < spare->n_planes; p++)
		if (memory_alloc(source, &spare->planes[p], pool->format.sizeimage[p]) < 0) {
			destroy(pool, spare);
			return NULL;
		}
	return spare;
}

struct buffer *spare_take(struct pool *pool, struct memory_source *source)
{
	for (struct buffer **link = &pool->spares; *link; link = &(*link)->next) {
		struct buffer *spare = *link;

		if (spare->source != source)
			continue;
		*link = spare->next;
		spare->next = NULL;
		return spare;
	}
	return create(pool, source);
}

void spare_give(struct pool *pool, struct buffer *spare)
{
	spare->owner = BUFFER_FREE;
	spare->next = pool->spares;
	pool->spares = spare;
}

void spare_free_all(struct pool *pool)
{
	while (pool->spares) {
		struct buffer *spare = pool->spares;

		pool->spares = spare->next;
		destroy(pool, spare);
	}
}

static void swap_memory(struct buffer *buffer, struct buffer *spare)
{
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		struct plane plane = buffer->planes[p];

		buffer->planes[p] = spare->planes[p];
		spare->planes[p] = plane;
	}
	spare->info = buffer->info;
}

struct buffer *spare_stand_in(struct pool *pool, struct buffer *buffer)
{
	struct buffer *spare = pool->io->imports ? spare_take(pool, pool->source) : NULL;

	if (spare) {
		swap_memory(buffer, spare);
		return spare;
	}
	spare = spare_take(pool, pool->pages);
	if (!spare)
		return NULL;
	if (buffer_copy(spare, &pool->format, buffer, &pool->format, &pool->bytes_copied) < 0) {
		spare_give(pool, spare);
		return NULL;
	}
	pool->n_copied++;
	return spare;
}
