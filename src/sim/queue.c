/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queues of the simulated device, and their lists of buffers. */
#include "sim/m2m.h"

#define CAPTURE_OFFSET (1u << 30) /* DST_QUEUE_OFF_BASE */

void sim_queue_init(struct sim_queue *queue, struct sim *sim, bool output)
{
	static const enum v4l2_buf_type types[2][2] = {
		{ V4L2_BUF_TYPE_VIDEO_CAPTURE, V4L2_BUF_TYPE_VIDEO_OUTPUT },
		{ V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE, V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE }
	};

	queue->sim = sim;
	queue->type = types[sim_is_multiplanar(sim)][output];
	queue->waiting_for_buffers = !output;
	queue->first_offset = sim->options.m2m && !output ? CAPTURE_OFFSET : 0;
}

bool sim_queue_is_coded(const struct sim_queue *queue)
{
	return queue->sim->options.m2m == (sim_queue_is_output(queue) ? SIM_DECODER : SIM_ENCODER);
}

struct sim_queue *sim_queue_by_type(struct sim *sim, uint32_t type)
{
	if (sim->m2m && sim->m2m->output.type == type)
		return &sim->m2m->output;
	return sim->queue.type == type ? &sim->queue : NULL;
}

struct sim_queue *sim_queue_at(struct sim *sim, uint64_t mmap_offset)
{
	return sim->m2m && mmap_offset < sim->queue.first_offset ? &sim->m2m->output : &sim->queue;
}

void sim_queue_add(struct sim_buffer_list *list, struct sim_buffer *buffer)
{
	list->buffers[(list->first + list->count++) % SIM_MAX_BUFFERS] = buffer;
}

struct sim_buffer *sim_queue_take(struct sim_buffer_list *list)
{
	struct sim_buffer *buffer;

	if (!list->count)
		return NULL;
	buffer = list->buffers[list->first];
	list->first = (list->first + 1) % SIM_MAX_BUFFERS;
	list->count--;
	return buffer;
}

void sim_queue_done(struct sim_queue *queue, struct sim_buffer *buffer)
{
	buffer->state = SIM_DONE;
	sim_queue_add(&queue->done_list, buffer);
}
