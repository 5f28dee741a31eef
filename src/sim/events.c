/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The events of the simulated device: subscriptions, the event queue, and when its reader comes and goes. */
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

/* A full queue loses its oldest event, as in the kernel. The caller fills in what is returned. */
static struct v4l2_event *queue_event(struct sim *sim)
{
	if (sim->n_events == SIM_MAX_EVENTS)
		memmove(sim->events, sim->events + 1, sizeof sim->events[0] * --sim->n_events);
	sim->events[sim->n_events] = (struct v4l2_event){ .sequence = sim->event_sequence++ };
	clock_gettime(CLOCK_MONOTONIC, &sim->events[sim->n_events].timestamp);
	return &sim->events[sim->n_events++];
}

void sim_events_source_change(struct sim *sim)
{
	struct v4l2_event *event;

	if (!find_subscription(sim, V4L2_EVENT_SOURCE_CHANGE, 0))
		return;
	event = queue_event(sim);
	event->type = V4L2_EVENT_SOURCE_CHANGE;
	event->u.src_change.changes = V4L2_EVENT_SRC_CH_RESOLUTION;
}

/* As v4l2loopback reports whether programs read what is written to it. */
static void queue_usage_event(struct sim *sim)
{
	uint32_t n_readers = sim->has_reader;
	struct v4l2_event *event;

	if (!find_subscription(sim, READER_EVENT, 0))
		return;
	event = queue_event(sim);
	event->type = READER_EVENT;
	memcpy(event->u.data, &n_readers, sizeof n_readers);
}

void sim_events_update_reader(struct sim *sim)
{
	const struct sim_options *o = &sim->options;
	int64_t now;

	if (!sim->streaming)
		sim->reader_arrives_ns = 0;
	if (!o->reader_delay_ns || !sim->streaming)
		return;
	now = now_ns();
	if (sim->has_reader && o->reader_frames && sim->n_frames >= sim->reader_leaves_after) {
		sim->has_reader = false;
		queue_usage_event(sim);
	}
	if (!sim->has_reader && !sim->reader_arrives_ns)
		sim->reader_arrives_ns = now + o->reader_delay_ns;
	if (sim->has_reader || now < sim->reader_arrives_ns)
		return;
	sim->reader_arrives_ns = 0;
	sim->has_reader = true;
	sim->reader_leaves_after = sim->n_frames + o->reader_frames;
	queue_usage_event(sim);
}

static bool supports_event(const struct sim *sim, uint32_t type)
{
	if (type == READER_EVENT)
		return sim->options.reader_delay_ns;
	return type == V4L2_EVENT_SOURCE_CHANGE || type == V4L2_EVENT_CTRL || type == V4L2_EVENT_EOS;
}

int sim_events_subscribe(struct sim *sim, void *argument)
{
	const struct v4l2_event_subscription *subscription = argument;
	uint32_t type = subscription->type, id = subscription->id;

	if (!supports_event(sim, type))
		return -EINVAL;
	if (find_subscription(sim, type, id))
		return 0;
	if (sim->n_subscriptions == SIM_MAX_EVENTS)
		return -ENOMEM;
	sim->subscriptions[sim->n_subscriptions++] = (struct sim_subscription){ type, id };
	if (type == READER_EVENT && subscription->flags & V4L2_EVENT_SUB_FL_SEND_INITIAL)
		queue_usage_event(sim);
	return 0;
}

int sim_events_unsubscribe(struct sim *sim, void *argument)
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

int sim_events_dqevent(struct sim *sim, void *argument)
{
	struct v4l2_event *event = argument;

	if (!sim->n_events)
		return -ENOENT;
	*event = sim->events[0];
	event->pending = --sim->n_events;
	memmove(sim->events, sim->events + 1, sizeof sim->events[0] * sim->n_events);
	return 0;
}
