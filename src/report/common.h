/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parts of the report that recordings, playbacks and measurements share. The manual pages list the JSON keys;
 * the caller calls json_object_put() for every object that is returned.
 */
#ifndef REPORT_COMMON_H
#define REPORT_COMMON_H

#include <stdio.h>
#include <json-c/json.h>
#include "base/flags.h"
#include "base/stats.h"
#include "device/device.h"
#include "queue/pool.h"
#include "session/end.h"
#include "session/rate_truth.h"
#include "session/run_state.h"

/* Inputs of the report. */
struct report {
	const char *command;
	const struct device *device;
	const struct video_format *format;
	struct fraction fps_requested; /* 0/0: none */
	struct pool_info pool;
	double user_s, sys_s; /* CPU time of this process, see report_take_times() */
};

struct report_times {
	int64_t wall_ns, first_frame_ns; /* from the start; first frame 0: none came */
	double measured_fps;             /* 0: unknown */
	const struct rate_truth *rate;   /* NULL: not known */
};

/* Sets user_s and sys_s to the times used so far. */
void report_take_times(struct report *report);

/* The keys from "version" to "fps". */
struct json_object *report_json(const struct report *report, const struct report_times *times);
/* Adds "state" to the status of a run, and "end" after it has ended. */
void report_state_json(struct json_object *status, enum run_state state, enum run_end end);
struct json_object *report_device_json(const struct device *device);
struct json_object *report_format_json(const struct video_format *format);
struct json_object *report_pool_json(const struct pool_info *pool);
/* Adds the drift of the device's clock, and a rate that differs from the negotiated one. Does nothing if
 * neither is known. */
void report_add_rate(struct json_object *object, const char *key, const struct rate_truth *rate);
struct json_object *report_flags_json(const struct flag_name *names,
				      uint64_t flags);         /* an array of strings */
struct json_object *report_stats_json(const struct stats *ns); /* in microseconds */

/* Prints a line of the text report: the label, and the text, wrapped to the width of the terminal. */
void report_line(FILE *out, const char *label, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Appends the strings of an array, which may be NULL, to the list in text[size]. Returns text. */
char *report_join(struct json_object *array, char *text, size_t size);
void report_setup_text(const struct report *report, FILE *out);
void report_times_text(const struct report *report, const struct report_times *times, FILE *out);
void report_stats_text(const char *label, const struct stats *ns, FILE *out);

#endif
