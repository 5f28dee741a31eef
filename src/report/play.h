/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of a playback. */
#ifndef REPORT_PLAY_H
#define REPORT_PLAY_H

#include "report/common.h"
#include "session/playback.h"
#include "session/setup.h"

/* The argument of the functions below, with the CPU time used so far. */
struct report report_of_playback(const struct setup *setup, struct fraction fps_requested);
struct json_object *report_play_json(const struct report *report, const struct playback *playback);
/* For a playback in progress; without the node. */
struct json_object *report_play_status_json(const struct report *report, const struct playback *playback);
void report_play_text(const struct report *report, const struct playback *playback, FILE *out);

#endif
