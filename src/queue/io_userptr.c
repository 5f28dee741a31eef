/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * io mode userptr: the driver fills our own pages. Rule: kernel documentation, "Streaming I/O (User
 * Pointers)".
 */
#include "queue/pool_internal.h"

/* Whole pages: drivers pin them, and some write before an unaligned start. */
static void userptr_describe(const struct plane *plane, struct v4l2_plane *out)
{
	out->m.userptr = (unsigned long)plane->data;
	out->length = plane->length;
}

const struct io_ops io_userptr = {
	.name = "userptr",
	.memory = V4L2_MEMORY_USERPTR,
	.imports = true,
	.native_only = true,
	.attach = import_attach,
	.detach = import_detach,
	.describe = userptr_describe,
	.put = transfer_put,
	.get = transfer_get,
};
