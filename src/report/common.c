/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts of the report that recordings, playbacks and measurements share. */
#include "report/common.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/resource.h>
#include "base/array.h"
#include "base/json.h"
#include "base/terminal.h"
#include "base/text.h"

#define LABEL_WIDTH 10

void report_line(FILE *out, const char *label, const char *format, ...)
{
	va_list arguments;
	char *text;
	int n;

	va_start(arguments, format);
	n = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (n < 0)
		return;
	text_clean(text, "");
	fprintf(out, "%-*s", LABEL_WIDTH, label);
	terminal_wrap(out, terminal_width(out), LABEL_WIDTH, text);
	free(text);
}

char *report_join(struct json_object *array, char *text, size_t size)
{
	size_t n = array ? json_object_array_length(array) : 0;

	for (size_t i = 0; i < n; i++)
		text_join(text, size, ", ", "%s",
			  json_object_get_string(json_object_array_get_idx(array, i)));
	return text;
}

struct json_object *report_flags_json(const struct flag_name *names, uint64_t flags)
{
	struct json_object *array = json_object_new_array();
	char other[FLAG_TEXT_MAX];
	const char *name;

	while ((name = flags_next(names, &flags, other)))
		json_object_array_add(array, json_object_new_string(name));
	return array;
}

void report_state_json(struct json_object *status, enum run_state state, enum run_end end)
{
	json_add_text(status, "state", run_state_name(state));
	if (state == RUN_ENDED)
		json_add_text(status, "end", end_name(end));
}

struct json_object *report_device_json(const struct device *device)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "path", device->path);
	json_add_text(object, "driver", (const char *)device->info.driver);
	json_add_text(object, "card", (const char *)device->info.card);
	json_add_text(object, "bus", (const char *)device->info.bus_info);
	return object;
}

struct json_object *report_format_json(const struct video_format *format)
{
	struct json_object *object = json_object_new_object();
	struct json_object *lines = json_object_new_array(), *sizes = json_object_new_array();
	char fourcc[FOURCC_TEXT_MAX], fps[FRACTION_TEXT_MAX];

	json_add_text(object, "pixelformat", fourcc_text(format->fourcc, fourcc));
	json_add_count(object, "width", format->width);
	json_add_count(object, "height", format->height);
	if (format->field > FIELD_NONE)
		json_add_text(object, "field", video_field_name(format->field));
	if (format->fps.num)
		json_add_text(object, "fps", fraction_text(format->fps, fps));
	json_add_count(object, "planes", format->n_planes);
	for (uint32_t i = 0; i < format->n_planes; i++) {
		json_object_array_add(lines, json_object_new_uint64(format->bytesperline[i]));
		json_object_array_add(sizes, json_object_new_uint64(format->sizeimage[i]));
	}
	json_object_object_add(object, "bytesperline", lines);
	json_object_object_add(object, "sizeimage", sizes);
	return object;
}

struct json_object *report_pool_json(const struct pool_info *pool)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "requested_min", pool->requested.min);
	json_add_count(object, "requested_max", pool->requested.max);
	json_add_count(object, "min", pool->min);
	json_add_count(object, "max", pool->max);
	if (pool->streams) {
		json_add_count(object, "granted", pool->granted);
		json_add_count(object, "allocated", pool->allocated);
	}
	json_add_bool(object, "can_allocate", pool->can_allocate);
	json_add_count(object, "driver_min", pool->driver_min);
	json_add_count(object, "copy_threshold", pool->copy_threshold);
	json_add_count(object, "min_latency", pool->min_latency);
	json_add_count(object, "max_latency", pool->max_latency);
	json_add_bool(object, "config_changed", pool->config_changed);
	return object;
}

void report_setup_text(const struct report *report, FILE *out)
{
	const struct video_format *format = report->format;
	const struct pool_info *pool = &report->pool;
	const char *field = format->field > FIELD_NONE ? video_field_name(format->field) : "";
	char fourcc[FOURCC_TEXT_MAX], fps[32] = "", buffers[64] = "";

	report_line(out, "device", "%s (%.16s, %.32s)", report->device->path,
		    (const char *)report->device->info.driver, (const char *)report->device->info.card);
	if (format->fps.num)
		snprintf(fps, sizeof fps, " at %.6g fps", fraction_value(format->fps));
	if (pool->streams)
		snprintf(buffers, sizeof buffers, ", %" PRIu32 " buffers (%" PRIu32 " requested)",
			 pool->allocated, pool->requested.min);
	report_line(out, "format", "%s %" PRIu32 "x%" PRIu32 "%s%s%s; io %s%s",
		    fourcc_text(format->fourcc, fourcc), format->width, format->height, *field ? " " : "",
		    field, fps, pool->io, buffers);
}

