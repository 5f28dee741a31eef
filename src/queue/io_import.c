/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * io mode dmabuf-import: the driver fills memory of /dev/udmabuf, a dma-heap or another device. Rule:
 * kernel documentation, "Streaming I/O (DMA buffer importing)".
 */
#include <errno.h>
#include "base/log.h"
#include "queue/pool_internal.h"

int import_attach(struct pool *pool, struct buffer *buffer)
{
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		uint32_t needed = pool->format.sizeimage[p];
		int err = memory_alloc(pool->source, &buffer->planes[p], needed);

		if (err < 0) {
			log_error("memory for %s from %s: %s", pool->io->name,
				  memory_source_name(pool->source), err_str(err));
			return err;
		}
		/* What the driver would answer with a bare EINVAL at QBUF. */
		if (buffer->planes[p].length < needed) {
			log_error("memory from %s has %u bytes, plane %u needs %u",
				  memory_source_name(pool->source), buffer->planes[p].length, p, needed);
			return -EMSGSIZE;
		}
	}
	return 0;
}

void import_detach(struct pool *pool, struct buffer *buffer)
{
	for (uint32_t p = 0; p < buffer->n_planes; p++)
		memory_free(pool->source, &buffer->planes[p]);
}

static void import_describe(const struct plane *plane, struct v4l2_plane *out)
{
	out->m.fd = plane->fd;
	out->length = plane->length;
}

const struct io_ops io_import = {
	.name = "dmabuf-import",
	.memory = V4L2_MEMORY_DMABUF,
	.imports = true,
	.native_only = true,
	.attach = import_attach,
	.detach = import_detach,
	.describe = import_describe,
	.put = transfer_put,
	.get = transfer_get,
};
