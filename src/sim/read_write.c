/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* read() and write() of the simulated device, emulated with buffers of its own as in videobuf2 (fileio). */
#include <errno.h>
#include <string.h>
#include "sim/sim_internal.h"

#define FILEIO_BUFFERS 3

int sim_read_write_start(struct sim_file *file)
{
	struct sim *sim = file->sim;
	uint32_t n = FILEIO_BUFFERS > sim->options.min_buffers ? FILEIO_BUFFERS : sim->options.min_buffers;
	int err;

	if (!(sim->options.caps & SIM_CAP_RW))
		return -EINVAL;
	if (sim->queue.n_buffers || sim->options.busy || sim->queue.format.n_planes != 1)
		return -EBUSY;
	err = sim_vb2_allocate(&sim->queue, n, V4L2_MEMORY_MMAP, sim->queue.format.sizeimage);
	if (err < (int)n) {
		sim_vb2_free(&sim->queue);
		return err < 0 ? err : -ENOMEM;
	}
	sim->queue.fileio = true;
	sim->queue.owner = file;
	for (uint32_t i = 0; i < n && !sim->options.output; i++)
		sim_stream_queue(&sim->queue, sim->queue.buffers[i]);
	sim_stream_start(&sim->queue);
	return 0;
}

static int start_if_idle(struct sim_file *file)
{
	const struct sim *sim = file->sim;

	if (sim->queue.owner && sim->queue.owner != file)
		return -EBUSY;
	return sim->queue.fileio ? 0 : sim_read_write_start(file);
}

static int dequeue_buffer(struct sim *sim)
{
	int err = 0;

	sim->fileio_buffer = sim_stream_dequeue(&sim->queue, &err);
	if (!sim->fileio_buffer)
		return err;
	sim->fileio_bytes = 0;
	return 0;
}

/* The bytes that __vb2_perform_fileio() reads of a plane: it starts at data_offset, and subtracts it from the
 * end, too. */
static size_t readable_bytes(const struct sim_plane *plane, size_t *start)
{
	size_t bytes = plane->bytesused < plane->length ? plane->bytesused : plane->length;
	size_t offset = plane->data_offset;

	*start = offset < bytes ? offset : 0;
	return bytes > 2 * *start ? bytes - 2 * *start : 0;
}

ssize_t sim_read_write_read(struct sim_file *file, void *data, size_t size)
{
	struct sim *sim = file->sim;
	const struct sim_plane *plane;
	size_t bytes, start, n;
	int err = start_if_idle(file);

	if (err < 0 || !size)
		return err;
	if (!sim->fileio_buffer)
		err = dequeue_buffer(sim);
	if (err < 0)
		return err;
	plane = &sim->fileio_buffer->planes[0];
	bytes = readable_bytes(plane, &start);
	n = bytes - sim->fileio_bytes < size ? bytes - sim->fileio_bytes : size;
	memcpy(data, plane->data + start + sim->fileio_bytes, n);
	sim->fileio_bytes += n;
	if (sim->fileio_bytes == bytes) {
		sim_stream_queue(&sim->queue, sim->fileio_buffer);
		sim->fileio_buffer = NULL;
	}
	return (ssize_t)n;
}

/* Takes a buffer that was never queued, else the next done one. */
static int get_empty_buffer(struct sim *sim)
{
	for (uint32_t i = 0; i < sim->queue.n_buffers; i++) {
		if (sim->queue.buffers[i]->state == SIM_DEQUEUED) {
			sim->fileio_buffer = sim->queue.buffers[i];
			return 0;
		}
	}
	return dequeue_buffer(sim);
}

ssize_t sim_read_write_write(struct sim_file *file, const void *data, size_t size)
{
	struct sim *sim = file->sim;
	struct sim_plane *plane;
	int err = start_if_idle(file);

	if (err < 0 || !size)
		return err;
	if (!sim->fileio_buffer)
		err = get_empty_buffer(sim);
	if (err < 0)
		return err;
	plane = &sim->fileio_buffer->planes[0];
	size = size < plane->length ? size : plane->length; /* each write() is a frame */
	memcpy(plane->data, data, size);
	plane->bytesused = (uint32_t)size;
	sim_stream_queue(&sim->queue, sim->fileio_buffer);
	sim->fileio_buffer = NULL;
	return (ssize_t)size;
}