static const struct {
	const char *name;
	double quantile;
} quantiles[] = { { "min", 0 }, { "p50", 0.50 }, { "p95", 0.95 }, { "p99", 0.99 }, { "max", 1 } };

struct json_object *report_stats_json(const struct stats *ns)
{
	struct json_object *object = json_object_new_object();

	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++)
		json_add_number(object, quantiles[i].name,
				(double)stats_quantile(ns, quantiles[i].quantile) / 1e3, 1);
	return object;
}

void report_stats_text(const char *label, const struct stats *ns, FILE *out)
{
	char text[160] = "";

	if (!ns->count)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++)
		text_join(text, sizeof text, ", ", "%s %.3f", quantiles[i].name,
			  (double)stats_quantile(ns, quantiles[i].quantile) / 1e6);
	report_line(out, label, "%s ms", text);
}

static double seconds_of(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

void report_take_times(struct report *report)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) < 0)
		return;
	report->user_s = seconds_of(usage.ru_utime);
	report->sys_s = seconds_of(usage.ru_stime);
}

static struct json_object *time_json(const struct report *report, const struct report_times *times)
{
	struct json_object *object = json_object_new_object();

	json_add_number(object, "wall_s", (double)times->wall_ns / 1e9, 3);
	json_add_number(object, "user_s", report->user_s, 3);
	json_add_number(object, "sys_s", report->sys_s, 3);
	if (times->first_frame_ns > 0)
		json_add_number(object, "first_frame_ms", (double)times->first_frame_ns / 1e6, 1);
	return object;
}

static void add_rate_truth(struct json_object *object, const struct rate_truth *rate)
{
	if (rate->has_drift) {
		json_add_number(object, "drift_ppm", rate->drift_ppm, 1);
		json_add_number(object, "drift_error_ppm", rate->error_ppm, 1);
	}
	if (rate->is_other) {
		json_add_text(object, "cause", rate->obstacle.cause);
		json_add_text(object, "cure", rate->obstacle.cure);
	}
}

void report_add_rate(struct json_object *object, const char *key, const struct rate_truth *rate)
{
	struct json_object *known;

	if (!rate->is_other && !rate->has_drift)
		return;
	known = json_object_new_object();
	add_rate_truth(known, rate);
	json_object_object_add(object, key, known);
}

/* Left out where no rate is known. */
static void add_fps(struct json_object *parent, const struct report *report, const struct report_times *times)
{
	struct json_object *object = json_object_new_object();

	if (report->fps_requested.num)
		json_add_number(object, "requested", fraction_value(report->fps_requested), 3);
	if (report->format->fps.num)
		json_add_number(object, "negotiated", fraction_value(report->format->fps), 3);
	if (times->measured_fps > 0)
		json_add_number(object, "measured", times->measured_fps, 3);
	if (times->rate)
		add_rate_truth(object, times->rate);
	if (json_object_object_length(object))
		json_object_object_add(parent, "fps", object);
	else
		json_object_put(object);
}

/* The requested, negotiated and measured rates, the drift, and the cause of a lower rate. */
static void print_rates(const struct report *report, const struct report_times *times, FILE *out)
{
	const struct rate_truth *rate = times->rate;
	char text[160] = "", drift[RATE_DRIFT_TEXT_MAX] = "";

	if (report->fps_requested.num)
		text_join(text, sizeof text, ", ", "%.6g fps requested",
			  fraction_value(report->fps_requested));
	if (report->format->fps.num)
		text_join(text, sizeof text, ", ", "%.6g fps negotiated",
			  fraction_value(report->format->fps));
	if (times->measured_fps > 0)
		text_join(text, sizeof text, ", ", "%.3f fps measured", times->measured_fps);
	if (rate && *rate_truth_drift_text(rate, drift))
		text_join(text, sizeof text, "; ", "%s", drift);
	if (*text)
		report_line(out, "rate", "%s", text);
	if (rate && rate->is_other)
		report_line(out, "", "%s; %s", rate->obstacle.cause, rate->obstacle.cure);
}

void report_times_text(const struct report *report, const struct report_times *times, FILE *out)
{
	report_line(out, "time", "%.3f s; processor %.3f s (user %.3f, system %.3f)",
		    (double)times->wall_ns / 1e9, report->user_s + report->sys_s, report->user_s,
		    report->sys_s);
	print_rates(report, times, out);
}

struct json_object *report_json(const struct report *report, const struct report_times *times)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "version", V4L2Q_VERSION);
	json_add_text(object, "command", report->command);
	json_object_object_add(object, "device", report_device_json(report->device));
	json_object_object_add(object, "format", report_format_json(report->format));
	json_add_text(object, "io", report->pool.io);
	json_object_object_add(object, "pool", report_pool_json(&report->pool));
	json_object_object_add(object, "time", time_json(report, times));
	add_fps(object, report, times);
	return object;
}
