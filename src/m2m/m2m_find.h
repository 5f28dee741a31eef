/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory-to-memory nodes of this machine, and the formats that each converts. */
#ifndef M2M_M2M_FIND_H
#define M2M_M2M_FIND_H

#include "device/nodes/nodes.h"
#include "m2m/m2m.h"

struct m2m_node {
	char path[NODE_PATH_MAX];
	struct conversion conversion;
};

/* Lists those that can be opened, in numerical order. Returns their number, or a negative errno, logged; the
 * caller frees *nodes. */
int m2m_find(struct m2m_node **nodes);

#endif
