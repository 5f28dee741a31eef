/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory-to-memory nodes of this machine, and the formats that each converts. */
#include "m2m/m2m_find.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/log.h"
#include "base/log_capture.h"

static bool read_node(struct m2m_node *found, const struct node *node)
{
	struct log_capture captured;
	struct device device;
	int err;

	log_capture_begin(&captured);
	err = device_open(&device, node->path, DEVICE_NODE);
	log_capture_end(&captured, LOG_LEVEL_VERBOSE);
	if (err < 0)
		return false;
	snprintf(found->path, sizeof found->path, "%s", node->path);
	conversion_read(&device, &found->conversion);
	device_close(&device);
	return true;
}

int m2m_find(struct m2m_node **found)
{
	struct node *nodes;
	int n = nodes_list(&nodes), n_found = 0;

	if (n < 0) {
		log_error("/dev: %s", err_str(n));
		return n;
	}
	*found = calloc((size_t)n + 1, sizeof **found);
	for (int i = 0; *found && i < n; i++)
		if (nodes_is_m2m(nodes[i].caps))
			n_found += read_node(&(*found)[n_found], &nodes[i]);
	free(nodes);
	return *found ? n_found : log_no_memory();
}
