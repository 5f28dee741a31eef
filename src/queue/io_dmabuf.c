/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * io mode dmabuf: the driver's buffers, exported as descriptors. Rule: kernel documentation,
 * "VIDIOC_EXPBUF".
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>
#include "queue/pool_internal.h"

static int dmabuf_attach(struct pool *pool, struct buffer *buffer)
{
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		struct plane *plane = &buffer->planes[p];
		int err = allocator_export(&pool->allocator, buffer, p);
		void *data;

		if (err < 0)
			return err;
		data = mmap(NULL, plane->length, PROT_READ | PROT_WRITE, MAP_SHARED, plane->fd, 0);
		if (data == MAP_FAILED)
			return device_error(pool->device, "mapping an exported buffer", -errno);
		plane->data = data;
	}
	return 0;
}

static void dmabuf_detach(struct pool *pool, struct buffer *buffer)
{
	(void)pool;
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		struct plane *plane = &buffer->planes[p];

		if (plane->data)
			munmap(plane->data, plane->length);
		if (plane->fd >= 0)
			close(plane->fd);
		plane->data = NULL;
		plane->fd = -1;
	}
}

const struct io_ops io_dmabuf = {
	.name = "dmabuf",
	.memory = V4L2_MEMORY_MMAP,
	.native_only = true,
	.attach = dmabuf_attach,
	.detach = dmabuf_detach,
	.put = transfer_put,
	.get = transfer_get,
};
