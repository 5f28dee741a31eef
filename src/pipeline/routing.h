/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The routes inside a sub-device: which stream of a sink pad leaves it as which stream of a source pad. */
#ifndef PIPELINE_ROUTING_H
#define PIPELINE_ROUTING_H

#include "device/device.h"
#include "device/subdev_streams.h"

struct routing {
	bool is_known; /* its pads have streams; else what comes in goes out, all of it stream 0 */
	struct subdev_route *routes;
	unsigned n;
};

/* Reads the routes of an open sub-device, and gives the open node the same ones to try formats with, which
 * changes nothing of the hardware. Where the sub-device has no streams, or the kernel keeps them from
 * programs, they are not known. Returns 0 or -ENOMEM, logged. */
int routing_read(struct routing *routing, struct device *subdev);
void routing_free(struct routing *routing);

/* Sets *stream to the first one from it on that an active route has on the pad. Returns false where there is
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
