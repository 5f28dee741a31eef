/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way of the pictures through a media graph, from their source to the video node. */
#include "pipeline/route.h"

#include <stdio.h>
#include "base/text.h"

/* Pictures come from sub-devices, not from video nodes, as parameters of an image signal processor do. */
static bool leads_to(const struct link *link, const struct entity *entity)
{
	return link->sink->entity == entity && link->source->entity->interface != MEDIA_INTF_T_V4L_VIDEO;
}

/* Returns the number of links that could be meant: 1 for an enabled one. */
static unsigned find_upstream(struct graph *graph, const struct entity *entity, struct link **found)
{
	unsigned n = 0;

	for (unsigned i = 0; i < graph->n_links; i++) {
		struct link *link = &graph->links[i];

		if (!leads_to(link, entity))
			continue;
		*found = link;
		n++;
		if (link_is_enabled(link))
			return 1;
	}
	return n;
}

static bool is_on_route(const struct route *route, const struct link *link)
{
	for (unsigned i = 0; i < route->n; i++)
		if (route->links[i] == link)
			return true;
	for (unsigned i = 0; i < route->n_branches; i++)
		if (route->branches[i] == link)
			return true;
	return false;
}

/* Whether the pictures of the route come out of the pad: one of the route's, or any of an entity on a branch.
 */
static bool carries(const struct route *route, const struct pad *source)
{
	for (unsigned i = 0; i < route->n; i++)
		if (route->links[i]->source == source)
			return true;
	for (unsigned i = 0; i < route->n_branches; i++)
		if (route->branches[i]->sink->entity == source->entity)
			return true;
	return false;
}

static int find_branches(struct graph *graph, struct route *route)
{
	unsigned i = 0;
	int err = 0;

	while (i < graph->n_links && route->n_branches < BRANCHES_MAX && err == 0) {
		struct link *link = &graph->links[i++];

		if (!link_is_enabled(link) || is_on_route(route, link) || !carries(route, link->source))
			continue;
		route->branches[route->n_branches++] = link;
		err = graph_open_entity(graph, link->sink->entity);
		i = 0; /* links before it may go on from there */
	}
	return err;
}

int route_find(struct graph *graph, struct route *route)
{
	struct link *links[ROUTE_MAX];
	struct entity *entity = graph->node;
	unsigned n = 0, n_found;
	int err = 0;

	*route = (struct route){ .graph = graph };
	while (err == 0 && n < ROUTE_MAX && (n_found = find_upstream(graph, entity, &links[n])) > 0) {
		if (n_found > 1) {
			route->open_end = entity;
			break;
		}
		entity = links[n++]->source->entity;
		err = graph_open_entity(graph, entity);
	}
	for (route->n = 0; route->n < n; route->n++)
		route->links[route->n] = links[n - 1 - route->n];
	return err < 0 ? err : find_branches(graph, route);
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

/* What a sub-device without a node is set to is its driver's business. */
static int check_link(const struct link *link, struct device *video, struct mismatch *mismatch)
{
	struct device *node = route_node_of(mismatch->route, link, video);
	int err;

	mismatch->link = link;
	mismatch->kind = link_is_enabled(link) ? MISMATCH_NONE : MISMATCH_LINK_OFF;
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
	for (unsigned i = 0; i < route->n && err == 0 && !mismatch->kind; i++)
		err = check_link(route->links[i], video, mismatch);
	for (unsigned i = 0; i < route->n_branches && err == 0 && !mismatch->kind; i++)
		err = check_link(route->branches[i], video, mismatch);
	return err;
}

static void open_end_text(const struct route *route, char text[MISMATCH_TEXT_MAX])
{
	char pad[PAD_TEXT_MAX];

	snprintf(text, MISMATCH_TEXT_MAX, "no link to \"%s\" is enabled, and several could be: from",
		 route->open_end->name);
	for (unsigned i = 0; i < route->graph->n_links; i++) {
		const struct link *link = &route->graph->links[i];

		if (leads_to(link, route->open_end))
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

char *route_mismatch_text(const struct mismatch *mismatch, char text[MISMATCH_TEXT_MAX])
{
	char source[PAD_TEXT_MAX], sink[PAD_TEXT_MAX];

	*text = '\0';
	if (mismatch->kind == MISMATCH_OPEN_END)
		open_end_text(mismatch->route, text);
	else if (mismatch->kind == MISMATCH_LINK_OFF)
		snprintf(text, MISMATCH_TEXT_MAX, "the link from %s to %s is not enabled",
			 graph_pad_text(mismatch->link->source, source),
			 graph_pad_text(mismatch->link->sink, sink));
	else if (mismatch->kind == MISMATCH_FORMAT)
		mismatch_text(mismatch, text);
	return text;
}
