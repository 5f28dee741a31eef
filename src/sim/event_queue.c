/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The event queues of the programs that have the simulated device open. */
#include <string.h>
#include <time.h>
#include "sim/sim_internal.h"

struct sim_subscription *sim_event_queue_subscription(struct sim_file *file, uint32_t type, uint32_t id)
{
	for (unsigned i = 0; i < file->n_subscriptions; i++) {
		if (file->subscriptions[i].type == type && file->subscriptions[i].id == id)
			return &file->subscriptions[i];
	}
	return NULL;
}

void sim_event_queue_remove(struct sim_file *file, unsigned i)
{
	memmove(&file->events[i], &file->events[i + 1], sizeof file->events[0] * (--file->n_events - i));
}

static uint32_t merged_changes(const struct v4l2_event *older, const struct v4l2_event *event)
{
	return event->type == V4L2_EVENT_CTRL ? older->u.ctrl.changes | event->u.ctrl.changes
					      : event->u.ctrl.changes;
}

/* A subscription holds one event. A new one replaces it and includes its changes of the control
 * (__v4l2_event_queue_fh()). */
void sim_event_queue_add(struct sim_file *file, const struct v4l2_event *event)
{
	struct v4l2_event new = *event;

	new.sequence = file->event_sequence++;
	clock_gettime(CLOCK_MONOTONIC, &new.timestamp);
	for (unsigned i = 0; i < file->n_events; i++) {
		if (file->events[i].type != event->type || file->events[i].id != event->id)
			continue;
		new.u.ctrl.changes = merged_changes(&file->events[i], event);
		sim_event_queue_remove(file, i);
		break;
	}
	file->events[file->n_events++] = new;
}

/* Sends the event to all files that have subscribed to it. */
void sim_event_queue_send(struct sim *sim, const struct v4l2_event *event)
{
	for (struct sim_file *file = sim->files; file; file = file->next) {
		if (sim_event_queue_subscription(file, event->type, event->id))
			sim_event_queue_add(file, event);
	}
}

void sim_event_queue_send_control(struct sim *sim, const struct sim_file *setter,
				  const struct v4l2_event *event)
{
	for (struct sim_file *file = sim->files; file; file = file->next) {
		const struct sim_subscription *to =
			sim_event_queue_subscription(file, event->type, event->id);

		if (to && (file != setter || to->flags & V4L2_EVENT_SUB_FL_ALLOW_FEEDBACK))
			sim_event_queue_add(file, event);
	}
}
