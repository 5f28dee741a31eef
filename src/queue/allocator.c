/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The buffers that the driver allocates. */
#include "queue/allocator.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/array.h"
#include "base/log.h"
#include "base/mapping.h"
#include "base/meminfo.h"
#include "base/text.h"
#include "device/format/negotiate.h"
#include "device/obstacles.h"
#include "queue/v4l2_buffer.h"

static const struct {
	enum v4l2_memory memory;
	uint32_t capability;
} memories[] = {
	{ V4L2_MEMORY_MMAP, V4L2_BUF_CAP_SUPPORTS_MMAP },
	{ V4L2_MEMORY_USERPTR, V4L2_BUF_CAP_SUPPORTS_USERPTR },
	{ V4L2_MEMORY_DMABUF, V4L2_BUF_CAP_SUPPORTS_DMABUF },
};

void allocator_init(struct allocator *allocator, struct device *device, const struct video_format *format)
{
	*allocator = (struct allocator){ .device = device, .format = format };
	for (uint32_t i = 0; i < POOL_MAX_BUFFERS; i++) {
		struct buffer *buffer = &allocator->buffers[i];

		buffer->index = i;
		buffer->n_planes = format->n_planes;
		for (uint32_t p = 0; p < MAX_PLANES; p++)
			buffer->planes[p].fd = -1;
	}
}

static int request_buffers(struct allocator *allocator, struct v4l2_requestbuffers *request)
{
	request->type = allocator->device->type;
	return device_ioctl(allocator->device, VIDIOC_REQBUFS, request);
}

static int create_buffers(struct allocator *allocator, struct v4l2_create_buffers *create,
			  enum v4l2_memory memory)
{
	int err;

	create->memory = memory;
	err = negotiate_get_v4l2_format(allocator->device, &create->format);
	return err < 0 ? err : device_ioctl(allocator->device, VIDIOC_CREATE_BUFS, create);
}

/* Returns 0 or -EBUSY; any other error only means that the driver does not support the memory. */
static int probe_memory(struct allocator *allocator, enum v4l2_memory memory, uint32_t capability)
{
	struct v4l2_requestbuffers request = { .memory = memory };
	struct v4l2_create_buffers create = { 0 };
	int err = request_buffers(allocator, &request);

	if (err < 0)
		return err == -EBUSY ? err : 0;
	if (request.capabilities && !(request.capabilities & capability))
		return 0;
	allocator->reqbufs_memories |= 1u << memory;
	allocator->can_orphan |= request.capabilities & V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS;
	err = create_buffers(allocator, &create, memory);
	if (err == 0)
		allocator->create_memories |= 1u << memory;
	return err == -EBUSY ? err : 0;
}

int allocator_check_idle(struct device *device)
{
	int err = -EINVAL;

	for (size_t i = 0; i < ARRAY_SIZE(memories) && err < 0 && err != -EBUSY; i++) {
		struct v4l2_requestbuffers request = { .type = device->type, .memory = memories[i].memory };

		err = device_ioctl(device, VIDIOC_REQBUFS, &request);
	}
	return err == -EBUSY ? err : 0;
}

int allocator_probe(struct allocator *allocator)
{
	allocator->reqbufs_memories = allocator->create_memories = 0;
	for (size_t i = 0; i < ARRAY_SIZE(memories); i++)
		if (probe_memory(allocator, memories[i].memory, memories[i].capability) < 0)
			return -EBUSY;
	if (!allocator->reqbufs_memories) {
		log_verbose("%s supports no memory by REQBUFS(0): assuming MMAP", allocator->device->path);
		allocator->reqbufs_memories = 1u << V4L2_MEMORY_MMAP;
	}
	return 0;
}

bool allocator_supports(const struct allocator *allocator, enum v4l2_memory memory)
{
	return allocator->reqbufs_memories & 1u << memory;
}

bool allocator_can_create(const struct allocator *allocator, enum v4l2_memory memory)
{
	return !allocator->no_create && allocator->create_memories & 1u << memory;
}

void allocator_release(struct allocator *allocator, struct buffer *buffer)
{
	buffer->owner = BUFFER_FREE;
	buffer->next = NULL;
	if (allocator->free_last)
		allocator->free_last->next = buffer;
	else
		allocator->free_first = buffer;
	allocator->free_last = buffer;
}

