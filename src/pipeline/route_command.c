/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command that activates a route inside a sub-device. */
#include <stdio.h>
#include <string.h>
#include "base/text.h"
#include "pipeline/route.h"

static bool begins_at(const struct routing *routing, uint32_t pad, uint32_t stream)
{
	uint32_t found = stream;

	return routing_find_stream(routing, pad, &found) && found == stream;
}

/* Chooses a stream that comes to the entity by an enabled link and is not used by an active route. A
 * source that is not open has stream 0 alone. */
static void choose_brought(const struct graph *graph, const struct entity *entity, struct subdev_route *route)
{
	for (unsigned i = 0; i < graph->n_links; i++) {
		const struct link *link = &graph->links[i];
		const struct routing *from = &link->source->entity->routing;

		if (link->sink->entity != entity || !link_is_enabled(link))
			continue;
		route->sink_pad = link->sink->index;
		for (uint32_t stream = 0;
		     from->is_known ? routing_find_stream(from, link->source->index, &stream) : stream == 0;
		     stream++) {
			route->sink_stream = stream;
			if (!begins_at(&entity->routing, link->sink->index, stream))
				return;
		}
	}
}

static bool routes_are_same(const struct subdev_route *a, const struct subdev_route *b)
{
	return a->sink_pad == b->sink_pad && a->sink_stream == b->sink_stream &&
	       a->source_pad == b->source_pad && a->source_stream == b->source_stream;
}

/* The route from a stream that the link does carry and that no other route takes; unchanged if there is none.
 */
static struct subdev_route choose_beginning(const struct link *link, const struct subdev_route *dangling)
{
	const struct routing *from = &link->source->entity->routing, *routing = &link->sink->entity->routing;
	struct subdev_route route = *dangling;

	for (uint32_t stream = 0;
	     from->is_known ? routing_find_stream(from, link->source->index, &stream) : stream == 0;
	     stream++) {
		if (!begins_at(routing, link->sink->index, stream)) {
			route.sink_stream = stream;
			break;
		}
	}
	return route;
}

/* Prefers a route that the sub-device lists, from a sink stream that is not used by an active route. */
static struct subdev_route choose(const struct graph *graph, const struct pad *source)
{
	const struct routing *routing = &source->entity->routing;
	struct subdev_route route = { .source_pad = source->index, .source_stream = source->stream };

	for (unsigned i = 0; i < routing->n; i++) {
		const struct subdev_route *one = &routing->routes[i];

		if (one->source_pad == source->index && one->source_stream == source->stream &&
		    !begins_at(routing, one->sink_pad, one->sink_stream))
			return *one;
	}
	choose_brought(graph, source->entity, &route);
	return route;
}

static void add_route(char *text, size_t size, const struct subdev_route *route, bool is_active)
{
	text_add(text, size, "%s%u/%u -> %u/%u [%d]", text[strlen(text) - 1] == '[' ? "" : ", ",
		 route->sink_pad, route->sink_stream, route->source_pad, route->source_stream, is_active);
}

/* MISMATCH_NO_STREAM: the route that takes the stream; else NULL. */
static const struct subdev_route *find_dangling(const struct mismatch *mismatch)
{
	const struct pad *sink = mismatch->link ? mismatch->link->sink : NULL;
	const struct routing *routing = sink ? &sink->entity->routing : NULL;

	for (unsigned i = 0; mismatch->kind == MISMATCH_NO_STREAM && i < routing->n; i++) {
		const struct subdev_route *one = &routing->routes[i];

		if (route_is_active(one) && one->sink_pad == sink->index && one->sink_stream == sink->stream)
			return one;
	}
	return NULL;
}

char *route_command(const struct mismatch *mismatch, char *text, size_t size)
{
	const struct route *route = mismatch->route;
	const struct subdev_route *dangling = find_dangling(mismatch);
	const struct entity *entity = dangling ? mismatch->link->sink->entity : route->unrouted->entity;
	const struct subdev_route wanted =
		dangling ? choose_beginning(mismatch->link, dangling) : choose(route->graph, route->unrouted);
	bool is_listed = dangling;

	snprintf(text, size, "media-ctl -d %s -R '\"%s\" [", route->graph->media.path, entity->name);
	for (unsigned i = 0; i < entity->routing.n; i++) {
		const struct subdev_route *one = &entity->routing.routes[i];
		bool is_wanted = routes_are_same(one, &wanted);

		if (one == dangling)
			add_route(text, size, &wanted, !is_wanted);
		else
			add_route(text, size, one, is_wanted || route_is_active(one));
		is_listed = is_listed || is_wanted;
	}
	if (!is_listed)
		add_route(text, size, &wanted, true);
	text_add(text, size, "]'");
	return text;
}
