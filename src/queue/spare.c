/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Spares: plain memory that stands in for the driver's buffers when those run low. */
#include <stdlib.h>
#include "queue/pool_internal.h"

#define SLACK_BYTES 65536 /* a call to the kernel is not worth less */

uint64_t pool_frame_bytes(const struct pool *pool)
{
	return video_format_bytes(&pool->format);
}

uint64_t pool_memory_used(const struct pool *pool)
{
	bool output = device_is_output(pool->device);
	uint64_t bytes = pool->spare_bytes;

	for (uint32_t i = 0; i < POOL_MAX_BUFFERS; i++) {
		const struct buffer *buffer = &pool->allocator.buffers[i];

		if (buffer->attached)
			bytes += output ? pool_frame_bytes(pool) : buffer->info.bytes;
	}
	return bytes;
}

uint64_t pool_next_bytes(const struct pool *pool)
{
	bool raw = pool->frame_payload[0] > 0;

	return raw || device_is_output(pool->device) ? pool_frame_bytes(pool) : pool->last.bytes;
}

bool pool_within_budget(const struct pool *pool, uint64_t bytes)
{
	return !pool->memory_limit || pool_memory_used(pool) + bytes <= pool->memory_limit;
}

bool pool_may_grow(const struct pool *pool)
{
	uint64_t one = pool_frame_bytes(pool);

	/* Where frames bring their own memory, a buffer of the driver's has none. */
	if (!pool->memory_limit || device_is_output(pool->device))
		return pool_within_budget(pool, one);
	return (pool->allocator.count + 1) * one + pool->spare_bytes <= pool->memory_limit;
}

static void count(struct pool *pool, struct buffer *spare, uint64_t bytes)
{
	pool->spare_bytes += bytes - spare->taken_bytes;
	spare->taken_bytes = bytes;
}

static void destroy(struct pool *pool, struct buffer *spare)
{
	for (uint32_t p = 0; p < spare->n_planes; p++)
		memory_free(spare->source, &spare->planes[p]);
	count(pool, spare, 0);
	pool->n_spares--;
	free(spare);
}

static struct buffer *create(struct pool *pool, struct memory_source *source)
{
	struct buffer *spare = calloc(1, sizeof *spare);

	if (!spare)
		return NULL;
	spare->pool = pool;
	spare->spare = true;
	spare->source = source;
	spare->n_planes = pool->format.n_planes;
	pool->n_spares++;
	for (uint32_t p = 0; p < spare->n_planes; p++)
		if (memory_alloc(source, &spare->planes[p], pool->format.sizeimage[p]) < 0) {
			destroy(pool, spare);
			return NULL;
		}
	return spare;
}

static struct buffer *take_free(struct pool *pool, const struct memory_source *source)
{
	for (struct buffer **link = &pool->spares; *link; link = &(*link)->next) {
		struct buffer *spare = *link;

		if (source && spare->source != source)
			continue;
		*link = spare->next;
		spare->next = NULL;
		return spare;
	}
	return NULL;
}

/* Free spares that hold more than is needed now make room. */
static bool make_room(struct pool *pool, uint64_t bytes)
{
	while (!pool_within_budget(pool, bytes)) {
		struct buffer *free_one = take_free(pool, NULL);

		if (!free_one)
			return false;
		destroy(pool, free_one);
	}
	return true;
}

struct buffer *spare_take(struct pool *pool, struct memory_source *source, uint64_t bytes)
{
	uint64_t wanted = memory_is_lazy(source) ? memory_whole_pages(bytes) : pool_frame_bytes(pool);
	struct buffer *spare = take_free(pool, source);
	uint64_t has = spare ? spare->taken_bytes : 0;

	if (wanted > has && !make_room(pool, wanted - has)) {
		if (spare)
			spare_give(pool, spare);
		return NULL;
	}
	if (!spare)
		spare = create(pool, source);
	if (spare && wanted > has)
		count(pool, spare, wanted);
	return spare;
}

void spare_filled(struct pool *pool, struct buffer *spare)
{
	uint64_t bytes = 0;

	if (!memory_is_lazy(spare->source))
		return;
	for (uint32_t p = 0; p < spare->n_planes; p++)
		bytes += memory_whole_pages(spare->planes[p].bytesused);
	if (bytes <= spare->taken_bytes && spare->taken_bytes - bytes < SLACK_BYTES)
		return;
	for (uint32_t p = 0; p < spare->n_planes && bytes < spare->taken_bytes; p++)
		memory_trim(spare->source, &spare->planes[p], spare->planes[p].bytesused);
	count(pool, spare, bytes);
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
	bool full = buffer->info.bytes >= pool_frame_bytes(pool) / 2; /* else its memory is worth more */
	struct buffer *spare = NULL;

	if (pool->io->imports && full)
		spare = spare_take(pool, pool->source, pool_frame_bytes(pool));
	if (spare) {
		swap_memory(buffer, spare);
		spare->copied = false;
		return spare;
	}
	spare = spare_take(pool, pool->pages, buffer->info.bytes);
	if (!spare)
		return NULL;
	if (buffer_copy(spare, &pool->format, buffer, &pool->format, &pool->bytes_copied) < 0) {
		spare_give(pool, spare);
		return NULL;
	}
	spare_filled(pool, spare);
	spare->copied = true;
	pool->n_copied++;
	return spare;
}
