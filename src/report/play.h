/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of a playback. */
#ifndef REPORT_PLAY_H
#define REPORT_PLAY_H

#include "report/common.h"
#include "session/playback.h"

struct json_object *report_play_json(const struct report *report, const struct playback *playback);
void report_play_text(const struct report *report, const struct playback *playback, FILE *out);

#endif
