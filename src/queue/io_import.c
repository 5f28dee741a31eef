/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * io mode dmabuf-import: the driver reads and writes dmabufs of a memory source. Rule: kernel
 * documentation, "Streaming I/O (DMA buffer importing)".
 */
#include "base/log.h"
#include "queue/io.h"
#include "queue/pool_internal.h"

int import_attach(struct pool *pool, struct buffer *buffer)
{
	int err;

	if (!pool->import_memory) /* the frames are foreign buffers, which have their own memory */
		return POOL_NOBUF;
	err = memory_source_alloc(pool->import_memory, buffer, &pool->format);

	if (err < 0)
		log_error("memory for %s from %s: %s", pool->io->name,
			  memory_source_name(pool->import_memory), err_str(err));
	return err;
}

void import_detach(struct pool *pool, struct buffer *buffer)
{
	memory_source_free(pool->import_memory, buffer);
}

static void import_set_memory(struct v4l2_plane *v4l2_plane, const struct plane *plane)
{
	v4l2_plane->m.fd = plane->fd;
	v4l2_plane->length = plane->length;
}

const struct io_ops io_import = {
	.name = "dmabuf-import",
	.memory = V4L2_MEMORY_DMABUF,
	.streams = true,
	.imports = true,
	.native_only = true,
	.attach = import_attach,
	.detach = import_detach,
	.set_memory = import_set_memory,
};
