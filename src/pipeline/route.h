/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way of the pictures through a media graph, from their source to the video node. */
#ifndef PIPELINE_ROUTE_H
#define PIPELINE_ROUTE_H

#include "pipeline/node_format.h"
#include "pipeline/pad.h"

#define ROUTE_MAX 16 /* links */
#define BRANCHES_MAX 32

/* links[0] begins at the source of the pictures, the last one ends at the video node; each begins at the
 * entity where the one before it ends. */
struct route {
	const struct graph *graph;
	struct link *links[ROUTE_MAX];
	unsigned n; /* 0: no sub-device is in front of the node */
	/* Other enabled links on which its pictures go, and those of other streams of its pads, from the
	 * source on: the kernel starts no stream unless these fit too. */
	struct link *branches[BRANCHES_MAX];
	unsigned n_branches;
	/* Where it begins because none of the links to this entity is enabled, and several could be. */
	const struct entity *open_end;
	const struct subdev_route *open_route; /* inside that, by which they come; NULL: by any */
	/* Where it begins because no active route inside the entity leads to this pad, or stream of it. */
	const struct pad *unrouted;
};

/* Follows the enabled links upstream from the node, and where an entity has none the only one that there is,
 * inside sub-devices with streams the active routes, and opens the sub-devices on the way. Returns 0 or a
 * negative errno, logged. */
int route_find(struct graph *graph, struct route *route);

/* What keeps a route from carrying pictures. */
struct mismatch {
	enum { MISMATCH_NONE, MISMATCH_OPEN_END, MISMATCH_NO_ROUTE, MISMATCH_LINK_OFF, MISMATCH_FORMAT } kind;
	const struct route *route;
	const struct link *link;
	struct v4l2_mbus_framefmt source, sink; /* MISMATCH_FORMAT: of the link's pads */
	struct node_format node;                /* of the sink where that is a video node; else fourcc 0 */
};

/* The device at the end of a link that leads to a video node, or NULL: to a sub-device, or a node for no
 * pictures. */
struct device *route_node_of(const struct route *route, const struct link *link, struct device *video);
/* Finds the first mismatch from the source on. Returns 0 or a negative errno, logged. */
int route_check(const struct route *route, struct device *video, struct mismatch *mismatch);
/* "\"Debayer A\":0 wants SBGGR8_1X8 640x480, \"Sensor A\":0 sends RGB888_1X24 640x480" into text, which is
 * returned. */
#define MISMATCH_TEXT_MAX 360
char *route_mismatch_text(const struct mismatch *mismatch, char text[MISMATCH_TEXT_MAX]);

/* "media-ctl -d /dev/media0 -R '...'": what activates a route to where one is missing, and leaves the
 * entity's others as they are, into text, which is returned. */
char *route_command(const struct route *route, char *text, size_t size);

#endif