static struct buffer *take_free(struct allocator *allocator, struct buffer *buffer)
{
	struct buffer *before = NULL, *b = allocator->free_first;

	if (!buffer)
		return NULL;
	for (; b != buffer; b = b->next)
		before = b;
	if (before)
		before->next = buffer->next;
	else
		allocator->free_first = buffer->next;
	if (!buffer->next)
		allocator->free_last = before;
	buffer->next = NULL;
	return buffer;
}

struct buffer *allocator_acquire(struct allocator *allocator)
{
	return take_free(allocator, allocator->free_first);
}

struct buffer *allocator_acquire_for(struct allocator *allocator, const uint8_t *memory)
{
	struct buffer *found = NULL;

	for (struct buffer *b = allocator->free_first; b; b = b->next) {
		if (b->last_import == memory)
			return take_free(allocator, b);
		if (!found && !b->last_import)
			found = b;
	}
	return take_free(allocator, found);
}

uint32_t allocator_n_free(const struct allocator *allocator)
{
	uint32_t n = 0;

	for (const struct buffer *b = allocator->free_first; b; b = b->next)
		n++;
	return n;
}

static int query_buffer(struct allocator *allocator, uint32_t index)
{
	struct buffer *buffer = &allocator->buffers[index];
	struct v4l2_planar_buffer query = {
		.buffer = { .index = index, .memory = allocator->memory },
		.n_planes = buffer->n_planes,
	};
	int err = v4l2_buffer_ioctl(allocator->device, VIDIOC_QUERYBUF, &query);

	if (err < 0)
		return device_error(allocator->device, "VIDIOC_QUERYBUF", err);
	if (query.buffer.index != index) {
		log_error("%s: driver bug: VIDIOC_QUERYBUF of buffer %u returned buffer %u",
			  allocator->device->path, index, query.buffer.index);
		return -EPROTO;
	}
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		if (query.planes[p].length < allocator->format->sizeimage[p]) {
			log_error("%s: driver bug: buffer %u, plane %u has %u bytes, its format needs %u",
				  allocator->device->path, index, p, query.planes[p].length,
				  allocator->format->sizeimage[p]);
			return -EPROTO;
		}
		buffer->planes[p] = (struct plane){ .length = query.planes[p].length,
						    .mem_offset = query.planes[p].m.mem_offset,
						    .fd = -1 };
	}
	allocator->allocated |= 1u << index;
	return 0;
}

/* REQBUFS(0). */
static int free_all(struct allocator *allocator)
{
	struct v4l2_requestbuffers request = { .memory = allocator->memory };
	int err = request_buffers(allocator, &request);

	allocator->count = allocator->allocated = 0;
	allocator->free_first = allocator->free_last = NULL;
	allocator->active = false;
	return err;
}

/* Memory may be short in CMA alone, where drivers that need contiguous memory allocate; the kernel's command
 * line sets its size. */
static int request_failed(struct allocator *allocator, uint32_t n, int err)
{
	uint64_t cma = meminfo_bytes("CmaTotal");
	char size[BYTES_TEXT_MAX], text[200];

	if (err == -ENODEV)
		return device_error(allocator->device, "VIDIOC_REQBUFS", err);
	if (err != -ENOMEM) {
		snprintf(text, sizeof text, " (VIDIOC_REQBUFS: %s)", err_str(err));
		obstacle_report(allocator->device->path, OBSTACLE_BUFFERS_REFUSED, text,
				allocator->device->path);
		return err;
	}
	snprintf(text, sizeof text, " (VIDIOC_REQBUFS: %u of %s each", n,
		 bytes_text(video_format_bytes(allocator->format), size));
	if (cma) {
		text_add(text, sizeof text, "; of %s contiguous memory (CMA)", bytes_text(cma, size));
		text_add(text, sizeof text, " %s are free", bytes_text(meminfo_bytes("CmaFree"), size));
	}
	text_add(text, sizeof text, ")");
	obstacle_report(allocator->device->path, OBSTACLE_NO_MEMORY, text,
			cma ? ", or boot with more contiguous memory, as with cma=256M" : NULL);
	return err;
}

