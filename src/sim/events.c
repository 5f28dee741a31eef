/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The events of the simulated device: subscriptions, and its reader, who may come and go. */
#include <errno.h>
#include <string.h>
#include "base/clock.h"
#include "sim/sim_internal.h"
#include "device/reader_events.h"

void sim_events_source_change(struct sim *sim)
{
	const struct v4l2_event event = { .type = V4L2_EVENT_SOURCE_CHANGE,
					  .u.src_change.changes = V4L2_EVENT_SRC_CH_RESOLUTION };

	sim_event_queue_send(sim, &event);
}

/* As v4l2loopback's event on whether a program reads from the device. */
static struct v4l2_event usage_event(const struct sim *sim)
{
	struct v4l2_event event = { .type = READER_EVENT };
	uint32_t n_readers = sim->has_reader;

	memcpy(event.u.data, &n_readers, sizeof n_readers);
	return event;
}

static void send_usage_event(struct sim *sim)
{
	struct v4l2_event event = usage_event(sim);

	sim_event_queue_send(sim, &event);
}

void sim_events_update_reader(struct sim *sim)
{
	const struct sim_options *o = &sim->options;
	int64_t now;

	if (!sim->queue.streaming)
		sim->reader_arrives_ns = 0;
	if (!o->reader_delay_ns || !sim->queue.streaming)
		return;
	now = now_ns();
	if (sim->has_reader && o->reader_frames && sim->n_frames >= sim->reader_leaves_after) {
		sim->has_reader = false;
		send_usage_event(sim);
	}
	if (!sim->has_reader && !sim->reader_arrives_ns)
		sim->reader_arrives_ns = now + o->reader_delay_ns;
	if (sim->has_reader || now < sim->reader_arrives_ns)
		return;
	sim->reader_arrives_ns = 0;
	sim->has_reader = true;
	sim->reader_leaves_after = sim->n_frames + o->reader_frames;
	send_usage_event(sim);
}

static bool supports_event(const struct sim *sim, const struct v4l2_event_subscription *subscription)
{
	switch (subscription->type) {
	case READER_EVENT:
		return sim->options.reader_delay_ns;
	case V4L2_EVENT_CTRL:
		return sim_controls_has(sim, subscription->id);
	case V4L2_EVENT_SOURCE_CHANGE:
		return !sim->options.output && (!sim->m2m || sim->options.m2m == SIM_DECODER);
	case V4L2_EVENT_EOS:
		return sim->options.m2m != SIM_CONVERTER;
	default:
		return false;
	}
}

static void send_initial_event(struct sim_file *file, const struct sim_subscription *subscription)
{
	struct v4l2_event event = { 0 };

	if (subscription->type == READER_EVENT)
		event = usage_event(file->sim);
	else if (subscription->type == V4L2_EVENT_CTRL)
		event = sim_controls_initial_event(file->sim, subscription->id);
	if (event.type)
		sim_event_queue_add(file, &event);
}

int sim_events_subscribe(struct sim_file *file, void *argument)
{
	const struct v4l2_event_subscription *subscription = argument;
	struct sim_subscription *added = &file->subscriptions[file->n_subscriptions];

	if (!supports_event(file->sim, subscription))
		return -EINVAL;
	if (sim_event_queue_subscription(file, subscription->type, subscription->id))
		return 0;
	if (file->n_subscriptions == SIM_MAX_EVENTS)
		return -ENOMEM;
	*added = (struct sim_subscription){ subscription->type, subscription->id, subscription->flags };
	file->n_subscriptions++;
	if (subscription->flags & V4L2_EVENT_SUB_FL_SEND_INITIAL)
		send_initial_event(file, added);
	return 0;
}

static void remove_subscription(struct sim_file *file, struct sim_subscription *subscription)
{
	for (unsigned i = file->n_events; i-- > 0;) {
		if (file->events[i].type == subscription->type && file->events[i].id == subscription->id)
			sim_event_queue_remove(file, i);
	}
	*subscription = file->subscriptions[--file->n_subscriptions];
}

int sim_events_unsubscribe(struct sim_file *file, void *argument)
{
	const struct v4l2_event_subscription *subscription = argument;
	struct sim_subscription *found =
		sim_event_queue_subscription(file, subscription->type, subscription->id);

	if (subscription->type == V4L2_EVENT_ALL)
		file->n_subscriptions = file->n_events = 0;
	else if (found)
		remove_subscription(file, found);
	return 0;
}

int sim_events_dqevent(struct sim_file *file, void *argument)
{
	struct v4l2_event *event = argument;

	if (!file->n_events)
		return -ENOENT;
	*event = file->events[0];
	sim_event_queue_remove(file, 0);
	event->pending = file->n_events;
	return 0;
}
