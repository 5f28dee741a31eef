/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of io modes, and which of them a device can do. */
#include "queue/io.h"

#include <string.h>

const struct io_ops *const io_modes[N_IO_MODES] = { &io_mmap, &io_userptr, &io_dmabuf, &io_import, &io_rw };

const char *const io_choices[N_IO_MODES + 2] = { "auto", "mmap", "userptr", "dmabuf", "dmabuf-import", "rw" };

const struct io_ops *io_find(const char *name)
{
	for (size_t i = 0; i < N_IO_MODES; i++)
		if (!strcmp(io_modes[i]->name, name))
			return io_modes[i];
	return NULL;
}

const char *io_unsupported(const struct io_ops *io, const struct allocator *allocator)
{
	const struct device *device = allocator->device;

	if (!io->streams)
		return !(device->caps & V4L2_CAP_READWRITE) ? "the driver has no read() or write()"
		       : allocator->format->n_planes > 1 ? "read() carries one plane, the format has several"
							 : NULL;
	if (!(device->caps & V4L2_CAP_STREAMING))
		return "the driver does not stream";
	if (!allocator_supports(allocator, io->memory))
		return "the driver does not take this kind of memory";
	if (io->native_only && device->emulated)
		return "libv4l2 converts the pixel format, which needs mmap or rw";
	return NULL;
}
