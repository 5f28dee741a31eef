/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether two devices can share memory. Only QBUF can tell, as the driver then maps or pins the memory and
 * refuses what is not contiguous or out of its reach (kernel documentation, "Streaming I/O (DMA buffer
 * importing)"). STREAMOFF returns the buffer even if the stream was not started ("ioctl VIDIOC_STREAMON,
 * VIDIOC_STREAMOFF").
 */
#include <errno.h>
#include <stdlib.h>
#include "base/log.h"
#include "base/log_capture.h"
#include "base/text.h"
#include "queue/pool_link_internal.h"
#include "queue/v4l2_buffer.h"

/* The memory that is tried. */
struct lender {
	struct allocator *allocator; /* of the device that exports; NULL: memory source */
	struct memory_source *memory;
	struct buffer own; /* of `memory` */
	struct buffer *buffer;
};

static struct allocator *new_allocator(const struct pool_link_end *end, int *err)
{
	struct allocator *allocator = malloc(sizeof *allocator);

	if (!allocator) {
		*err = log_no_memory();
		return NULL;
	}
	allocator_init(allocator, end->device, end->format);
	*err = allocator_probe(allocator);
	if (*err < 0)
		device_error(end->device, "VIDIOC_REQBUFS", *err);
	return allocator;
}

static void queue_memory(struct v4l2_planar_buffer *qbuf, const struct pool_link_end *end,
			 const struct io_ops *io, const struct buffer *frame)
{
	bool alternate = end->format->field == V4L2_FIELD_ALTERNATE;

	*qbuf = (struct v4l2_planar_buffer){ .buffer.memory = io->memory, .n_planes = end->format->n_planes };
	qbuf->buffer.field = alternate ? V4L2_FIELD_TOP : end->format->field;
	for (uint32_t p = 0; p < qbuf->n_planes; p++) {
		io->set_memory(&qbuf->planes[p], &frame->planes[p]);
		if (device_is_output(end->device))
			qbuf->planes[p].bytesused = end->format->sizeimage[p];
	}
}

/* Returns 0 or a negative errno, logged. */
static int try_import(const struct pool_link_end *end, struct allocator *allocator, const struct io_ops *io,
		      const struct buffer *frame)
{
	int type = (int)end->device->type, err;
	struct v4l2_planar_buffer qbuf;

	for (uint32_t p = 0; p < end->format->n_planes; p++) {
		if (frame->planes[p].length >= end->format->sizeimage[p])
			continue;
		log_error("buffers of %u bytes, %s needs %u", frame->planes[p].length, end->device->path,
			  end->format->sizeimage[p]);
		return -EMSGSIZE;
	}
	err = allocator_start(allocator, 1, io->memory);
	if (err < 0)
		return err;
	queue_memory(&qbuf, end, io, frame);
	err = v4l2_buffer_ioctl(end->device, VIDIOC_QBUF, &qbuf);
	if (err < 0)
		device_error(end->device, "VIDIOC_QBUF", err);
	device_ioctl(end->device, VIDIOC_STREAMOFF, &type);
	allocator_stop(allocator);
	return err;
}

static void close_lender(struct lender *lender)
{
	if (lender->allocator && lender->buffer)
		allocator_unexport(lender->buffer);
	if (lender->allocator)
		allocator_stop(lender->allocator);
	else if (lender->buffer)
		memory_source_free(lender->memory, lender->buffer);
	memory_source_close(lender->memory);
}

static int lend_exported(struct lender *lender, struct allocator *allocator)
{
	int err = allocator_start(allocator, 1, V4L2_MEMORY_MMAP);

	lender->allocator = allocator;
	if (err < 0)
		return err;
	lender->buffer = allocator->free_first;
	return allocator_export(allocator, lender->buffer);
}

static int lend_source(struct lender *lender, const struct io_ops *io, const struct pool_link_end *end,
		       const char *import_from)
{
	int err = io->memory == V4L2_MEMORY_USERPTR
			  ? memory_source_open_pages(&lender->memory, end->format)
			  : memory_source_open(&lender->memory, import_from, end->format);

	if (err < 0)
		return err;
	lender->own.n_planes = end->format->n_planes;
	err = memory_source_alloc(lender->memory, &lender->own, end->format);
	if (err == 0)
		lender->buffer = &lender->own;
	return err;
}

static int try_way(const struct pool_link_way *way, const struct pool_link_end *from,
		   struct allocator *from_allocator, const struct pool_link_end *to,
		   struct allocator *to_allocator, const char *import_from)
{
	struct lender lender = { 0 };
	int err = way->memory == LINK_OF_FROM ? lend_exported(&lender, from_allocator)
		  : way->memory == LINK_OF_TO ? lend_exported(&lender, to_allocator)
					      : lend_source(&lender, way->from, from, import_from);

	if (err == 0 && way->memory != LINK_OF_FROM)
		err = try_import(from, from_allocator, way->from, lender.buffer);
	if (err == 0 && way->memory != LINK_OF_TO)
		err = try_import(to, to_allocator, way->to, lender.buffer);
	close_lender(&lender);
	return err;
}

/* Whether the device supports the io mode; if not, the reason is appended to why[size]. */
static bool can_use_io(const struct io_ops *io, const struct allocator *allocator, char *why, size_t size)
{
	const char *unsupported = io_unsupported(io, allocator);

	if (unsupported)
		text_add(why, size, "%s: %s: %s", allocator->device->path, io->name, unsupported);
	return !unsupported;
}

int pool_link_try(const struct pool_link_way *way, const struct pool_link_end *from,
		  const struct pool_link_end *to, const char *import_from, char *why, size_t size)
{
	struct allocator *from_allocator = NULL, *to_allocator = NULL;
	struct log_capture captured;
	int err = 0;

	from_allocator = new_allocator(from, &err);
	if (err == 0)
		to_allocator = new_allocator(to, &err);
	if (err == 0 && can_use_io(way->from, from_allocator, why, size) &&
	    can_use_io(way->to, to_allocator, why, size)) {
		log_capture_begin(&captured);
		err = try_way(way, from, from_allocator, to, to_allocator, import_from);
		log_capture_end(&captured, err == -ENODEV ? LOG_LEVEL_ERROR : LOG_LEVEL_VERBOSE);
		if (err < 0)
			text_add(why, size, "%s",
				 *captured.first_error ? captured.first_error : err_str(err));
		err = err == -ENODEV ? err : 0;
	}
	free(from_allocator);
	free(to_allocator);
	return err;
}
