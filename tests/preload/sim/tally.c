/* What a program did with the device. SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "device/sim_state.h"
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

void tally_ioctl(struct node *node, unsigned long request, const void *argument)
{
	uint64_t bytes;

	if (request == VIDIOC_DQBUF)
		add_frame(node, argument);
	if (request != VIDIOC_STREAMON)
		return;
	bytes = bytes_of(sim_of(&node->device));
	if (bytes > node->device_bytes)
		node->device_bytes = bytes;
}

void tally_tell(struct node *node)
{
	const char *path = getenv("V4L2Q_SIM_STATS");
	const struct sim *sim = sim_of(&node->device);
	char line[256];
	int n, fd;

	if (!path || (node->n_frames == 0 && sim->n_frames == 0))
		return;
	n = snprintf(line, sizeof(line),
		     "{\"output\": %s, \"frames\": %" PRIu64 ", \"lost\": %" PRIu64 ", \"shown\": %" PRIu64
		     ", \"first_frame_ns\": %" PRId64 ", \"device_bytes\": %" PRIu64 "}\n",
		     sim->options.output ? "true" : "false", node->n_frames, node->n_lost, sim->n_frames,
		     node->first_frame_ns, node->device_bytes);
	fd = real()->open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return;
	if (real()->write(fd, line, (size_t)n) != n)
		perror(path);
	real()->close(fd);
}
