/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by play_node.c and play_node_run.c. */
#ifndef SESSION_PLAY_NODE_INTERNAL_H
#define SESSION_PLAY_NODE_INTERNAL_H

#include "session/play_node.h"

/* Queues a frame of the reader's at OUTPUT. Returns as pool_try_queue(). */
int play_node_feed(struct play_node *node, struct frame *frame);

/* When the node will have stalled; 0: never. */
static inline int64_t play_node_deadline(const struct play_node *node)
{
	return node->stall_ns ? node->progress_ns + node->stall_ns : 0;
}

#endif
