/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The routes inside a sub-device. */
#include "pipeline/routing.h"

#include <errno.h>
#include <stdlib.h>
#include "base/log.h"

/* The kernel's limit; it refuses larger arrays. */
#define ROUTES_MAX 256u
#define STREAMS_MAX 64u

/* Linux 6.3 has streams but not SUBDEV_S_CLIENT_CAP. Unless it was patched to enable streams for programs, it
 * refuses SUBDEV_G_ROUTING. */
static bool has_streams(struct device *subdev)
{
	struct v4l2_subdev_capability info = { .capabilities = 0 };
	uint64_t wanted = V4L2_SUBDEV_CLIENT_CAP_STREAMS;
	int err;

	if (device_ioctl(subdev, VIDIOC_SUBDEV_QUERYCAP, &info) < 0 ||
	    !(info.capabilities & V4L2_SUBDEV_CAP_STREAMS))
		return false;
	err = device_ioctl(subdev, SUBDEV_S_CLIENT_CAP, &wanted);
	return err == -ENOTTY || (err == 0 && wanted & V4L2_SUBDEV_CLIENT_CAP_STREAMS);
}

/* Tries the present layout of the argument, then the former one. */
static int call_routing(struct device *subdev, unsigned long request, unsigned long request_6_3,
			struct subdev_routing *argument)
{
	int err = device_ioctl(subdev, request, argument);

	if (err != -ENOTTY)
		return err;
	err = device_ioctl(subdev, request_6_3, argument);
	argument->n = argument->length;
	return err;
}

int routing_read(struct routing *routing, struct device *subdev)
{
	struct subdev_routing argument = { .which = V4L2_SUBDEV_FORMAT_ACTIVE, .length = ROUTES_MAX };

	if (!has_streams(subdev))
		return 0;
	routing->routes = calloc(ROUTES_MAX, sizeof *routing->routes);
	if (!routing->routes)
		return log_no_memory();
	argument.routes = (uintptr_t)routing->routes;
	if (call_routing(subdev, SUBDEV_G_ROUTING, SUBDEV_G_ROUTING_6_3, &argument) < 0)
		return 0;
	routing->is_known = true;
	routing->n = argument.n < ROUTES_MAX ? argument.n : ROUTES_MAX;
	argument.which = V4L2_SUBDEV_FORMAT_TRY;
	argument.length = argument.n = routing->n;
	call_routing(subdev, SUBDEV_S_ROUTING, SUBDEV_S_ROUTING_6_3, &argument);
	return 0;
}

static void choose_nearest(uint32_t *best, uint32_t stream, uint32_t first)
{
	if (stream >= first && stream < *best)
		*best = stream;
}

bool routing_find_stream(const struct routing *routing, uint32_t pad, uint32_t *stream)
{
	uint32_t best = STREAMS_MAX;

	for (unsigned i = 0; i < routing->n; i++) {
		const struct subdev_route *route = &routing->routes[i];

		if (route_is_active(route) && route->sink_pad == pad)
			choose_nearest(&best, route->sink_stream, *stream);
		if (route_is_active(route) && route->source_pad == pad)
			choose_nearest(&best, route->source_stream, *stream);
	}
	*stream = best;
	return best < STREAMS_MAX;
}

const struct subdev_route *routing_find_route(const struct routing *routing, uint32_t source_pad,
					      uint32_t stream)
{
	for (unsigned i = 0; i < routing->n; i++) {
		const struct subdev_route *route = &routing->routes[i];

		if (route_is_active(route) && route->source_pad == source_pad &&
		    route->source_stream == stream)
			return route;
	}
	return NULL;
}

bool routing_joins(const struct routing *routing, uint32_t pad, uint32_t other)
{
	for (unsigned i = 0; i < routing->n; i++) {
		const struct subdev_route *route = &routing->routes[i];

		if (route_is_active(route) && ((route->sink_pad == pad && route->source_pad == other) ||
					       (route->sink_pad == other && route->source_pad == pad)))
			return true;
	}
	return false;
}

void routing_free(struct routing *routing)
{
	free(routing->routes);
	*routing = (struct routing){ .n = 0 };
}
