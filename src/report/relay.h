/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of a relay. */
#ifndef REPORT_RELAY_H
#define REPORT_RELAY_H

#include "report/common.h"
#include "session/relay.h"

/* The argument of the functions below, with the CPU time used so far. */
struct report report_of_relay(const struct relay *relay, struct fraction fps_requested);
struct json_object *report_relay_json(const struct report *report, const struct relay *relay);
/* For a relay in progress; without the node. */
struct json_object *report_relay_status_json(const struct report *report, const struct relay *relay);
void report_relay_text(const struct report *report, const struct relay *relay, FILE *out);

#endif
