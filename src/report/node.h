/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of the report on a codec or converter node: what it converts, and how frames get there. */
#ifndef REPORT_NODE_H
#define REPORT_NODE_H

#include <json-c/json.h>
#include <stdio.h>
#include "m2m/m2m.h"
#include "queue/pool_link.h"

struct report_node {
	const struct m2m *m2m;
	const struct video_format *taken, *given;
	const struct pool_link *link;
	const char *link_name; /* "to the device" */
	uint64_t n_damaged;    /* of its frames: marked as damaged by the driver */
};

/* Its key in the report: "decoder" or "converter". */
const char *report_node_key(const struct report_node *node);
struct json_object *report_node_json(const struct report_node *node);
void report_node_text(const struct report_node *node, FILE *out);

#endif
