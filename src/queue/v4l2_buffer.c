/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Folding plane 0 for the single-planar ioctls. */
#include "queue/v4l2_buffer.h"

#include <string.h>

void wire_init(struct wire *wire, const struct device *device, enum v4l2_memory memory, uint32_t index,
	       uint32_t n_planes)
{
	memset(wire, 0, sizeof *wire);
	wire->n_planes = n_planes;
	wire->buffer.type = device->type;
	wire->buffer.memory = memory;
	wire->buffer.index = index;
}

static void fold(struct wire *wire)
{
	wire->buffer.bytesused = wire->planes[0].bytesused;
	wire->buffer.length = wire->planes[0].length;
	memcpy(&wire->buffer.m, &wire->planes[0].m, sizeof wire->planes[0].m);
}

static void unfold(struct wire *wire)
{
	wire->planes[0].bytesused = wire->buffer.bytesused;
	wire->planes[0].length = wire->buffer.length;
	wire->planes[0].data_offset = 0;
	memcpy(&wire->planes[0].m, &wire->buffer.m, sizeof wire->planes[0].m);
}

int wire_ioctl(struct device *device, unsigned long request, struct wire *wire)
{
	int err;

	if (device_is_multiplanar(device)) {
		wire->buffer.m.planes = wire->planes;
		wire->buffer.length = wire->n_planes;
		return device_ioctl(device, request, &wire->buffer);
	}
	fold(wire);
	err = device_ioctl(device, request, &wire->buffer);
	unfold(wire);
	return err;
}
