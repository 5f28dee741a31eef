/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a run came to: as one JSON object, and for people. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdio.h>
#include <json-c/json.h>
#include "device/device.h"
#include "queue/pool.h"
#include "session/playback.h"
#include "session/record.h"

struct report {
	const char *command;
	const struct device *device;
	const struct video_format *format;
	struct fraction fps_requested; /* 0/0: none */
	const struct pool *pool;
	const struct recording *recording; /* one of these two, NULL the other */
	const struct playback *playback;
	double user_s, sys_s; /* processor time of this process */
};

/* user_s and sys_s, as they are now. */
void report_take_times(struct report *report);

/* The keys are the contract of the manual. The object is the caller's to json_object_put(). */
struct json_object *report_json(const struct report *report);
void report_text(const struct report *report, FILE *out);

/* Parts of it, for commands that have more to say. */
struct json_object *report_device_json(const struct device *device);
struct json_object *report_format_json(const struct video_format *format);
struct json_object *report_pool_json(const struct pool *pool);
struct json_object *report_stats_json(const struct stats *ns); /* in microseconds */

/* How long it took, whatever it was. */
struct report_run {
	int64_t wall_ns, first_frame_ns;
	double measured_fps;
};
struct report_run report_run(const struct report *report);

#define REPORT_LABEL "%-9s "
void report_stats_text(const char *label, const struct stats *ns, FILE *out);
void report_run_text(const struct report *report, FILE *out);

/* What only a playback has. */
void report_playback_json(struct json_object *object, const struct playback *playback);
void report_playback_text(const struct report *report, FILE *out);

#endif
