/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of a relay. */
#ifndef REPORT_RELAY_H
#define REPORT_RELAY_H

#include "report/common.h"
#include "session/relay.h"

struct json_object *report_relay_json(const struct report *report, const struct relay *relay);
void report_relay_text(const struct report *report, const struct relay *relay, FILE *out);

#endif
