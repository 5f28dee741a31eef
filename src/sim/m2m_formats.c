/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The formats of simulated memory-to-memory nodes: how that of one queue follows from the other's. */
#include <errno.h>
#include "sim/m2m.h"

/* An encoder does not scale, and the stream determines the size of a decoder's pictures. */
void sim_m2m_limit_size(const struct sim_queue *queue, uint32_t *width, uint32_t *height)
{
	const struct sim *sim = queue->sim;
	const struct video_format *given = &queue->format;

	if (!sim->m2m || sim_queue_is_output(queue) || sim->options.m2m == SIM_CONVERTER)
		return;
	if (sim->options.m2m == SIM_ENCODER)
		given = &sim->m2m->output.format;
	*width = given->width;
	*height = given->height;
}

static void set_visible(struct sim *sim, uint32_t width, uint32_t height)
{
	sim->m2m->visible = (struct v4l2_rect){ 0, 0, width, height };
}

int sim_m2m_set_format(struct sim_queue *queue, const struct video_format *format,
		       const struct v4l2_colorimetry *colour)
{
	struct sim *sim = queue->sim;
	struct sim_queue *capture = &sim->queue;
	bool resized = format->width != queue->format.width || format->height != queue->format.height;
	struct video_format other;

	if (queue == capture) {
		queue->format = *format;
		return 0;
	}
	if (sim->options.m2m != SIM_CONVERTER && resized && capture->n_buffers)
		return -EBUSY;
	queue->format = *format;
	queue->colour = capture->colour = *colour;
	set_visible(sim, format->width, format->height);
	sim->m2m->source_known = false;
	if (sim->options.m2m == SIM_CONVERTER)
		return 0;
	sim_image_sizes_fill(capture, capture->format.fourcc, format->width, format->height, &other);
	if (!resized && other.sizeimage[0] < capture->format.sizeimage[0])
		other.sizeimage[0] = capture->format.sizeimage[0];
	capture->format = other;
	return 0;
}

/* Returns the rectangle of the target; false: the node does not have it. */
static bool find_selection(const struct sim *sim, uint32_t type, uint32_t target, struct v4l2_rect *rect)
{
	const struct video_format *raw =
		sim->options.m2m == SIM_ENCODER ? &sim->m2m->output.format : &sim->queue.format;
	const struct v4l2_rect whole = { 0, 0, raw->width, raw->height };
	bool encodes = sim->options.m2m == SIM_ENCODER;

	if (type != (encodes ? V4L2_BUF_TYPE_VIDEO_OUTPUT : V4L2_BUF_TYPE_VIDEO_CAPTURE) &&
	    type != (encodes ? sim->m2m->output.type : sim->queue.type))
		return false;
	*rect = sim->m2m->visible;
	switch (target) {
	case V4L2_SEL_TGT_CROP:
		return encodes;
	case V4L2_SEL_TGT_CROP_BOUNDS:
	case V4L2_SEL_TGT_CROP_DEFAULT:
		*rect = whole;
		return encodes;
	case V4L2_SEL_TGT_COMPOSE_BOUNDS:
	case V4L2_SEL_TGT_COMPOSE_PADDED:
		*rect = whole;
		return !encodes;
	default:
		return !encodes && (target == V4L2_SEL_TGT_COMPOSE || target == V4L2_SEL_TGT_COMPOSE_DEFAULT);
	}
}

int sim_m2m_get_selection(struct sim *sim, void *argument)
{
	struct v4l2_selection *selection = argument;

	if (sim->options.m2m == SIM_CONVERTER)
		return -ENOTTY;
	return find_selection(sim, selection->type, selection->target, &selection->r) ? 0 : -EINVAL;
}

/* Limits a side of the crop rectangle to even values within the frame. */
static void limit_side(uint32_t whole, int32_t *start, uint32_t *length)
{
	*length = *length < 16 ? 16 : *length > whole ? whole : *length & ~1u;
	*start = *start < 0 ? 0 : *start & ~1;
	if ((uint32_t)*start > whole - *length)
		*start = (int32_t)(whole - *length);
}

int sim_m2m_set_selection(struct sim *sim, void *argument)
{
	struct v4l2_selection *selection = argument;
	struct v4l2_rect now;

	if (sim->options.m2m == SIM_CONVERTER)
		return -ENOTTY;
	if (sim->options.m2m != SIM_ENCODER || selection->target != V4L2_SEL_TGT_CROP ||
	    !find_selection(sim, selection->type, selection->target, &now))
		return -EINVAL;
	if (sim->m2m->output.streaming)
		return -EBUSY;
	limit_side(sim->m2m->output.format.width, &selection->r.left, &selection->r.width);
	limit_side(sim->m2m->output.format.height, &selection->r.top, &selection->r.height);
	sim->m2m->visible = selection->r;
	return 0;
}
