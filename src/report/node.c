/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of the report on a codec or converter node. */
#include "report/node.h"

#include <inttypes.h>
#include <stdio.h>
#include "base/json.h"
#include "report/common.h"

const char *report_node_key(const struct report_node *node)
{
	return node->m2m->conversion.job == JOB_DECODER ? "decoder" : "converter";
}

struct json_object *report_node_json(const struct report_node *node)
{
	struct json_object *object = json_object_new_object();
	char fourcc[FOURCC_TEXT_MAX];

	json_add_text(object, "path", node->m2m->node.path);
	json_add_text(object, "driver", (const char *)node->m2m->node.info.driver);
	json_add_text(object, "from", fourcc_text(node->taken->fourcc, fourcc));
	json_add_text(object, "to", fourcc_text(node->given->fourcc, fourcc));
	json_add_text(object, "relay", node->link->text);
	if (*node->link->reasons)
		json_add_text(object, "relay_why", node->link->reasons);
	if (node->n_damaged)
		json_add_count(object, "damaged", node->n_damaged);
	return object;
}

void report_node_text(const struct report_node *node, FILE *out)
{
	const struct pool_link *link = node->link;
	char from[FOURCC_TEXT_MAX], to[FOURCC_TEXT_MAX], damaged[40] = "";

	if (node->n_damaged)
		snprintf(damaged, sizeof damaged, "; %" PRIu64 " damaged", node->n_damaged);
	report_line(out, report_node_key(node), "%s: %s into %s; %s: %s%s%s%s%s", node->m2m->node.path,
		    fourcc_text(node->taken->fourcc, from), fourcc_text(node->given->fourcc, to),
		    node->link_name, link->text, *link->reasons ? " (" : "", link->reasons,
		    *link->reasons ? ")" : "", damaged);
}
