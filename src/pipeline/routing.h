/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The routes inside a sub-device: which stream of a sink pad becomes which stream of a source pad. */
#ifndef PIPELINE_ROUTING_H
#define PIPELINE_ROUTING_H

#include "device/device.h"
#include "device/subdev_streams.h"

struct routing {
	bool is_known; /* its pads have streams; else all pads only have stream 0 */
	struct subdev_route *routes;
	unsigned n;
};

/* Reads the routes of an open sub-device, and sets them as TRY routes of the open node, which does not affect
 * the hardware. They are unknown if the sub-device has no streams, or the kernel hides them from programs.
 * Returns 0 or -ENOMEM, logged. */
int routing_read(struct routing *routing, struct device *subdev);
void routing_free(struct routing *routing);

/* Sets *stream to the first stream from it on that has an active route on the pad. Returns false if there is
 * none. */
bool routing_find_stream(const struct routing *routing, uint32_t pad, uint32_t *stream);

/* The active route that leads to the stream of a source pad, or NULL. */
const struct subdev_route *routing_find_route(const struct routing *routing, uint32_t source_pad,
					      uint32_t stream);
/* Whether an active route joins the pads. */
bool routing_joins(const struct routing *routing, uint32_t pad, uint32_t other);

static inline bool route_is_active(const struct subdev_route *route)
{
	return route->flags & V4L2_SUBDEV_ROUTE_FL_ACTIVE;
}

#endif
