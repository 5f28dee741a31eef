/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program did with the device. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/clock.h"
#include "sim/sim_internal.h"
#include "preload.h"

/* What the device itself keeps in this process, which no real one would. What it never draws in is not there.
 */
static uint64_t bytes_of(const struct sim *sim)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < sim->n_buffers && sim->options.draw != SIM_DRAW_NONE; i++) {
		for (unsigned p = 0; sim->memory == V4L2_MEMORY_MMAP && p < sim->format.n_planes; p++)
			bytes += sim->buffers[i]->planes[p].mapped_bytes;
	}
	for (unsigned p = 0; p < MAX_PLANES; p++)
		bytes += sim->background[p] ? sim->format.sizeimage[p] : 0;
	return bytes;
}

static void add_frame(struct node *node, const struct v4l2_buffer *buffer)
{
	uint32_t step = buffer->sequence - node->last_sequence;

	if (node->n_frames++ == 0)
		node->first_frame_ns = now_ns();
	else if (step > 1 && step < UINT32_MAX / 2)
		node->n_lost += step - 1;
	node->last_sequence = buffer->sequence;
}

/* Without memory the rest goes untold, which a reader sees by the number of frames. */
static void add_time(struct node *node, int64_t now)
{
	size_t max = node->max_came ? 2 * node->max_came : 1024;
	int64_t *longer;

	if (node->n_came == node->max_came) {
		if (!(longer = realloc(node->came_ns, max * sizeof *longer)))
			return;
		node->came_ns = longer;
		node->max_came = max;
	}
	node->came_ns[node->n_came++] = now;
}

void tally_ioctl(struct node *node, unsigned long request, const void *argument, int64_t now)
{
	const struct sim *sim = sim_of(&node->device);
	uint64_t bytes;

	if (request == VIDIOC_DQBUF)
		add_frame(node, argument);
	if (request == VIDIOC_QBUF && sim->options.output)
		add_time(node, now);
	if (request != VIDIOC_STREAMON)
		return;
	bytes = bytes_of(sim);
	if (bytes > node->device_bytes)
		node->device_bytes = bytes;
}

/* To the simulated device a write() is a frame. */
void tally_write(struct node *node, int64_t now)
{
	add_time(node, now);
}

static void tell(const struct node *node, const struct sim *sim, FILE *out)
{
	fprintf(out,
		"{\"output\": %s, \"frames\": %" PRIu64 ", \"lost\": %" PRIu64 ", \"shown\": %" PRIu64
		", \"first_frame_ns\": %" PRId64 ", \"device_bytes\": %" PRIu64,
		sim->options.output ? "true" : "false", node->n_frames, node->n_lost, sim->n_frames,
		node->first_frame_ns, node->device_bytes);
	for (size_t i = 0; i < node->n_came; i++)
		fprintf(out, "%s%" PRId64, i ? ", " : ", \"came_ns\": [", node->came_ns[i]);
	fprintf(out, "%s}\n", node->n_came ? "]" : "");
}

void tally_tell(struct node *node)
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
	tell(node, sim, out);
	if (fclose(out) != 0)
		perror(path);
}
