/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The statistics of a device: frames, losses, arrival times. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/clock.h"
#include "sim/sim_internal.h"
#include "preload.h"

/*
 * Memory of this process that a real device would not take: its own mappings of the buffers and the test
 * pattern's background. With draw=none the pages of its mappings are never touched.
 */
static uint64_t device_bytes(const struct sim *sim)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < sim->queue.n_buffers && sim->options.draw != SIM_DRAW_NONE; i++) {
		for (unsigned p = 0; sim->queue.memory == V4L2_MEMORY_MMAP && p < sim->queue.format.n_planes;
		     p++)
			bytes += sim->queue.buffers[i]->planes[p].mapped_bytes;
	}
	for (unsigned p = 0; p < MAX_PLANES; p++)
		bytes += sim->background[p] ? sim->queue.format.sizeimage[p] : 0;
	return bytes;
}

static void count_frame(struct node *node, const struct v4l2_buffer *buffer)
{
	uint32_t step = buffer->sequence - node->last_sequence;

	if (node->n_frames++ == 0)
		node->first_frame_ns = now_ns();
	else if (step > 1 && step < UINT32_MAX / 2)
		node->n_lost += step - 1;
	node->last_sequence = buffer->sequence;
}

/* Without memory the list ends early, which the number of frames reveals. */
static void add_arrival(struct node *node, int64_t start_ns)
{
	size_t max = node->max_arrivals ? 2 * node->max_arrivals : 1024;
	int64_t *longer;

	if (node->n_arrivals == node->max_arrivals) {
		if (!(longer = realloc(node->arrivals_ns, max * sizeof *longer)))
			return;
		node->arrivals_ns = longer;
		node->max_arrivals = max;
	}
	node->arrivals_ns[node->n_arrivals++] = start_ns;
}

void statistics_ioctl(struct node *node, unsigned long request, const void *argument, int64_t start_ns)
{
	const struct sim *sim = sim_of(&node->device);
	uint64_t bytes;

	if (request == VIDIOC_DQBUF)
		count_frame(node, argument);
	if (request == VIDIOC_QBUF && sim->options.output)
		add_arrival(node, start_ns);
	if (request != VIDIOC_STREAMON)
		return;
	bytes = device_bytes(sim);
	if (bytes > node->device_bytes)
		node->device_bytes = bytes;
}

/* Each write() is a frame. */
void statistics_write(struct node *node, int64_t start_ns)
{
	add_arrival(node, start_ns);
}

static void print_line(const struct node *node, const struct sim *sim, FILE *out)
{
	const char *type = sim->options.m2m ? "encoder" : sim->options.output ? "output" : "capture";

	fprintf(out,
		"{\"type\": \"%s\", \"frames\": %" PRIu64 ", \"lost\": %" PRIu64 ", \"shown\": %" PRIu64
		", \"first_frame_ns\": %" PRId64 ", \"device_bytes\": %" PRIu64,
		type, node->n_frames, node->n_lost, sim->n_frames, node->first_frame_ns, node->device_bytes);
	for (size_t i = 0; i < node->n_arrivals; i++)
		fprintf(out, "%s%" PRId64, i ? ", " : ", \"came_ns\": [", node->arrivals_ns[i]);
	fprintf(out, "%s}\n", node->n_arrivals ? "]" : "");
}

void statistics_append(struct node *node)
{
	const char *path = getenv("V4L2Q_SIM_STATS");
	const struct sim *sim = sim_of(&node->device);
	FILE *out;

	if (!path || (node->n_frames == 0 && sim->n_frames == 0))
		return;
	out = real()->fopen(path, "ae");
	if (!out) {
		perror(path);
		return;
	}
	print_line(node, sim, out);
	if (fclose(out) != 0)
		perror(path);
}
