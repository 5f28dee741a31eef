/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated device's events, its one input or output, and the timings of its source. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include "base/clock.h"
#include "sim/sim_internal.h"
#include "device/reader_events.h"

static struct sim_subscription *find_subscription(struct sim *sim, uint32_t type, uint32_t id)
{
	for (unsigned i = 0; i < sim->n_subscriptions; i++) {
		if (sim->subscriptions[i].type == type && sim->subscriptions[i].id == id)
			return &sim->subscriptions[i];
	}
	return NULL;
}

/* The oldest gives way, as in the kernel. */
static struct v4l2_event *add_event(struct sim *sim)
{
	if (sim->n_events == SIM_MAX_EVENTS)
		memmove(sim->events, sim->events + 1, sizeof sim->events[0] * --sim->n_events);
	sim->events[sim->n_events] = (struct v4l2_event){ .sequence = sim->event_sequence++ };
	clock_gettime(CLOCK_MONOTONIC, &sim->events[sim->n_events].timestamp);
	return &sim->events[sim->n_events++];
}

void sim_event_source_change(struct sim *sim)
{
	struct v4l2_event *event;

	if (sim->options.event_width) {
		sim->source_width = sim->options.event_width;
		sim->source_height = sim->options.event_height;
		sim->locked_ns = now_ns() + sim->options.lock_ns;
	}
	if (!find_subscription(sim, V4L2_EVENT_SOURCE_CHANGE, 0))
		return;
	event = add_event(sim);
	event->type = V4L2_EVENT_SOURCE_CHANGE;
	event->u.src_change.changes = V4L2_EVENT_SRC_CH_RESOLUTION;
}

/* As v4l2loopback does. */
static void tell_usage(struct sim *sim)
{
	uint32_t n_readers = sim->watched;
	struct v4l2_event *event;

	if (!find_subscription(sim, USAGE_EVENT, 0))
		return;
	event = add_event(sim);
	event->type = USAGE_EVENT;
	memcpy(event->u.data, &n_readers, sizeof n_readers);
}

void sim_event_catch_up(struct sim *sim)
{
	const struct sim_options *o = &sim->options;
	int64_t now;

	if (!sim->streaming)
		sim->reader_ns = 0;
	if (!o->watch_ns || !sim->streaming)
		return;
	now = now_ns();
	if (sim->watched && o->watch_frames && sim->n_frames >= sim->reader_goes_after) {
		sim->watched = false;
		tell_usage(sim);
	}
	if (!sim->watched && !sim->reader_ns)
		sim->reader_ns = now + o->watch_ns;
	if (sim->watched || now < sim->reader_ns)
		return;
	sim->reader_ns = 0;
	sim->watched = true;
	sim->reader_goes_after = sim->n_frames + o->watch_frames;
	tell_usage(sim);
}

static bool has_event(const struct sim *sim, uint32_t type)
{
	if (type == USAGE_EVENT)
		return sim->options.watch_ns;
	return type == V4L2_EVENT_SOURCE_CHANGE || type == V4L2_EVENT_CTRL || type == V4L2_EVENT_EOS;
}

int sim_subscribe_event(struct sim *sim, void *argument)
{
	const struct v4l2_event_subscription *subscription = argument;
	uint32_t type = subscription->type, id = subscription->id;

	if (!has_event(sim, type))
		return -EINVAL;
	if (find_subscription(sim, type, id))
		return 0;
	if (sim->n_subscriptions == SIM_MAX_EVENTS)
		return -ENOMEM;
	sim->subscriptions[sim->n_subscriptions++] = (struct sim_subscription){ type, id };
	if (type == USAGE_EVENT && subscription->flags & V4L2_EVENT_SUB_FL_SEND_INITIAL)
		tell_usage(sim);
	return 0;
}

int sim_unsubscribe_event(struct sim *sim, void *argument)
{
	const struct v4l2_event_subscription *subscription = argument;
	struct sim_subscription *found = find_subscription(sim, subscription->type, subscription->id);

	if (subscription->type == V4L2_EVENT_ALL)
		sim->n_subscriptions = 0;
	else if (found)
		*found = sim->subscriptions[--sim->n_subscriptions];
	if (!sim->n_subscriptions)
		sim->n_events = 0;
	return 0;
}

int sim_dqevent(struct sim *sim, void *argument)
{
	struct v4l2_event *event = argument;

	if (!sim->n_events)
		return -ENOENT;
	*event = sim->events[0];
	event->pending = --sim->n_events;
	memmove(sim->events, sim->events + 1, sizeof sim->events[0] * sim->n_events);
	return 0;
}

int sim_enum_input(struct sim *sim, void *argument)
{
	struct v4l2_input *input = argument;

	if (sim->options.output)
		return -ENOTTY;
	if (input->index)
		return -EINVAL;
	*input = (struct v4l2_input){ .name = "Test picture", .type = V4L2_INPUT_TYPE_CAMERA };
	if (sim->source_width)
		input->capabilities = V4L2_IN_CAP_DV_TIMINGS;
	return 0;
}

int sim_g_input(struct sim *sim, void *argument)
{
	*(int *)argument = 0;
	return sim->options.output ? -ENOTTY : 0;
}

int sim_s_input(struct sim *sim, void *argument)
{
	if (sim->options.output)
		return -ENOTTY;
	return *(int *)argument ? -EINVAL : 0;
}

int sim_enum_output(struct sim *sim, void *argument)
{
	struct v4l2_output *output = argument;

	if (!sim->options.output)
		return -ENOTTY;
	if (output->index)
		return -EINVAL;
	*output = (struct v4l2_output){ .name = "Nobody's screen", .type = V4L2_OUTPUT_TYPE_ANALOG };
	return 0;
}

int sim_g_output(struct sim *sim, void *argument)
{
	*(int *)argument = 0;
	return sim->options.output ? 0 : -ENOTTY;
}

int sim_s_output(struct sim *sim, void *argument)
{
	if (!sim->options.output)
		return -ENOTTY;
	return *(int *)argument ? -EINVAL : 0;
}

/* Only a source that changes its size (event=N:WxH) has timings: a webcam has none. */
static int tell_timings(const struct sim *sim, uint32_t width, uint32_t height,
			struct v4l2_dv_timings *timings)
{
	uint64_t rate = sim->format.fps.num ? sim->format.fps.num : 30,
		 den = sim->format.fps.num ? sim->format.fps.den : 1;

	if (!sim->source_width)
		return -ENOTTY;
	*timings = (struct v4l2_dv_timings){ .type = V4L2_DV_BT_656_1120 };
	timings->bt.width = width;
	timings->bt.height = height;
	timings->bt.pixelclock = (uint64_t)width * height * rate / den;
	return 0;
}

int sim_query_dv_timings(struct sim *sim, void *argument)
{
	if (now_ns() < sim->locked_ns)
		return -ENOLCK;
	return tell_timings(sim, sim->source_width, sim->source_height, argument);
}

int sim_g_dv_timings(struct sim *sim, void *argument)
{
	return tell_timings(sim, sim->options.width, sim->options.height, argument);
}

int sim_s_dv_timings(struct sim *sim, void *argument)
{
	const struct v4l2_dv_timings *timings = argument;

	if (!sim->source_width)
		return -ENOTTY;
	if (timings->type != V4L2_DV_BT_656_1120)
		return -EINVAL;
	if (timings->bt.width == sim->options.width && timings->bt.height == sim->options.height)
		return 0;
	if (sim->n_buffers)
		return -EBUSY;
	return sim_format_resize(sim, timings->bt.width, timings->bt.height);
}
