/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * io mode userptr: the driver reads and writes pages of the process. Rule: kernel documentation,
 * "Streaming I/O (User Pointers)".
 */
#include "queue/io.h"
#include "queue/pool_internal.h"

/* length is that of whole pages, because drivers pin pages. */
static void userptr_set_memory(struct v4l2_plane *v4l2_plane, const struct plane *plane)
{
	v4l2_plane->m.userptr = (unsigned long)plane->data;
	v4l2_plane->length = plane->length;
}

const struct io_ops io_userptr = {
	.name = "userptr",
	.memory = V4L2_MEMORY_USERPTR,
	.streams = true,
	.imports = true,
	.native_only = true,
	.attach = import_attach,
	.detach = import_detach,
	.set_memory = userptr_set_memory,
};
