/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of a relay. */
#ifndef REPORT_RELAY_H
#define REPORT_RELAY_H

#include "report/common.h"
#include "session/relay.h"

/* What the functions below are to be given, with the processor time until now. */
struct report report_of_relay(const struct relay *relay, struct fraction fps_requested);
struct json_object *report_relay_json(const struct report *report, const struct relay *relay);
/* Of a relay that is under way, but for the node. */
struct json_object *report_relay_status_json(const struct report *report, const struct relay *relay);
void report_relay_text(const struct report *report, const struct relay *relay, FILE *out);

#endif
