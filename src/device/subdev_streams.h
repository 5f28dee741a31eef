/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Streams and routes of sub-devices (kernel documentation, "Streams, multiplexed media pads and internal
 * routing"), which headers before Linux 6.3 lack, and which those until 6.9 have in another layout.
 */
#ifndef DEVICE_SUBDEV_STREAMS_H
#define DEVICE_SUBDEV_STREAMS_H

#include <stdint.h>
#include <linux/v4l2-subdev.h>

/* The member of the structs of sub-devices' ioctls that says which stream of a pad is meant. */
#ifdef V4L2_SUBDEV_CAP_STREAMS
#define SUBDEV_STREAM stream
#else
#define SUBDEV_STREAM reserved[0]
#define V4L2_SUBDEV_CAP_STREAMS 0x2
#define V4L2_SUBDEV_ROUTE_FL_ACTIVE 0x1
#endif

/* Without this capability of the client the kernel ignores the stream and uses 0. */
#ifndef V4L2_SUBDEV_CLIENT_CAP_STREAMS
#define V4L2_SUBDEV_CLIENT_CAP_STREAMS UINT64_C(1)
#endif
#define SUBDEV_S_CLIENT_CAP _IOWR('V', 102, uint64_t)

struct subdev_route {
	uint32_t sink_pad, sink_stream, source_pad, source_stream, flags, reserved[5];
};

/* The layout before Linux 6.9 has no n; length is the number of routes. The size of the struct makes it
 * another ioctl number. */
struct subdev_routing {
	uint32_t which, length;
	uint64_t routes; /* pointer to `length` routes */
	uint32_t n, reserved[11];
};
#define SUBDEV_ROUTING_BYTES_6_3 40
#define SUBDEV_ROUTING_REQUEST(number, size) _IOC(_IOC_READ | _IOC_WRITE, 'V', number, size)
#define SUBDEV_G_ROUTING SUBDEV_ROUTING_REQUEST(38, sizeof(struct subdev_routing))
#define SUBDEV_S_ROUTING SUBDEV_ROUTING_REQUEST(39, sizeof(struct subdev_routing))
#define SUBDEV_G_ROUTING_6_3 SUBDEV_ROUTING_REQUEST(38, SUBDEV_ROUTING_BYTES_6_3)
#define SUBDEV_S_ROUTING_6_3 SUBDEV_ROUTING_REQUEST(39, SUBDEV_ROUTING_BYTES_6_3)

#endif
