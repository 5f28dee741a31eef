/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* read() and write() on the simulated device: it works its own queue then, as videobuf2 does. */
#include <errno.h>
#include <string.h>
#include "sim/sim_internal.h"

#define N_FILE_BUFFERS 3

int sim_file_start(struct sim *sim)
{
	uint32_t n = N_FILE_BUFFERS > sim->options.min_buffers ? N_FILE_BUFFERS : sim->options.min_buffers;
	int err;

	if (!(sim->options.caps & SIM_CAP_RW))
		return -EINVAL;
	if (sim->n_buffers || sim->options.busy || sim->format.n_planes != 1)
		return -EBUSY;
	err = sim_queue_allocate(sim, n, V4L2_MEMORY_MMAP, sim->format.sizeimage);
	if (err < (int)n) {
		sim_queue_free(sim);
		return err < 0 ? err : -ENOMEM;
	}
	sim->reading = true;
	for (uint32_t i = 0; i < n && !sim->options.output; i++)
		sim_stream_queue(sim, sim->buffers[i]);
	sim_stream_on(sim);
	return 0;
}

static int next_buffer(struct sim *sim)
{
	int err = 0;

	sim->file_buffer = sim_stream_dequeue(sim, &err);
	if (!sim->file_buffer)
		return err;
	sim->file_bytes = 0;
	return 0;
}

ssize_t sim_file_read(struct sim *sim, void *data, size_t size)
{
	const struct sim_plane *plane;
	size_t bytes, n;
	int err;

	if (!sim->reading && (err = sim_file_start(sim)) < 0)
		return err;
	if (!size)
		return 0;
	if (!sim->file_buffer && (err = next_buffer(sim)) < 0)
		return err;
	plane = &sim->file_buffer->planes[0];
	bytes = plane->bytesused < plane->length ? plane->bytesused : plane->length;
	n = bytes - sim->file_bytes < size ? bytes - sim->file_bytes : size;
	memcpy(data, plane->data + sim->file_bytes, n);
	sim->file_bytes += n;
	if (sim->file_bytes == bytes) {
		sim_stream_queue(sim, sim->file_buffer);
		sim->file_buffer = NULL;
	}
	return (ssize_t)n;
}

/* One that was never used, else the first that the device is done with. */
static int next_empty_buffer(struct sim *sim)
{
	for (uint32_t i = 0; i < sim->n_buffers; i++) {
		if (sim->buffers[i]->state == SIM_DEQUEUED) {
			sim->file_buffer = sim->buffers[i];
			return 0;
		}
	}
	return next_buffer(sim);
}

ssize_t sim_file_write(struct sim *sim, const void *data, size_t size)
{
	struct sim_plane *plane;
	int err;

	if (!sim->reading && (err = sim_file_start(sim)) < 0)
		return err;
	if (!size)
		return 0;
	if (!sim->file_buffer && (err = next_empty_buffer(sim)) < 0)
		return err;
	plane = &sim->file_buffer->planes[0];
	size = size < plane->length ? size : plane->length; /* a write is a frame */
	memcpy(plane->data, data, size);
	plane->bytesused = (uint32_t)size;
	sim_stream_queue(sim, sim->file_buffer);
	sim->file_buffer = NULL;
	return (ssize_t)size;
}
