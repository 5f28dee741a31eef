/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* io mode mmap: the driver's buffers, mapped. Rule: kernel documentation, "Streaming I/O (Memory Mapping)".
 */
#include <sys/mman.h>
#include "queue/io.h"
#include "queue/pool_internal.h"

static int mmap_attach(struct pool *pool, struct buffer *buffer)
{
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		struct plane *plane = &buffer->planes[p];
		int err;
		void *data = device_mmap(pool->device, plane->length, plane->mem_offset, &err);

		if (data == MAP_FAILED)
			return device_error(pool->device, "mmap", err);
		plane->data = data;
	}
	return 0;
}

static void mmap_detach(struct pool *pool, struct buffer *buffer)
{
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		struct plane *plane = &buffer->planes[p];

		if (plane->data)
			device_munmap(pool->device, plane->data, plane->length);
		plane->data = NULL;
	}
}

const struct io_ops io_mmap = {
	.name = "mmap",
	.memory = V4L2_MEMORY_MMAP,
	.streams = true,
	.attach = mmap_attach,
	.detach = mmap_detach,
};