int allocator_start(struct allocator *allocator, uint32_t n, enum v4l2_memory memory)
{
	struct v4l2_requestbuffers request = { .count = n, .memory = memory };
	int err;

	if (n == 0)
		return -EINVAL;
	if (allocator->active || allocator->orphaned)
		return -EBUSY;
	err = request_buffers(allocator, &request);
	if (err < 0)
		return request_failed(allocator, n, err);
	allocator->memory = memory;
	if (request.count < 1 || request.count > POOL_MAX_BUFFERS) {
		obstacle_report_buffers(allocator->device->path, request.count, n);
		free_all(allocator);
		return -EIO;
	}
	allocator->can_allocate = allocator_can_create(allocator, memory);
	for (uint32_t i = 0; i < request.count; i++) {
		err = query_buffer(allocator, i);
		if (err < 0) {
			free_all(allocator);
			return err;
		}
		allocator_release(allocator, &allocator->buffers[i]);
	}
	allocator->count = allocator->max_count = request.count;
	allocator->active = true;
	return (int)request.count;
}

static int create_one(struct allocator *allocator, uint32_t *index)
{
	struct v4l2_create_buffers create = { .count = 1 };
	int err = create_buffers(allocator, &create, allocator->memory);

	if (err < 0)
		return err;
	if (create.count != 1 || create.index >= POOL_MAX_BUFFERS ||
	    allocator->allocated & 1u << create.index)
		return -EPROTO;
	*index = create.index;
	return query_buffer(allocator, create.index);
}

struct buffer *allocator_grow(struct allocator *allocator)
{
	uint32_t index;
	int err;

	assert(allocator->active);
	if (!allocator->can_allocate)
		return NULL;
	err = create_one(allocator, &index);
	if (err < 0) {
		log_verbose("%s: cannot add a buffer to %u: %s", allocator->device->path, allocator->count,
			    err_str(err));
		allocator->can_allocate = false;
		return NULL;
	}
	allocator->max_count = ++allocator->count;
	return &allocator->buffers[index];
}

static int export_plane(struct allocator *allocator, struct buffer *buffer, uint32_t p)
{
	struct plane *plane = &buffer->planes[p];
	struct v4l2_exportbuffer export = {
		.type = allocator->device->type,
		.index = buffer->index,
		.plane = p,
		.flags = O_CLOEXEC | O_RDWR,
	};
	int err = device_ioctl(allocator->device, VIDIOC_EXPBUF, &export);
	void *data;

	if (err < 0)
		return device_error(allocator->device, "VIDIOC_EXPBUF", err);
	plane->fd = export.fd;
	data = mapping_create(plane->length, MAP_SHARED, plane->fd);
	if (data == MAP_FAILED)
		return device_error(allocator->device, "mapping an exported buffer", -errno);
	plane->data = data;
	return 0;
}

int allocator_export(struct allocator *allocator, struct buffer *buffer)
{
	int err = 0;

	for (uint32_t p = 0; err == 0 && p < buffer->n_planes; p++)
		err = export_plane(allocator, buffer, p);
	return err;
}

void allocator_unexport(struct buffer *buffer)
{
	for (uint32_t p = 0; p < buffer->n_planes; p++) {
		struct plane *plane = &buffer->planes[p];

		if (plane->data)
			mapping_remove(plane->data, plane->length);
		if (plane->fd >= 0)
			close(plane->fd);
		plane->data = NULL;
		plane->fd = -1;
	}
}

int allocator_stop(struct allocator *allocator)
{
	int err;

	if (!allocator->active)
		return 0;
	if (allocator_n_free(allocator) != allocator->count)
		return -EBUSY;
	err = free_all(allocator);
	if (err < 0 && err != -ENODEV)
		log_warn("%s: VIDIOC_REQBUFS(0): %s", allocator->device->path, err_str(err));
	return 0;
}

int allocator_orphan(struct allocator *allocator)
{
	int err;

	if (!allocator->can_orphan)
		return -ENOTSUP;
	err = free_all(allocator);
	if (err < 0)
		return err;
	allocator->orphaned = true;
	return 0;
}
