/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Another device's buffers, exported for import here. */
#include "queue/memory_device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/log.h"
#include "device/negotiate.h"
#include "queue/allocator.h"

#define FIRST_BUFFERS 4

struct exporter {
	struct device device;
	struct video_format format;
	struct allocator allocator;
	bool lent[POOL_MAX_BUFFERS][MAX_PLANES];
};

/* Best effort: a device with a format of its own may still have buffers that are large enough. */
static void try_format(struct device *device, const struct video_format *format)
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

static int export_buffer(struct exporter *exporter, struct buffer *buffer)
{
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		struct plane *plane = &buffer->planes[p];
		int err = allocator_export(&exporter->allocator, buffer, p);

		if (err < 0)
			return err;
		plane->data = mmap(NULL, plane->length, PROT_READ | PROT_WRITE, MAP_SHARED, plane->fd, 0);
		if (plane->data == MAP_FAILED) {
			plane->data = NULL;
			return device_error(&exporter->device, "mapping an exported buffer", -errno);
		}
	}
	buffer->attached = true;
	return 0;
}

static void unexport_buffer(struct buffer *buffer)
{
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		if (buffer->planes[p].data)
			munmap(buffer->planes[p].data, buffer->planes[p].length);
		if (buffer->planes[p].fd >= 0)
			close(buffer->planes[p].fd);
	}
}

int exporter_open(struct exporter **out, const char *device, const struct video_format *format)
{
	struct exporter *exporter = calloc(1, sizeof *exporter);
	struct allocator *allocator;
	int err;

	if (!exporter)
		return log_no_memory();
	exporter->device.fd = -1;
	err = device_open(&exporter->device, device, DEVICE_ANY);
	if (err < 0)
		goto fail;
	try_format(&exporter->device, format);
	err = negotiate_get_format(&exporter->device, &exporter->format);
	if (err < 0)
		goto fail;
	allocator = &exporter->allocator;
	allocator_init(allocator, &exporter->device, &exporter->format);
	err = allocator_probe(allocator);
	if (err == 0)
		err = allocator_start(allocator, FIRST_BUFFERS, V4L2_MEMORY_MMAP);
	for (struct buffer *buffer = allocator->free_first; err >= 0 && buffer; buffer = buffer->next)
		err = export_buffer(exporter, buffer);
	if (err < 0) {
		log_error("--import-from %s: its buffers cannot be had: %s", device, err_str(err));
		goto fail;
	}
	*out = exporter;
	return 0;
fail:
	exporter_close(exporter);
	return err;
}

void exporter_close(struct exporter *exporter)
{
	if (!exporter)
		return;
	for (uint32_t i = 0; i < POOL_MAX_BUFFERS; i++)
		if (exporter->allocator.used & 1u << i)
			unexport_buffer(&exporter->allocator.buffers[i]);
	allocator_stop(&exporter->allocator);
	device_close(&exporter->device);
	free(exporter);
}

/* A slot's address for plane->mem_offset, which is the source's own. */
static uint32_t slot_number(uint32_t buffer, uint32_t plane)
{
	return buffer * MAX_PLANES + plane;
}

/* The shortest free plane that will do, so that a small one does not take a large one's place. */
static const struct plane *find_slot(struct exporter *exporter, uint32_t length, uint32_t *slot)
{
	const struct plane *best = NULL;

	for (uint32_t i = 0; i < POOL_MAX_BUFFERS; i++) {
		const struct buffer *buffer = &exporter->allocator.buffers[i];

		for (uint32_t p = 0; p < buffer->n_planes && buffer->attached; p++) {
			const struct plane *plane = &buffer->planes[p];

			if (exporter->lent[i][p] || plane->length < length ||
			    (best && best->length <= plane->length))
				continue;
			best = plane;
			*slot = slot_number(i, p);
		}
	}
	return best;
}

static bool long_enough(const struct exporter *exporter, uint32_t length)
{
	for (uint32_t p = 0; p < exporter->format.n_planes; p++)
		if (exporter->allocator.buffers[0].planes[p].length >= length)
			return true;
	return false;
}

int exporter_lend(struct exporter *exporter, struct plane *plane, uint32_t length)
{
	const struct plane *found;
	uint32_t slot;

	if (!long_enough(exporter, length)) {
		log_error("--import-from %s: its buffers are shorter than the %u bytes needed: set its "
			  "format first",
			  exporter->device.path, length);
		return -EMSGSIZE;
	}
	while (!(found = find_slot(exporter, length, &slot))) {
		struct buffer *buffer = allocator_grow(&exporter->allocator);

		if (!buffer || export_buffer(exporter, buffer) < 0)
			return -ENOMEM;
		allocator_give(&exporter->allocator, buffer);
	}
	exporter->lent[slot / MAX_PLANES][slot % MAX_PLANES] = true;
	*plane = *found;
	plane->mem_offset = slot;
	return 0;
}

void exporter_return(struct exporter *exporter, struct plane *plane)
{
	if (plane->data)
		exporter->lent[plane->mem_offset / MAX_PLANES][plane->mem_offset % MAX_PLANES] = false;
}
