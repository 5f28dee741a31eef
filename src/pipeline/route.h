/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The route of the pictures through a media graph, from their source to the video node. */
#ifndef PIPELINE_ROUTE_H
#define PIPELINE_ROUTE_H

#include "pipeline/node_format.h"
#include "pipeline/pad.h"

#define ROUTE_MAX 16 /* links */
#define BRANCHES_MAX 32

/* links[0] begins at the source of the pictures, the last one ends at the video node; each begins at the
 * entity at which the previous one ends. */
struct route {
	const struct graph *graph;
	struct link *links[ROUTE_MAX];
	unsigned n; /* 0: no sub-device is in front of the node */
	/* Other enabled links that carry its pictures, and those of other streams of its pads, from the
	 * source on: the kernel starts no stream unless their formats match too. */
	struct link *branches[BRANCHES_MAX];
	unsigned n_branches;
	/* The route begins here because no link to this entity is enabled, and several are possible. */
	const struct entity *open_end;
	const struct subdev_route
		*open_route; /* the route inside the entity that the pictures take; NULL: any */
	/* The route begins here because no active route inside the entity leads to this pad, or stream of it.
	 */
	const struct pad *unrouted;
};

/* Follows the enabled links upstream from the node; where none is enabled, the only one there is; inside
 * sub-devices with streams, the active routes. Opens the sub-devices on the way. Returns 0 or a negative
 * errno, logged. */
int route_find(struct graph *graph, struct route *route);

/* Whether a link of the route, apart from the branches, begins or ends at the entity. */
bool route_passes(const struct route *route, const struct entity *entity);

/* What prevents a route from carrying pictures. */
struct mismatch {
	enum {
		MISMATCH_NONE,
		MISMATCH_OPEN_END,
		MISMATCH_NO_ROUTE,
		MISMATCH_NO_STREAM, /* a route takes one that the link does not bring */
		MISMATCH_LINK_OFF,
		MISMATCH_FORMAT
	} kind;
	const struct route *route;
	const struct link *link;
	struct v4l2_mbus_framefmt source, sink; /* MISMATCH_FORMAT: formats of the link's pads */
	struct node_format node;                /* of a video node at the sink; else fourcc 0 */
};

/* The device of the video node at the end of a link; NULL: a sub-device, or a node without pictures. */
struct device *route_node_of(const struct route *route, const struct link *link, struct device *video);
/* Finds the first mismatch from the source on. Returns 0 or a negative errno, logged. */
int route_check(const struct route *route, struct device *video, struct mismatch *mismatch);
/* "\"Debayer A\":0 wants SBGGR8_1X8 640x480, \"Sensor A\":0 sends RGB888_1X24 640x480" into text, which is
 * returned. */
#define MISMATCH_TEXT_MAX 360
char *route_mismatch_text(const struct mismatch *mismatch, char text[MISMATCH_TEXT_MAX]);

/* Whether links or routes are missing that only the user can choose. */
bool mismatch_is_users(const struct mismatch *mismatch);
/* "media-ctl -d /dev/media0 -R '...'": the command that activates a missing route, or lets one begin with a
 * stream that exists, and leaves the entity's other routes unchanged, in text, which is returned. */
char *route_command(const struct mismatch *mismatch, char *text, size_t size);

#endif
