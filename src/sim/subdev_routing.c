/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The routes and streams of the simulated deserializer and receiver (routing=). */
#include <errno.h>
#include <string.h>
#include <linux/media.h>
#include "sim/media_internal.h"

#define ACTIVE V4L2_SUBDEV_ROUTE_FL_ACTIVE

static const struct sim_routing deserializer = {
	{ { 0, 0, 2, 0, ACTIVE, { 0 } }, { 1, 0, 2, 1, ACTIVE, { 0 } } }, 2
};
static const struct sim_routing receiver = {
	{ { 0, 0, 1, 0, 0, { 0 } }, { 0, 0, 2, 0, ACTIVE, { 0 } }, { 0, 1, 1, 0, ACTIVE, { 0 } } }, 3
};
/* The initial routes of a driver, and of a node when it is opened. */
static const struct sim_routing initial[SIM_N_ENTITIES] = {
	[SIM_DESERIALIZER] = { { { 0, 0, 2, 0, ACTIVE, { 0 } } }, 1 },
	[SIM_RECEIVER] = { { { 0, 0, 1, 0, ACTIVE, { 0 } } }, 1 },
};

static bool has_routes(const struct sim_media *media, int entity)
{
	return media->routing && entity >= SIM_DESERIALIZER;
}

void sim_routing_init(struct sim_media *media)
{
	struct sim_routing *routing = media->active.routing;

	if (!media->routing)
		return;
	routing[SIM_DESERIALIZER] = deserializer;
	routing[SIM_RECEIVER] = receiver;
	if (media->routing == SIM_ROUTING_OFF)
		routing[SIM_RECEIVER].routes[2].flags = 0;
	if (media->routing == SIM_ROUTING_DANGLING)
		routing[SIM_DESERIALIZER].routes[1].sink_stream = 1;
	if (media->routing == SIM_ROUTING_UNUSED) {
		routing[SIM_RECEIVER].routes[0].flags = ACTIVE;
		routing[SIM_RECEIVER].routes[1].flags = 0;
		routing[SIM_RECEIVER].routes[2].flags = 0;
	}
}

void sim_routing_open(struct sim_part *part)
{
	memcpy(part->try_pads.routing, initial, sizeof initial);
	part->knows_streams = part->media->routing == SIM_ROUTING_OLD;
}

int sim_routing_opposite(const struct sim_pads *pads, int pad)
{
	const struct sim_media_pad *end = &sim_media_pads[pad];
	const struct sim_routing *routing = &pads->routing[end->entity];

	for (uint32_t i = 0; i < routing->n; i++) {
		const struct subdev_route *route = &routing->routes[i];

		if (!(route->flags & ACTIVE))
			continue;
		if (route->sink_pad == end->index && route->sink_stream == end->stream)
			return sim_media_pad(end->entity, route->source_pad, route->source_stream);
		if (route->source_pad == end->index && route->source_stream == end->stream)
			return sim_media_pad(end->entity, route->sink_pad, route->sink_stream);
	}
	return -1;
}

/* v4l2_subdev_link_validate() */
bool sim_routing_is_sent(const struct sim_pads *pads, int source, int sink)
{
	const struct sim_media_pad *from = &sim_media_pads[source], *to = &sim_media_pads[sink];
	const struct sim_routing *routing = &pads->routing[to->entity];

	for (uint32_t i = 0; i < routing->n; i++) {
		const struct subdev_route *route = &routing->routes[i];
		int pad = sim_media_pad(from->entity, from->index, route->sink_stream);

		if (route->flags & ACTIVE && route->sink_pad == to->index &&
		    (pad < 0 || (pads->routing[from->entity].n && sim_routing_opposite(pads, pad) < 0)))
			return false;
	}
	return true;
}

int sim_routing_pad(const struct sim_part *part, const struct sim_pads *pads, uint32_t index, uint32_t stream)
{
	int pad = sim_media_pad(part->entity, index, part->knows_streams ? stream : 0);

	if (pad < 0 || (has_routes(part->media, part->entity) && sim_routing_opposite(pads, pad) < 0))
		return -EINVAL;
	return pad;
}

int sim_routing_querycap(struct sim_part *part, void *argument, bool set)
{
	bool streams = has_routes(part->media, part->entity);

	(void)set;
	*(struct v4l2_subdev_capability *)argument =
		(struct v4l2_subdev_capability){ .capabilities = streams ? V4L2_SUBDEV_CAP_STREAMS : 0 };
	return 0;
}

int sim_routing_client_cap(struct sim_part *part, void *argument, bool set)
{
	uint64_t *capabilities = argument;

	(void)set;
	if (!part->media->routing || part->media->routing == SIM_ROUTING_OLD)
		return -ENOTTY;
	*capabilities &= part->media->routing == SIM_ROUTING_REFUSED ? 0 : V4L2_SUBDEV_CLIENT_CAP_STREAMS;
	part->knows_streams = *capabilities;
	return 0;
}

static int get_routes(const struct sim_routing *routing, const struct subdev_routing *argument, uint32_t *n)
{
	uint32_t fit = argument->length < routing->n ? argument->length : routing->n;

	*n = routing->n;
	if (!sim_memory_is_accessible((void *)(uintptr_t)argument->routes, fit * sizeof *routing->routes,
				      true))
		return -EFAULT;
	memcpy((void *)(uintptr_t)argument->routes, routing->routes, fit * sizeof *routing->routes);
	return 0;
}

static int set_routes(struct sim_routing *routing, int entity, const struct subdev_routing *argument,
		      uint32_t n)
{
	const struct subdev_route *routes = (const struct subdev_route *)(uintptr_t)argument->routes;

	if (n > SIM_ROUTES_MAX)
		return -E2BIG;
	for (uint32_t i = 0; i < n; i++) {
		int sink = sim_media_pad(entity, routes[i].sink_pad, routes[i].sink_stream);
		int source = sim_media_pad(entity, routes[i].source_pad, routes[i].source_stream);

		if (sink < 0 || source < 0 || !(sim_media_pads[sink].flags & MEDIA_PAD_FL_SINK) ||
		    !(sim_media_pads[source].flags & MEDIA_PAD_FL_SOURCE))
			return -EINVAL;
	}
	memcpy(routing->routes, routes, n * sizeof *routes);
	routing->n = n;
	return 0;
}

static int run_routing(struct sim_part *part, struct subdev_routing *argument, uint32_t *n, bool set)
{
	struct sim_pads *pads =
		argument->which == V4L2_SUBDEV_FORMAT_TRY ? &part->try_pads : &part->media->active;
	struct sim_routing *routing = &pads->routing[part->entity];

	return set ? set_routes(routing, part->entity, argument, *n) : get_routes(routing, argument, n);
}

int sim_routing_routes(struct sim_part *part, void *argument, bool set)
{
	struct subdev_routing *routing = argument;

	if (!has_routes(part->media, part->entity) || part->media->routing == SIM_ROUTING_OLD)
		return -ENOTTY;
	return run_routing(part, routing, &routing->n, set);
}

int sim_routing_routes_6_3(struct sim_part *part, void *argument, bool set)
{
	struct subdev_routing *routing = argument;
	uint32_t n = routing->length;
	int err;

	if (!has_routes(part->media, part->entity) || part->media->routing != SIM_ROUTING_OLD)
		return -ENOTTY;
	err = run_routing(part, routing, &n, set);
	if (err == 0 && routing->length < n)
		err = -ENOSPC;
	routing->length = n;
	return err;
}
