/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The route of the pictures through a media graph, from their source to the video node. */
#include "pipeline/route.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/text.h"

/* Pictures come from sub-devices; a video node that feeds an entity carries parameters, as for an image
 * signal processor. inner: the route inside the entity that they take; NULL: any sink pad. */
static bool leads_to(const struct link *link, const struct entity *entity, const struct subdev_route *inner)
{
	return link->sink->entity == entity && link->source->entity->interface != MEDIA_INTF_T_V4L_VIDEO &&
	       (!inner || link->sink->index == inner->sink_pad);
}

/* Returns the number of links that are possible: 1 if one is enabled. */
static unsigned find_upstream(struct graph *graph, const struct entity *entity,
			      const struct subdev_route *inner, struct link **found)
{
	unsigned n = 0;

	for (unsigned i = 0; i < graph->n_links; i++) {
		struct link *link = &graph->links[i];

		if (!leads_to(link, entity, inner))
			continue;
		*found = link;
		n++;
		if (link_is_enabled(link))
			return 1;
	}
	return n;
}

static bool has_sink(const struct graph *graph, const struct entity *entity)
{
	for (unsigned i = 0; i < graph->n_pads; i++)
		if (graph->pads[i].entity == entity && graph->pads[i].flags & MEDIA_PAD_FL_SINK)
			return true;
	return false;
}

/* A stream has the same number at both ends of a link (kernel documentation, "Streams, multiplexed media pads
 * and internal routing"). A video node gets the first one, a sub-device without streams 0. */
static uint32_t stream_of(const struct link *link, const struct subdev_route *inner)
{
	const struct pad *source = link->source;
	uint32_t stream = 0;

	if (inner)
		return inner->sink_stream;
	return link->sink->entity->interface == MEDIA_INTF_T_V4L_VIDEO &&
			       routing_find_stream(&source->entity->routing, source->index, &stream)
		       ? stream
		       : 0;
}

/* Opens the possible sources of a stream, for route_command(). */
static int open_sources(struct graph *graph, const struct entity *entity)
{
	int err = 0;

	for (unsigned i = 0; i < graph->n_links && err == 0; i++)
		if (leads_to(&graph->links[i], entity, NULL))
			err = graph_open_entity(graph, graph->links[i].source->entity);
	return err;
}

/* Adds the link to an entity by which the pictures at one of its source pads come; NULL: to the video node.
 * Returns 1, 0 where the route begins there, or a negative errno, logged. */
static int add_upstream(struct graph *graph, struct route *route, struct entity *entity,
			const struct pad *source)
{
	const struct subdev_route *inner = NULL;
	struct link *link = NULL;
	unsigned n;
	int err;

	if (source && entity->routing.is_known && has_sink(graph, entity)) {
		inner = routing_find_route(&entity->routing, source->index, source->stream);
		route->unrouted = inner ? NULL : source;
	}
	if (route->unrouted)
		return open_sources(graph, entity);
	n = find_upstream(graph, entity, inner, &link);
	if (n > 1) {
		route->open_end = entity;
		route->open_route = inner;
	}
	if (n != 1)
		return 0;
	err = graph_open_entity(graph, link->source->entity);
	link = graph_stream_link(graph, link, stream_of(link, inner));
	if (!link)
		return -ENOMEM;
	route->links[route->n++] = link;
	return err < 0 ? err : 1;
}

static void reverse(struct route *route)
{
	for (unsigned i = 0; i < route->n / 2; i++) {
		struct link *last = route->links[route->n - 1 - i];

		route->links[route->n - 1 - i] = route->links[i];
		route->links[i] = last;
	}
}

/* The i-th link, counting branches; NULL past the last one. */
static struct link *get_link(const struct route *route, unsigned i)
{
	return i < route->n                       ? route->links[i]
	       : i < route->n + route->n_branches ? route->branches[i - route->n]
						  : NULL;
}

static bool has_link(const struct route *route, const struct link *link, uint32_t stream)
{
	const struct link *one;

	for (unsigned i = 0; (one = get_link(route, i)); i++)
		if (links_are_same(one, link) && one->source->stream == stream)
			return true;
	return false;
}

bool route_passes(const struct route *route, const struct entity *entity)
{
	for (unsigned i = 0; i < route->n; i++)
		if (route->links[i]->source->entity == entity || route->links[i]->sink->entity == entity)
			return true;
	return false;
}

/* Whether a pad of an entity belongs to the same pipeline as another one that does. Without routes: the pad
 * by which the route leaves, or any pad of an entity on a branch. */
static bool are_joined(const struct route *route, const struct pad *used, const struct pad *pad)
{
	if (used->entity != pad->entity)
		return false;
	if (used->entity->routing.is_known)
		return used->id == pad->id || routing_joins(&used->entity->routing, used->index, pad->index);
	return (used->id == pad->id && pad->flags & MEDIA_PAD_FL_SOURCE) || !route_passes(route, pad->entity);
}

