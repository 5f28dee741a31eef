/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the two files about a playback's node share: opening it, and running it. */
#ifndef SESSION_PLAY_NODE_INTERNAL_H
#define SESSION_PLAY_NODE_INTERNAL_H

#include "session/play_node.h"

/* Gives a frame of the reader's to OUTPUT. Returns as pool_try_queue(). */
int play_node_feed(struct play_node *node, struct frame *frame);

/* When the node will have answered nothing for too long; 0: never. */
static inline int64_t play_node_deadline(const struct play_node *node)
{
	return node->stall_ns ? node->progress_ns + node->stall_ns : 0;
}

#endif
