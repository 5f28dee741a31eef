/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * io mode dmabuf: the driver's buffers, exported as file descriptors. Rule: kernel documentation, "ioctl
 * VIDIOC_EXPBUF".
 */
#include "queue/io.h"
#include "queue/pool_internal.h"

static int dmabuf_attach(struct pool *pool, struct buffer *buffer)
{
	return allocator_export(&pool->allocator, buffer);
}

static void dmabuf_detach(struct pool *pool, struct buffer *buffer)
{
	(void)pool;
	allocator_unexport(buffer);
}

const struct io_ops io_dmabuf = {
	.name = "dmabuf",
	.memory = V4L2_MEMORY_MMAP,
	.streams = true,
	.exports = true,
	.native_only = true,
	.attach = dmabuf_attach,
	.detach = dmabuf_detach,
};