static bool belongs_to(const struct route *route, const struct pad *pad)
{
	const struct link *one;

	for (unsigned i = 0; (one = get_link(route, i)); i++)
		if (are_joined(route, one->source, pad) || are_joined(route, one->sink, pad))
			return true;
	return false;
}

/* Inserts the link before those that begin at the entity where it ends. */
static int insert_branch(struct graph *graph, struct route *route, struct link *link, uint32_t stream)
{
	unsigned i = 0;

	link = graph_stream_link(graph, link, stream);
	if (!link)
		return -ENOMEM;
	while (i < route->n_branches && route->branches[i]->source->entity != link->sink->entity)
		i++;
	memmove(&route->branches[i + 1], &route->branches[i],
		(route->n_branches - i) * sizeof *route->branches);
	route->branches[i] = link;
	route->n_branches++;
	return 1;
}

/* Sets *stream to the first one, from *stream on, that the sink of a link takes; other streams of the source
 * are ignored. Returns false if there is none. */
static bool find_taken(const struct link *link, uint32_t *stream)
{
	const struct routing *routing = &link->sink->entity->routing;
	uint32_t only = stream_of(link, NULL), first = *stream;

	if (routing->is_known)
		return routing_find_stream(routing, link->sink->index, stream);
	*stream = only;
	return first <= only;
}

/* Adds the streams of a link that are missing. Returns how many, or a negative errno, logged. */
static int add_branches(struct graph *graph, struct route *route, struct link *link)
{
	int n = 0, err = 0;

	for (uint32_t i = 0; err >= 0 && route->n_branches < BRANCHES_MAX && find_taken(link, &i); i++) {
		if (has_link(route, link, i))
			continue;
		err = insert_branch(graph, route, link, i);
		n++;
	}
	return err < 0 ? err : n;
}

static int open_ends(struct graph *graph, const struct link *link)
{
	int err = graph_open_entity(graph, link->source->entity);

	return err < 0 ? err : graph_open_entity(graph, link->sink->entity);
}

static int find_branches(struct graph *graph, struct route *route)
{
	unsigned i = 0;
	int err = 0;

	while (i < graph->n_links && route->n_branches < BRANCHES_MAX && err >= 0) {
		struct link *link = &graph->links[i++];

		if (!link_is_enabled(link) || link->source->entity->interface == MEDIA_INTF_T_V4L_VIDEO ||
		    !(belongs_to(route, link->source) || belongs_to(route, link->sink)))
			continue;
		err = open_ends(graph, link);
		if (err == 0)
			err = add_branches(graph, route, link);
		if (err > 0)
			i = 0; /* earlier links may continue from there */
	}
	return err < 0 ? err : 0;
}

int route_find(struct graph *graph, struct route *route)
{
	struct entity *entity = graph->node;
	const struct pad *source = NULL;
	int more = 1;

	*route = (struct route){ .graph = graph };
	while (more > 0 && route->n < ROUTE_MAX) {
		more = add_upstream(graph, route, entity, source);
		if (more > 0) {
			source = route->links[route->n - 1]->source;
			entity = source->entity;
		}
	}
	reverse(route);
	return more < 0 ? more : find_branches(graph, route);
}

struct device *route_node_of(const struct route *route, const struct link *link, struct device *video)
{
	struct entity *sink = link->sink->entity;

	if (sink == route->graph->node)
		return video;
	return sink->interface == MEDIA_INTF_T_V4L_VIDEO && entity_is_open(sink) ? &sink->device : NULL;
}

static int check_node(struct device *video, struct mismatch *mismatch)
{
	const struct v4l2_mbus_framefmt *source = &mismatch->source;
	int err = node_format_get(video, &mismatch->node);

	if (err < 0)
		return device_error(video, "VIDIOC_G_FMT", err);
	if (mismatch->node.width == source->width && mismatch->node.height == source->height &&
	    node_format_fits(video, source->code, mismatch->node.fourcc))
		mismatch->kind = MISMATCH_NONE;
	return 0;
}

static int get_format(const struct pad *pad, struct v4l2_mbus_framefmt *format)
{
	int err = pad_get_format(pad, V4L2_SUBDEV_FORMAT_ACTIVE, format);

	return err < 0 ? device_error(&pad->entity->device, "VIDIOC_SUBDEV_G_FMT", err) : 0;
}

/* As the kernel checks at VIDIOC_STREAMON: a sub-device without streams sends stream 0. For one without a
 * node it is unknown. */
static bool is_sent(const struct link *link)
{
	const struct pad *source = link->source;
	uint32_t stream = source->stream;

	if (!entity_is_open(source->entity))
		return true;
	return source->entity->routing.is_known
		       ? routing_find_stream(&source->entity->routing, source->index, &stream) &&
				 stream == source->stream
		       : stream == 0;
}

