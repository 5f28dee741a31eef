/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory source "device": the buffers of another video device, exported to be imported here. Rule: kernel
 * documentation, "ioctl VIDIOC_EXPBUF".
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "device/format/negotiate.h"
#include "queue/allocator.h"
#include "queue/memory_source_internal.h"

#define FIRST_BUFFERS 4

struct memory_device {
	struct device device;
	struct video_format format;
	struct allocator allocator;
	bool in_use[POOL_MAX_BUFFERS][MAX_PLANES];
};

/* Not negotiate_format(): a driver that refuses or changes the format may still have buffers that are large
 * enough, and what libv4l2 converts cannot be exported. */
static void request_export_format(struct device *device, const struct video_format *format)
{
	struct v4l2_format set;

	if (negotiate_get_v4l2_format(device, &set) < 0)
		return;
	if (device_is_multiplanar(device)) {
		set.fmt.pix_mp.width = format->width;
		set.fmt.pix_mp.height = format->height;
		set.fmt.pix_mp.pixelformat = format->fourcc;
	} else {
		set.fmt.pix.width = format->width;
		set.fmt.pix.height = format->height;
		set.fmt.pix.pixelformat = format->fourcc;
		set.fmt.pix.bytesperline = 0;
		set.fmt.pix.sizeimage = 0;
	}
	device_ioctl(device, VIDIOC_S_FMT, &set);
}

static int export_buffer(struct memory_device *memory, struct buffer *buffer)
{
	int err = allocator_export(&memory->allocator, buffer);

	buffer->attached = err == 0;
	return err;
}

static int memory_device_open(struct memory_source *source, const char *device,
			      const struct video_format *format)
{
	struct memory_device *memory = calloc(1, sizeof *memory);
	struct allocator *allocator;
	int err;

	if (!memory)
		return log_no_memory();
	source->device = memory;
	memory->device.fd = -1;
	err = device_open(&memory->device, device, DEVICE_NODE);
	if (err < 0)
		return err;
	/* For messages: the path of the node rather than a name such as "2". */
	free(source->name);
	source->name = strdup(memory->device.path);
	if (!source->name)
		return log_no_memory();
	request_export_format(&memory->device, format);
	err = negotiate_get_format(&memory->device, &memory->format);
	if (err < 0)
		return err;
	allocator = &memory->allocator;
	allocator_init(allocator, &memory->device, &memory->format);
	err = allocator_probe(allocator);
	if (err == 0)
		err = allocator_start(allocator, FIRST_BUFFERS, V4L2_MEMORY_MMAP);
	for (struct buffer *buffer = allocator->free_first; err >= 0 && buffer; buffer = buffer->next)
		err = export_buffer(memory, buffer);
	if (err < 0)
		log_error("--import-from %s: cannot export its buffers: %s", memory->device.path,
			  err_str(err));
	return err;
}

static void memory_device_close(struct memory_source *source)
{
	struct memory_device *memory = source->device;

	if (!memory)
		return;
	for (uint32_t i = 0; i < POOL_MAX_BUFFERS; i++)
		if (memory->allocator.allocated & 1u << i)
			allocator_unexport(&memory->allocator.buffers[i]);
	allocator_stop(&memory->allocator);
	device_close(&memory->device);
	free(memory);
}

/* The shortest plane that is long enough, to leave longer ones for longer planes. *slot identifies it. */
static const struct plane *find_plane(struct memory_device *memory, uint32_t length, uint32_t *slot)
{
	const struct plane *best = NULL;

	for (uint32_t i = 0; i < POOL_MAX_BUFFERS; i++) {
		const struct buffer *buffer = &memory->allocator.buffers[i];

		for (uint32_t p = 0; p < buffer->n_planes && buffer->attached; p++) {
			const struct plane *plane = &buffer->planes[p];

			if (memory->in_use[i][p] || plane->length < length ||
			    (best && best->length <= plane->length))
				continue;
			best = plane;
			*slot = i * MAX_PLANES + p;
		}
	}
	return best;
}

static bool has_length(const struct memory_device *memory, uint32_t length)
{
	for (uint32_t p = 0; p < memory->format.n_planes; p++)
		if (memory->allocator.buffers[0].planes[p].length >= length)
			return true;
	return false;
}

/* The smallest free plane of at least `length` bytes; more buffers are allocated while the driver grants
 * them. -ENOMEM: there are no more; -EMSGSIZE (logged): they are all too short. */
static int memory_device_alloc(struct memory_source *source, struct buffer *buffer, uint32_t p,
			       uint32_t length)
{
	struct memory_device *memory = source->device;
	const struct plane *found;
	uint32_t slot;

	if (!has_length(memory, length)) {
		log_error("--import-from %s: its buffers are shorter than the %u bytes needed: set its "
			  "format first",
			  memory->device.path, length);
		return -EMSGSIZE;
	}
	while (!(found = find_plane(memory, length, &slot))) {
		struct buffer *more = allocator_grow(&memory->allocator);

		if (!more || export_buffer(memory, more) < 0)
			return -ENOMEM;
		allocator_release(&memory->allocator, more);
	}
	memory->in_use[slot / MAX_PLANES][slot % MAX_PLANES] = true;
	buffer->planes[p] = *found;
	buffer->planes[p].mem_offset = slot;
	return 0;
}

static void memory_device_free(struct memory_source *source, struct plane *plane)
{
	if (plane->data)
		source->device->in_use[plane->mem_offset / MAX_PLANES][plane->mem_offset % MAX_PLANES] =
			false;
}

const struct memory_source_ops memory_source_device = {
	.open = memory_device_open,
	.close = memory_device_close,
	.alloc = memory_device_alloc,
	.free = memory_device_free,
};
