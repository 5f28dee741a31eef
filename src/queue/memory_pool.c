/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory source "pool": the buffers of an output pool, exported for the capture pool that fills them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/log.h"
#include "queue/memory_source_internal.h"
#include "queue/pool_internal.h"

struct memory_pool {
	struct pool *lender;
	struct buffer *idle[POOL_MAX_BUFFERS]; /* acquired, and not in use */
	uint32_t n_idle;
};

/* Takes a whole buffer, for its first plane; the other planes follow. */
static int lend_buffer(struct memory_pool *memory, struct buffer **lent)
{
	if (!memory->n_idle)
		return pool_acquire(memory->lender, lent);
	*lent = memory->idle[--memory->n_idle];
	return 0;
}

static int memory_pool_alloc(struct memory_source *source, struct buffer *buffer, uint32_t p, uint32_t length)
{
	struct memory_pool *memory = source->pool;
	struct buffer *lent = NULL;
	int err = 0;

	if (p == 0)
		err = lend_buffer(memory, &lent);
	else
		lent = &memory->lender->allocator.buffers[buffer->planes[0].mem_offset / MAX_PLANES];
	if (err < 0)
		return err == POOL_NOBUF ? -ENOMEM : err;
	buffer->planes[p] = lent->planes[p];
	buffer->planes[p].mem_offset = lent->index * MAX_PLANES + p;
	return p < lent->n_planes && lent->planes[p].length >= length ? 0 : -EMSGSIZE;
}

static void memory_pool_free(struct memory_source *source, struct plane *plane)
{
	struct memory_pool *memory = source->pool;

	if (plane->data && plane->mem_offset % MAX_PLANES == 0)
		memory->idle[memory->n_idle++] =
			&memory->lender->allocator.buffers[plane->mem_offset / MAX_PLANES];
}

static int memory_pool_open(struct memory_source *source, const char *argument,
			    const struct video_format *format)
{
	(void)argument;
	(void)format;
	source->pool = calloc(1, sizeof *source->pool);
	return source->pool ? 0 : log_no_memory();
}

static void memory_pool_close(struct memory_source *source)
{
	struct memory_pool *memory = source->pool;

	while (memory && memory->n_idle)
		pool_release(memory->lender, memory->idle[--memory->n_idle]);
	free(memory);
}

static const struct memory_source_ops memory_source_pool = {
	.open = memory_pool_open,
	.close = memory_pool_close,
	.alloc = memory_pool_alloc,
	.free = memory_pool_free,
};

int memory_source_open_pool(struct memory_source **memory, struct pool *lender,
			    const struct video_format *format)
{
	int err = memory_source_open_row(memory, &memory_source_pool, lender->device->path, NULL, format);

	if (err == 0)
		(*memory)->pool->lender = lender;
	return err;
}