/* The driver sets sub-devices without a node. */
static int check_link(const struct link *link, struct device *video, struct mismatch *mismatch)
{
	struct device *node = route_node_of(mismatch->route, link, video);
	int err;

	mismatch->link = link;
	mismatch->node = (struct node_format){ .fourcc = 0 };
	mismatch->kind = !is_sent(link)           ? MISMATCH_NO_STREAM
			 : !link_is_enabled(link) ? MISMATCH_LINK_OFF
						  : MISMATCH_NONE;
	if (mismatch->kind || !entity_is_open(link->source->entity) ||
	    !(node || entity_is_open(link->sink->entity)))
		return 0;
	mismatch->kind = MISMATCH_FORMAT;
	err = get_format(link->source, &mismatch->source);
	if (err == 0 && node)
		return check_node(node, mismatch);
	if (err == 0)
		err = get_format(link->sink, &mismatch->sink);
	if (pad_formats_match(&mismatch->source, &mismatch->sink))
		mismatch->kind = MISMATCH_NONE;
	return err;
}

int route_check(const struct route *route, struct device *video, struct mismatch *mismatch)
{
	int err = 0;

	*mismatch = (struct mismatch){ .route = route };
	if (route->open_end)
		mismatch->kind = MISMATCH_OPEN_END;
	if (route->unrouted)
		mismatch->kind = MISMATCH_NO_ROUTE;
	for (unsigned i = 0; i < route->n && err == 0 && !mismatch->kind; i++)
		err = check_link(route->links[i], video, mismatch);
	for (unsigned i = 0; i < route->n_branches && err == 0 && !mismatch->kind; i++)
		err = check_link(route->branches[i], video, mismatch);
	return err;
}

bool mismatch_is_users(const struct mismatch *mismatch)
{
	return mismatch->kind == MISMATCH_OPEN_END || mismatch->kind == MISMATCH_NO_ROUTE ||
	       mismatch->kind == MISMATCH_NO_STREAM;
}

static void open_end_text(const struct route *route, char text[MISMATCH_TEXT_MAX])
{
	char pad[PAD_TEXT_MAX];

	snprintf(text, MISMATCH_TEXT_MAX, "no link to \"%s\" is enabled, and several could be: from",
		 route->open_end->name);
	for (unsigned i = 0; i < route->graph->n_links; i++) {
		const struct link *link = &route->graph->links[i];

		if (leads_to(link, route->open_end, route->open_route))
			text_add(text, MISMATCH_TEXT_MAX, " %s", graph_pad_text(link->source, pad));
	}
}

static void mismatch_text(const struct mismatch *mismatch, char text[MISMATCH_TEXT_MAX])
{
	char source[PAD_TEXT_MAX], sink[PAD_TEXT_MAX], sent[PAD_FORMAT_TEXT_MAX], wanted[PAD_FORMAT_TEXT_MAX];

	if (mismatch->node.fourcc)
		node_format_text(&mismatch->node, wanted);
	else
		pad_format_text(&mismatch->sink, wanted);
	snprintf(text, MISMATCH_TEXT_MAX, "%s wants %s, %s sends %s",
		 graph_pad_text(mismatch->link->sink, sink), wanted,
		 graph_pad_text(mismatch->link->source, source), pad_format_text(&mismatch->source, sent));
}

/* Without the stream. */
static char *source_text(const struct link *link, char text[PAD_TEXT_MAX])
{
	struct pad source = *link->source;

	source.stream = 0;
	return graph_pad_text(&source, text);
}

char *route_mismatch_text(const struct mismatch *mismatch, char text[MISMATCH_TEXT_MAX])
{
	char source[PAD_TEXT_MAX], sink[PAD_TEXT_MAX];

	*text = '\0';
	if (mismatch->kind == MISMATCH_OPEN_END)
		open_end_text(mismatch->route, text);
	else if (mismatch->kind == MISMATCH_NO_ROUTE)
		snprintf(text, MISMATCH_TEXT_MAX, "no active route inside \"%s\" leads to %s",
			 mismatch->route->unrouted->entity->name,
			 graph_pad_text(mismatch->route->unrouted, source));
	else if (mismatch->kind == MISMATCH_NO_STREAM)
		snprintf(text, MISMATCH_TEXT_MAX,
			 "a route inside \"%s\" begins at %s, a stream that %s does not send",
			 mismatch->link->sink->entity->name, graph_pad_text(mismatch->link->sink, sink),
			 source_text(mismatch->link, source));
	else if (mismatch->kind == MISMATCH_LINK_OFF)
		snprintf(text, MISMATCH_TEXT_MAX, "the link from %s to %s is not enabled",
			 graph_pad_text(mismatch->link->source, source),
			 graph_pad_text(mismatch->link->sink, sink));
	else if (mismatch->kind == MISMATCH_FORMAT)
		mismatch_text(mismatch, text);
	return text;
}
