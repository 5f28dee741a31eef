/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The media graph of the simulated device (pipeline=), after vimc's: two sensors, one with a lens and a
 * flash, a debayer, a scaler, and a node for raw pictures; with routing= also a deserializer and a receiver
 * behind the sensors, as for cameras in cars. */
#ifndef SIM_MEDIA_INTERNAL_H
#define SIM_MEDIA_INTERNAL_H

#include "device/subdev_streams.h"
#include "sim/sim_internal.h"

enum sim_entity {
	SIM_SENSOR_A,
	SIM_SENSOR_B,
	SIM_DEBAYER,
	SIM_SCALER,
	SIM_NODE,
	SIM_RAW,
	SIM_LENS,
	SIM_FLASH,
	SIM_DESERIALIZER, /* those with routes */
	SIM_RECEIVER,
	SIM_N_ENTITIES
};
enum sim_pad {
	SIM_PAD_SENSOR_A,
	SIM_PAD_SENSOR_B,
	SIM_PAD_DEBAYER_SINK,
	SIM_PAD_DEBAYER_SOURCE,
	SIM_PAD_SCALER_SINK,
	SIM_PAD_SCALER_SOURCE,
	SIM_PAD_NODE,
	SIM_PAD_RAW,
	SIM_PAD_DESERIALIZER_A,
	SIM_PAD_DESERIALIZER_B,
	SIM_PAD_DESERIALIZER_SOURCE,
	SIM_PAD_RECEIVER_SINK,
	SIM_PAD_RECEIVER_PICTURES,
	SIM_PAD_RECEIVER_RAW,
	SIM_PAD_DESERIALIZER_SOURCE_1, /* second streams of pads above */
	SIM_PAD_RECEIVER_SINK_1,
	SIM_PAD_DESERIALIZER_B_1,
	SIM_N_PADS
};
enum sim_link {
	SIM_LINK_SENSOR_A, /* to SIM_LINK_RAW: without routing= */
	SIM_LINK_SENSOR_B,
	SIM_LINK_RAW,
	SIM_LINK_DEBAYER,
	SIM_LINK_SCALER,
	SIM_LINK_DESERIALIZER_A, /* to the end: with routing= */
	SIM_LINK_DESERIALIZER_B,
	SIM_LINK_RECEIVER,
	SIM_LINK_RECEIVER_PICTURES,
	SIM_LINK_RECEIVER_RAW,
	SIM_LINK_RECEIVER_1, /* a second stream of SIM_LINK_RECEIVER */
	SIM_N_LINKS
};
#define SIM_N_SUBDEV_CONTROLS 4
#define SIM_ROUTES_MAX 4

/* The routes of a deserializer or receiver. */
struct sim_routing {
	struct subdev_route routes[SIM_ROUTES_MAX];
	uint32_t n;
};

/* The formats of the pads: active, or the TRY formats of an open node. */
struct sim_pads {
	struct v4l2_mbus_framefmt formats[SIM_N_PADS];
	struct v4l2_rect crop, compose; /* of the scaler's sink */
	struct sim_routing routing[SIM_N_ENTITIES];
};

/* Freed with the last of its nodes, which may stay open longer than the simulated device. */
struct sim_media {
	unsigned n_users;
	uint32_t kind; /* SIM_PIPELINE_* */
	uint32_t link_flags[SIM_N_LINKS];
	struct sim_pads active;
	uint32_t subdevs;                 /* SIM_SUBDEVS_* */
	uint32_t routing;                 /* SIM_ROUTING_* */
	bool format_resets;               /* S_FMT of a sensor resets its rate */
	struct fraction fps, initial_fps; /* of the sensors; 0/1: see fps= */
	struct v4l2_pix_format raw;       /* of the second video node */
	int32_t controls[SIM_N_ENTITIES][SIM_N_SUBDEV_CONTROLS];
};

/* An open node: of a sub-device, or the media device. */
struct sim_part {
	struct sim_media *media;
	int entity;               /* enum sim_entity; -1: the media device */
	bool knows_streams;       /* it has set V4L2_SUBDEV_CLIENT_CAP_STREAMS, or need not */
	struct sim_pads try_pads; /* V4L2_SUBDEV_FORMAT_TRY */
};

extern const struct sim_media_pad {
	int entity;
	uint32_t index, flags; /* MEDIA_PAD_FL_* */
	uint32_t stream;
} sim_media_pads[SIM_N_PADS];
/* Finds the pad of an entity, or one of its streams; -1: there is none. */
int sim_media_pad(int entity, uint32_t index, uint32_t stream);

/* media_node.c: sets the format of the second video node to what it is sent; whether that is its format; its
 * ioctls. */
void sim_media_node_fit(struct sim_media *media, const struct v4l2_mbus_framefmt *sent);
bool sim_media_node_fits(const struct sim_media *media, const struct v4l2_mbus_framefmt *sent);
int sim_media_node_ioctl(struct sim_media *media, unsigned long request, void *argument);

/* subdev_routing.c: initialises the active routes, and the TRY routes of a node. */
void sim_routing_init(struct sim_media *media);
void sim_routing_open(struct sim_part *part);
/* The pad at the other end of an active route; -1: there is none. */
int sim_routing_opposite(const struct sim_pads *pads, int pad);
/* Whether the source of a link sends each stream that a route inside its sink's entity begins with. */
bool sim_routing_is_sent(const struct sim_pads *pads, int source, int sink);
/* The pad that an ioctl selects; -EINVAL: there is none. */
int sim_routing_pad(const struct sim_part *part, const struct sim_pads *pads, uint32_t index,
		    uint32_t stream);
int sim_routing_querycap(struct sim_part *part, void *argument, bool set);
int sim_routing_client_cap(struct sim_part *part, void *argument, bool set);
int sim_routing_routes(struct sim_part *part, void *argument, bool set);
int sim_routing_routes_6_3(struct sim_part *part, void *argument, bool set);

/* subdev.c: sets the pads to default formats that match the node's along the pipeline. */
void sim_subdev_init(struct sim_media *media, const struct video_format *format);
/* The ioctls of a sub-device. Returns 0 or a negative errno. */
int sim_subdev_ioctl(struct sim_part *part, unsigned long request, void *argument);

#endif
