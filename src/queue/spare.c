/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Spares, and the limit on the memory that frames take. */
#include "queue/spare.h"

#include <stdlib.h>
#include "base/page.h"

#define TRIM_BYTES 65536 /* madvise() for less costs more than it frees */

uint64_t spare_memory_used(const struct pool *pool)
{
	uint64_t bytes = pool->spare_bytes;

	for (uint32_t i = 0; i < POOL_MAX_BUFFERS; i++) {
		const struct buffer *buffer = &pool->allocator.buffers[i];

		if (buffer->attached)
			bytes += pool->output ? pool->frame_bytes : buffer->info.bytes;
	}
	return bytes;
}

bool spare_memory_fits(const struct pool *pool, uint64_t bytes)
{
	return !pool->memory_limit || spare_memory_used(pool) + bytes <= pool->memory_limit;
}

uint64_t spare_expected_bytes(const struct pool *pool)
{
	bool raw = pool->payload_bytes[0] > 0;

	return raw || pool->output ? pool->frame_bytes : pool->last_bytes;
}

static void set_budget(struct pool *pool, struct buffer *spare, uint64_t bytes)
{
	pool->spare_bytes += bytes - spare->budget_bytes;
	spare->budget_bytes = bytes;
}

static void destroy_spare(struct pool *pool, struct buffer *spare)
{
	memory_source_free(spare->memory_source, spare);
	set_budget(pool, spare, 0);
	pool->n_spares--;
	free(spare);
}

static struct buffer *create_spare(struct pool *pool, struct memory_source *memory)
{
	struct buffer *spare = calloc(1, sizeof *spare);

	if (!spare)
		return NULL;
	spare->pool = pool;
	spare->spare = true;
	spare->memory_source = memory;
	spare->n_planes = pool->format.n_planes;
	if (memory_source_alloc(memory, spare, &pool->format) < 0) {
		free(spare);
		return NULL;
	}
	pool->n_spares++;
	return spare;
}

/* memory NULL: from any source. */
static struct buffer *take_free_spare(struct pool *pool, const struct memory_source *memory)
{
	for (struct buffer **link = &pool->spares; *link; link = &(*link)->next) {
		struct buffer *spare = *link;

		if (memory && spare->memory_source != memory)
			continue;
		*link = spare->next;
		spare->next = NULL;
		return spare;
	}
	return NULL;
}

/* Frees unused spares until `bytes` more are within the limit. */
static bool make_room(struct pool *pool, uint64_t bytes)
{
	while (!spare_memory_fits(pool, bytes)) {
		struct buffer *spare = take_free_spare(pool, NULL);

		if (!spare)
			return false;
		destroy_spare(pool, spare);
	}
	return true;
}

struct buffer *spare_acquire(struct pool *pool, struct memory_source *memory, uint64_t bytes)
{
	uint64_t wanted = memory_source_is_lazy(memory) ? page_align(bytes) : pool->frame_bytes;
	struct buffer *spare = take_free_spare(pool, memory);
	uint64_t has = spare ? spare->budget_bytes : 0;

	if (wanted > has && !make_room(pool, wanted - has)) {
		if (spare)
			spare_release(pool, spare);
		return NULL;
	}
	if (!spare)
		spare = create_spare(pool, memory);
	if (spare && wanted > has)
		set_budget(pool, spare, wanted);
	return spare;
}

void spare_release(struct pool *pool, struct buffer *spare)
{
	spare->owner = BUFFER_FREE;
	spare->next = pool->spares;
	pool->spares = spare;
}

void spare_trim(struct pool *pool, struct buffer *spare)
{
	uint64_t bytes = 0;

	if (!memory_source_is_lazy(spare->memory_source))
		return;
	for (uint32_t p = 0; p < spare->n_planes; p++)
		bytes += page_align(spare->planes[p].bytesused);
	if (bytes <= spare->budget_bytes && spare->budget_bytes - bytes < TRIM_BYTES)
		return;
	for (uint32_t p = 0; p < spare->n_planes && bytes < spare->budget_bytes; p++)
		memory_source_trim(spare->memory_source, &spare->planes[p], spare->planes[p].bytesused);
	set_budget(pool, spare, bytes);
}

static void exchange_planes(struct buffer *buffer, struct buffer *spare)
{
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		struct plane plane = buffer->planes[p];

		buffer->planes[p] = spare->planes[p];
		spare->planes[p] = plane;
	}
	spare->info = buffer->info;
	spare->copied = false;
}

struct buffer *spare_replace(struct pool *pool, struct buffer *buffer)
{
	/* Copying a small compressed frame costs less than giving up the memory it is in. */
	bool exchange = pool->io->imports && buffer->info.bytes >= pool->frame_bytes / 2;
	struct buffer *spare = NULL;

	if (exchange)
		spare = spare_acquire(pool, pool->import_memory, pool->frame_bytes);
	if (spare) {
		exchange_planes(buffer, spare);
		return spare;
	}
	spare = spare_acquire(pool, pool->pages, buffer->info.bytes);
	if (!spare)
		return NULL;
	if (buffer_copy(spare, &pool->format, buffer, &pool->format, &pool->bytes_copied) < 0) {
		spare_release(pool, spare);
		return NULL;
	}
	spare_trim(pool, spare);
	spare->copied = true;
	pool->n_copied++;
	return spare;
}

void spare_free_all(struct pool *pool)
{
	struct buffer *spare;

	while ((spare = take_free_spare(pool, NULL)))
		destroy_spare(pool, spare);
}
