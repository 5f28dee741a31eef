/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report as one JSON object. */
#include "report/report.h"

#include <sys/resource.h>
#include "base/json.h"
#include "base/array.h"

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

struct json_object *report_device_json(const struct device *device)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "path", device->path);
	json_add_text(object, "driver", (const char *)device->info.driver);
	json_add_text(object, "card", (const char *)device->info.card);
	json_add_text(object, "bus", (const char *)device->info.bus_info);
	return object;
}

struct json_object *report_stats_json(const struct stats *ns)
{
	static const struct {
		const char *key;
		double quantile;
	} quantiles[] = { { "p50", 0.50 }, { "p95", 0.95 }, { "p99", 0.99 } };
	struct json_object *object = json_object_new_object();

	json_add_number(object, "min", (double)ns->min / 1e3, 1);
	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++)
		json_add_number(object, quantiles[i].key,
				(double)stats_quantile(ns, quantiles[i].quantile) / 1e3, 1);
	json_add_number(object, "max", (double)ns->max / 1e3, 1);
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

struct json_object *report_pool_json(const struct pool *pool)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "requested_min", pool->requested.min);
	json_add_count(object, "requested_max", pool->requested.max);
	json_add_count(object, "min", pool->min);
	json_add_count(object, "max", pool->max);
	if (!pool->limits.reads) {
		json_add_count(object, "granted", pool->granted);
		json_add_count(object, "allocated", pool_allocated(pool));
	}
	json_add_bool(object, "can_allocate", pool->allocator.can_allocate);
	json_add_count(object, "driver_min", pool->limits.driver_min);
	json_add_count(object, "copy_threshold", pool->copy_threshold);
	json_add_count(object, "min_latency", pool->min_latency);
	json_add_count(object, "max_latency", pool->max_latency);
	json_add_bool(object, "config_changed", pool->config_changed);
	return object;
}

static void add_if_any(struct json_object *object, const char *key, uint64_t count)
{
	if (count)
		json_add_count(object, key, count);
}

static struct json_object *frames_json(const struct ledger *ledger)
{
	struct json_object *object = json_object_new_object(), *lost = json_object_new_object();

	json_add_count(object, "captured", ledger->captured);
	json_add_count(object, "written", ledger->written);
	add_if_any(object, "skipped", ledger->skipped);
	add_if_any(object, "repeated", ledger->repeated);
	add_if_any(object, "unnumbered", ledger->unnumbered);
	json_add_count(object, "copied", ledger->copied);
	json_add_count(object, "zero_copy", ledger->zero_copy);
	json_add_count(lost, "driver", ledger->lost_driver);
	json_add_count(lost, "error", ledger->lost_error);
	json_add_count(lost, "queue", ledger->lost_queue);
	json_add_count(lost, "writer", ledger->lost_writer);
	json_object_object_add(object, "lost", lost);
	return object;
}

static struct json_object *bytes_json(const struct ledger *ledger)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "captured", ledger->bytes_captured);
	json_add_count(object, "written", ledger->bytes_written);
	json_add_count(object, "copied", ledger->bytes_copied);
	return object;
}

struct report_run report_run(const struct report *report)
{
	const struct playback *playback = report->playback;
	const struct recording *recording = report->recording;

	return playback ? (struct report_run){ playback->wall_ns, playback->first_frame_ns,
					       playback->measured_fps }
			: (struct report_run){ recording->wall_ns, recording->first_frame_ns,
					       recording->measured_fps };
}

static struct json_object *time_json(const struct report *report)
{
	struct json_object *object = json_object_new_object();
	struct report_run run = report_run(report);

	json_add_number(object, "wall_s", (double)run.wall_ns / 1e9, 3);
	json_add_number(object, "user_s", report->user_s, 3);
	json_add_number(object, "sys_s", report->sys_s, 3);
	if (run.first_frame_ns > 0)
		json_add_number(object, "first_frame_ms", (double)run.first_frame_ns / 1e6, 1);
	return object;
}

static struct json_object *fps_json(const struct report *report)
{
	struct json_object *object = json_object_new_object();

	if (report->fps_requested.num)
		json_add_number(object, "requested", fraction_value(report->fps_requested), 3);
	if (report->format->fps.num)
		json_add_number(object, "negotiated", fraction_value(report->format->fps), 3);
	if (report_run(report).measured_fps > 0)
		json_add_number(object, "measured", report_run(report).measured_fps, 3);
	return object;
}

static struct json_object *outputs_json(const struct recording *recording)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < recording->n_files; i++) {
		struct json_object *object = json_object_new_object();

		json_add_text(object, "path", recording->files[i].path);
		json_add_text(object, "container", recording->files[i].container);
		json_add_text(object, "codec", recording->files[i].codec);
		json_add_count(object, "frames", recording->files[i].frames);
		json_add_count(object, "bytes", recording->files[i].bytes);
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *source_json(const struct recording *recording)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "changes", recording->source_changes);
	json_add_count(object, "interruptions", recording->source_interruptions);
	return object;
}

static void add_record(struct json_object *object, const struct recording *recording)
{
	struct json_object *queue = json_object_new_object();

	json_object_object_add(object, "frames", frames_json(&recording->ledger));
	json_object_object_add(object, "bytes", bytes_json(&recording->ledger));
	if (recording->latency_ns.count)
		json_object_object_add(object, "latency_us", report_stats_json(&recording->latency_ns));
	if (recording->interval_ns.count)
		json_object_object_add(object, "interval_us", report_stats_json(&recording->interval_ns));
	json_add_count(queue, "high_water_frames", recording->high_water.max_items);
	json_add_count(queue, "high_water_bytes", recording->high_water.max_bytes);
	json_object_object_add(object, "queue", queue);
	if (recording->source_changes + recording->source_interruptions)
		json_object_object_add(object, "source", source_json(recording));
	json_object_object_add(object, "output", outputs_json(recording));
	json_add_text(object, "end", end_name(recording->end));
}

struct json_object *report_json(const struct report *report)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "version", V4L2Q_VERSION);
	json_add_text(object, "command", report->command);
	json_object_object_add(object, "device", report_device_json(report->device));
	json_object_object_add(object, "format", report_format_json(report->format));
	json_add_text(object, "io", pool_io_name(report->pool));
	json_object_object_add(object, "pool", report_pool_json(report->pool));
	json_object_object_add(object, "time", time_json(report));
	json_object_object_add(object, "fps", fps_json(report));
	if (report->playback)
		report_playback_json(object, report->playback);
	else
		add_record(object, report->recording);
	return object;
}
