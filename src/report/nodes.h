/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of 'v4l2q list'. */
#ifndef REPORT_NODES_H
#define REPORT_NODES_H

#include <json-c/json.h>

/* Queries every node. Returns 0 and an object to json_object_put(), or a negative errno, not logged. */
int report_nodes_read(struct json_object **result);
/* Prints the object in plain text on standard output. */
void report_nodes_print(struct json_object *object);

#endif
