/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A converter node between the two devices of a relay: its OUTPUT queue takes the source's frames, by a link
 * of its own, and the relay's link takes what CAPTURE gives to the output device. */
#ifndef SESSION_RELAY_NODE_H
#define SESSION_RELAY_NODE_H

#include "m2m/m2m.h"
#include "media/read/crop.h"
#include "queue/pool_link.h"

/* Zero to begin with. */
struct relay_node {
	struct m2m m2m;
	struct video_format taken, given; /* of OUTPUT; of CAPTURE */
	struct pool_link link;            /* from the source to OUTPUT */
	struct buffer *converted;         /* the newest that it gave, for which the output has no room yet */
	uint64_t n_inside;                /* frames that it has not given back */
};

/* Sets OUTPUT to the source's format, and CAPTURE to that of the output device, of which a node fills another
 * size whole. Return 0 or a negative errno, logged: -ERANGE where the node has another format. */
int relay_node_take(struct relay_node *node, const struct video_format *source);
int relay_node_give(struct relay_node *node, const struct video_format *sink, enum scaling scaling);
/* Opens the node's pools, and joins both to the devices', which are open; `link` is from CAPTURE. Returns 0
 * or a negative errno, logged. */
int relay_node_open_pools(struct relay_node *node, struct pool *source, struct pool_link *link,
			  struct pool *sink);
/* How many buffers it keeps of the source's. */
uint32_t relay_node_keeps(struct relay_node *node);
void relay_node_close_pools(struct relay_node *node);

#endif
