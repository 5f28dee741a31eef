/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The media graph that a video node is a part of: entities, their pads, and the links between pads (kernel
 * documentation, "Media Controller"). */
#ifndef PIPELINE_GRAPH_H
#define PIPELINE_GRAPH_H

#include <linux/media.h>
#include "device/controls/control_values.h"
#include "device/device.h"
#include "pipeline/routing.h"

struct entity {
	uint32_t id, function; /* MEDIA_ENT_F_* */
	char name[65];
	uint32_t interface; /* MEDIA_INTF_T_* of its node; 0: it has none */
	uint32_t major, minor;
	struct device device;         /* see graph_open_entity(); for a video node, its format only */
	struct routing routing;       /* of a sub-device that is open */
	struct control_value *former; /* former values of controls that were set */
};

struct pad {
	uint32_t id, index, flags; /* MEDIA_PAD_FL_* */
	struct entity *entity;
	uint32_t stream; /* stream of the pad, if the entity has routes; else 0 */
};

struct link {
	uint32_t flags; /* MEDIA_LNK_FL_* */
	const struct pad *source, *sink;
};

/* An entity that belongs to another without a link between pads: the lens or the flash of a sensor. */
struct ancillary {
	struct entity *entity, *of;
};

struct stream_link;
struct graph {
	struct device media;
	struct media_device_info info;
	struct entity *entities;
	struct pad *pads;
	struct link *links; /* between pads */
	struct ancillary *ancillaries;
	unsigned n_entities, n_pads, n_links, n_ancillaries;
	struct stream_link *streams;
	struct entity *node; /* of the video node */
};

/* Reads the graph of an open video node. Returns 0; -ENOENT if it has none or, with a warning, if the user
 * has no access to it; or another negative errno, logged. graph_close() must be called, also on failure. */
int graph_open(struct graph *graph, const struct device *node);
void graph_close(struct graph *graph);
/* Opens the entity's node, if it is a sub-device or another capture node than the graph's own and not open
 * yet. Returns 0; -ENOENT, with a warning, if the user has no access to it; or another negative errno,
 * logged. */
int graph_open_entity(struct graph *graph, struct entity *entity);
/* The link between the pads of one of its streams; for stream 0 the link itself. Lives as long as the graph.
 * NULL: no memory, logged. */
struct link *graph_stream_link(struct graph *graph, struct link *link, uint32_t stream);
/* Enables or disables a link. Returns 0 or a negative errno, logged. */
int graph_enable_link(struct graph *graph, struct link *link, bool on);

static inline bool entity_is_open(const struct entity *entity)
{
	return entity->device.ops && entity->device.fd >= 0;
}

/* Compares the pads, without their streams. */
static inline bool links_are_same(const struct link *a, const struct link *b)
{
	return a->source->id == b->source->id && a->sink->id == b->sink->id;
}

static inline bool link_is_enabled(const struct link *link)
{
	return link->flags & MEDIA_LNK_FL_ENABLED;
}

/* "\"Debayer A\":0", or, of another stream than the first, "\"Receiver\":0/1" into text, which is returned.
 */
#define PAD_TEXT_MAX 96
char *graph_pad_text(const struct pad *pad, char text[PAD_TEXT_MAX]);
/* "camera sensor": the function of an entity. */
const char *graph_function_text(uint32_t function);

#endif
