/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of a relay. */
#include "report/relay.h"

#include <inttypes.h>
#include "base/json.h"
#include "base/text.h"
#include "report/node.h"

static uint64_t shown_without_copy(const struct relay *relay)
{
	return relay->played > relay->copied ? relay->played - relay->copied : 0;
}

static struct json_object *relay_frames_json(const struct relay *relay)
{
	struct json_object *object = json_object_new_object(), *lost = json_object_new_object();

	json_add_count(object, "read", relay->read);
	json_add_count(object, "played", relay->played);
	json_add_count(object, "dropped", relay->dropped);
	json_add_count(object, "copied", relay->copied);
	json_add_count(object, "zero_copy", shown_without_copy(relay));
	json_add_count(lost, "driver", relay->ledger.lost_driver);
	json_add_count(lost, "error", relay->ledger.lost_error);
	json_add_count(lost, "queue", relay->ledger.lost_queue);
	if (relay->ledger.lost_codec)
		json_add_count(lost, "codec", relay->ledger.lost_codec);
	json_object_object_add(object, "lost", lost);
	return object;
}

static struct json_object *relay_bytes_json(const struct relay *relay)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "played", relay->bytes_played);
	json_add_count(object, "copied", relay->bytes_copied);
	return object;
}

static struct json_object *relay_source_json(const struct relay *relay)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "changes", relay->source_changes);
	json_add_count(object, "interruptions", relay->source_interruptions);
	return object;
}

static struct json_object *timestamps_ahead_json(const struct relay *relay)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "ahead", relay->n_ahead);
	return object;
}

static struct json_object *input_device_json(const struct relay *relay)
{
	struct json_object *object = report_device_json(&relay->source.setup.device);

	json_object_object_add(object, "format", report_format_json(&relay->source.setup.format));
	json_add_text(object, "io", relay->source_pool.io);
	json_object_object_add(object, "pool", report_pool_json(&relay->source_pool));
	report_add_rate(object, "rate", &relay->source_rate);
	return object;
}

static struct report_times relay_times(const struct relay *relay)
{
	return (struct report_times){ relay->wall_ns, relay->first_frame_ns, relay->measured_fps,
				      &relay->sink_rate };
}

static struct report_node relay_node_of(const struct relay *relay)
{
	const struct relay_node *node = &relay->node;

	return (struct report_node){
		&node->m2m, &node->taken, &node->given, &node->link, "from the input", 0
	};
}

struct report report_of_relay(const struct relay *relay, struct fraction fps_requested)
{
	struct report report = {
		.command = "play",
		.device = &relay->sink.setup.device,
		.format = &relay->sink.setup.format,
		.fps_requested = fps_requested,
		.pool = relay->sink_pool,
	};

	report_take_times(&report);
	return report;
}

static struct json_object *relay_json_so_far(const struct report *report, const struct relay *relay)
{
	struct report_times times = relay_times(relay);
	struct json_object *object = report_json(report, &times);

	json_object_object_add(object, "frames", relay_frames_json(relay));
	json_object_object_add(object, "bytes", relay_bytes_json(relay));
	json_add_text(object, "relay", relay->link.text);
	if (*relay->link.reasons)
		json_add_text(object, "relay_why", relay->link.reasons);
	if (relay->latency_ns.count)
		json_object_object_add(object, "latency_us", report_stats_json(&relay->latency_ns));
	if (relay->n_ahead)
		json_object_object_add(object, "timestamps", timestamps_ahead_json(relay));
	if (relay->interval_ns.count)
		json_object_object_add(object, "interval_us", report_stats_json(&relay->interval_ns));
	if (relay->source_changes || relay->source_interruptions)
		json_object_object_add(object, "source", relay_source_json(relay));
	json_object_object_add(object, "input", input_device_json(relay));
	return object;
}

struct json_object *report_relay_status_json(const struct report *report, const struct relay *relay)
{
	struct json_object *object = relay_json_so_far(report, relay);

	report_state_json(object, relay->state, relay->end);
	return object;
}

struct json_object *report_relay_json(const struct report *report, const struct relay *relay)
{
	struct json_object *object = relay_json_so_far(report, relay);
	struct report_node node = relay_node_of(relay);

	if (relay->options.convert_device)
		json_object_object_add(object, report_node_key(&node), report_node_json(&node));
	json_add_text(object, "end", end_name(relay->end));
	return object;
}

static void print_relayed_frames(const struct relay *relay, FILE *out)
{
	char text[300] = "", bytes[BYTES_TEXT_MAX];

	text_add(text, sizeof text, "%" PRIu64 " read, %" PRIu64 " played; %" PRIu64 " without a copy",
		 relay->read, relay->played, shown_without_copy(relay));
	if (relay->copied)
		text_add(text, sizeof text, ", %" PRIu64 " %s (%s)", relay->copied,
			 relay->converts ? "converted" : "copied", bytes_text(relay->bytes_copied, bytes));
	report_line(out, "frames", "%s", text);
	*text = '\0';
	if (relay->ledger.lost_codec)
		text_add(text, sizeof text, ", %" PRIu64 " that could not be decoded",
			 relay->ledger.lost_codec);
	report_line(out, "lost",
		    "%" PRIu64 " dropped for a newer one, %" PRIu64 " by the driver, %" PRIu64
		    " damaged, %" PRIu64 " for want of buffers%s",
		    relay->dropped, relay->ledger.lost_driver, relay->ledger.lost_error,
		    relay->ledger.lost_queue, text);
}

void report_relay_text(const struct report *report, const struct relay *relay, FILE *out)
{
	const struct device *source = &relay->source.setup.device;
	const struct video_format *format = &relay->source.setup.format;
	struct report_times times = relay_times(relay);
	struct report_node node = relay_node_of(relay);
	char fourcc[FOURCC_TEXT_MAX], drift[RATE_DRIFT_TEXT_MAX], both[RATE_RELAY_TEXT_MAX];

	report_setup_text(report, out);
	rate_truth_drift_text(&relay->source_rate, drift);
	report_line(out, "input", "%s (%.16s, %.32s): %s %" PRIu32 "x%" PRIu32 "; io %s%s%s", source->path,
		    (const char *)source->info.driver, (const char *)source->info.card,
		    fourcc_text(format->fourcc, fourcc), format->width, format->height, relay->source_pool.io,
		    *drift ? "; " : "", drift);
	if (*rate_truth_relay_text(&relay->source_rate, &relay->sink_rate, both))
		report_line(out, "", "%s", both);
	if (relay->source_rate.is_other)
		report_line(out, "", "%s; %s", relay->source_rate.obstacle.cause,
			    relay->source_rate.obstacle.cure);
	if (relay->options.convert_device)
		report_node_text(&node, out);
	report_line(out, "relay", "%s%s%s", relay->link.text, *relay->link.reasons ? "; " : "",
		    relay->link.reasons);
	print_relayed_frames(relay, out);
	report_stats_text("latency", &relay->latency_ns, out);
	if (relay->n_ahead)
		report_line(out, relay->latency_ns.count ? "" : "latency",
			    "of %" PRIu64 " frames not known: their timestamps were ahead of the clock",
			    relay->n_ahead);
	report_stats_text("interval", &relay->interval_ns, out);
	report_times_text(report, &times, out);
	if (relay->source_changes || relay->source_interruptions)
		report_line(out, "source", "%" PRIu64 " changes of format, %" PRIu64 " interruptions",
			    relay->source_changes, relay->source_interruptions);
	report_line(out, "end", "%s", end_name(relay->end));
}
