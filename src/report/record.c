/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of a recording. */
#include "report/record.h"

#include <inttypes.h>
#include "base/array.h"
#include "base/codec_name.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "report/node.h"

#define REPORT_LOST_MAX 400

/* For counts that are 0 in most recordings: leaves them out. */
static void add_if_any(struct json_object *object, const char *key, uint64_t count)
{
	if (count)
		json_add_count(object, key, count);
}

static struct json_object *record_frames_json(const struct ledger *ledger)
{
	struct json_object *object = json_object_new_object(), *lost = json_object_new_object();

	json_add_count(object, "captured", ledger->captured);
	json_add_count(object, "written", ledger->written);
	add_if_any(object, "skipped", ledger->skipped + ledger->not_triggered);
	add_if_any(object, "not_triggered", ledger->not_triggered);
	add_if_any(object, "before_key", ledger->before_key);
	add_if_any(object, "missing_fields", ledger->missing_fields);
	add_if_any(object, "second_fields", ledger->second_fields);
	add_if_any(object, "repeated", ledger->repeated);
	add_if_any(object, "unnumbered", ledger->unnumbered);
	json_add_count(object, "copied", ledger->copied);
	json_add_count(object, "zero_copy", ledger->zero_copy);
	json_add_count(lost, "driver", ledger->lost_driver);
	json_add_count(lost, "error", ledger->lost_error);
	json_add_count(lost, "queue", ledger->lost_queue);
	json_add_count(lost, "writer", ledger->lost_writer);
	add_if_any(lost, "codec", ledger->lost_codec);
	json_object_object_add(object, "lost", lost);
	return object;
}

/* Causes are in the order in which a frame passes them. Returns text. */
static char *lost_text(const struct ledger *ledger, char *text, size_t size)
{
	const struct {
		uint64_t count;
		const char *cause;
	} causes[] = {
		{ ledger->lost_driver, "by the driver (gaps in its sequence numbers)" },
		{ ledger->lost_error, "damaged or empty" },
		{ ledger->lost_queue, "for lack of buffers and memory (see --memory, --max-buffers)" },
		{ ledger->lost_codec,
		  "damaged so that they could not be decoded, or not given back by the encoder" },
		{ ledger->lost_writer, "not written to the file" },
	};

	*text = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++)
		if (causes[i].count)
			text_join(text, size, ", ", "%" PRIu64 " %s", causes[i].count, causes[i].cause);
	return text;
}

/* Appends to text. */
static void add_skipped(const struct recording *recording, char *text, size_t size)
{
	const struct ledger *ledger = &recording->ledger;
	uint64_t others = ledger->skipped - ledger->before_key, skip = recording->options.skip;
	uint64_t requested = others < skip ? others : skip;

	if (requested)
		text_add(text, size, ", %" PRIu64 " left out as requested", requested);
	if (ledger->before_key)
		text_add(text, size, ", %" PRIu64 " before the first key frame", ledger->before_key);
	if (others > requested)
		text_add(text, size, ", %" PRIu64 " after the end", others - requested);
	if (ledger->not_triggered)
		text_add(text, size, ", %" PRIu64 " for which no trigger came",
			 (uint64_t)ledger->not_triggered);
}

struct report report_of_recording(const struct recording *recording, struct fraction fps_requested)
{
	struct report report = {
		.command = "capture",
		.device = &recording->setup->device,
		.format = &recording->setup->format,
		.fps_requested = fps_requested,
		.pool = recording->pool_info,
	};

	report_take_times(&report);
	return report;
}

char *report_record_fates(const struct recording *recording, char text[REPORT_FATES_MAX])
{
	const struct ledger *ledger = &recording->ledger;
	char lost[REPORT_LOST_MAX];

	lost_text(ledger, lost, sizeof lost);
	snprintf(text, REPORT_FATES_MAX, "%" PRIu64 " came from the device", ledger->captured);
	if (recording->end == END_SIZE)
		text_add(text, REPORT_FATES_MAX, ", the first larger than --max-size allows");
	else
		add_skipped(recording, text, REPORT_FATES_MAX);
	if (*lost)
		text_add(text, REPORT_FATES_MAX, "; lost: %s", lost);
	return text;
}

static void print_record_frames(const struct recording *recording, FILE *out)
{
	const struct ledger *ledger = &recording->ledger;
	char text[256], bytes[BYTES_TEXT_MAX];

	snprintf(text, sizeof text, "%" PRIu64 " captured, %" PRIu64 " written", ledger->captured,
		 (uint64_t)ledger->written);
	add_skipped(recording, text, sizeof text);
	text_add(text, sizeof text, "; %" PRIu64 " without a copy", ledger->zero_copy);
	if (ledger->copied)
		text_add(text, sizeof text, ", %" PRIu64 " copied (%s)", ledger->copied,
			 bytes_text(ledger->bytes_copied, bytes));
	report_line(out, "frames", "%s", text);
}

static void print_lost(const struct ledger *ledger, FILE *out)
{
	uint64_t lost = ledger_lost(ledger);
	char text[REPORT_LOST_MAX];

	if (lost)
		report_line(out, "lost", "%" PRIu64 ": %s", lost, lost_text(ledger, text, sizeof text));
	else
		report_line(out, "lost", ledger->captured ? "none" : "none known");
}

/* Counts that are no losses, but hint at a fault of the driver or of fields. */
static void print_anomalies(const struct ledger *ledger, FILE *out)
{
	if (ledger->missing_fields)
		report_line(out, "", "%" PRIu64 " of the frames lacked a field, whose lines are the other's",
			    ledger->missing_fields);
	if (ledger->second_fields)
		report_line(out, "",
			    "%" PRIu64 " of them second fields, with the sequence number of the first",
			    ledger->second_fields);
	if (ledger->repeated)
		report_line(out, "", "%" PRIu64 " frames with a sequence number that another one had",
			    ledger->repeated);
	if (ledger->unnumbered)
		report_line(out, "", "%" PRIu64 " buffers without a frame", ledger->unnumbered);
}

static struct json_object *record_bytes_json(const struct ledger *ledger)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "captured", ledger->bytes_captured);
	json_add_count(object, "written", ledger->bytes_written);
	json_add_count(object, "copied", ledger->bytes_copied);
	return object;
}

static struct json_object *queue_json(const struct recording *recording)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "high_water_frames", recording->high_water.max_items);
	json_add_count(object, "high_water_bytes", recording->high_water.max_bytes);
	return object;
}

static struct json_object *timestamps_json(const struct recording *recording)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "replaced", recording->n_timestamps_replaced);
	json_add_text(object, "why", recording->timestamp_faults);
	return object;
}

static void print_queue(const struct recording *recording, FILE *out)
{
	char bytes[BYTES_TEXT_MAX];

	report_line(out, "queue", "at most %" PRIu64 " frame%s (%s) waited for the file",
		    recording->high_water.max_items, recording->high_water.max_items == 1 ? "" : "s",
		    bytes_text(recording->high_water.max_bytes, bytes));
}

static struct json_object *source_json(const struct recording *recording)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "changes", recording->source_changes);
	json_add_count(object, "interruptions", recording->source_interruptions);
	return object;
}

static void print_source(const struct recording *recording, FILE *out)
{
	report_line(out, "source", "%" PRIu64 " changes of format, %" PRIu64 " interruptions",
		    recording->source_changes, recording->source_interruptions);
}

static struct json_object *file_json(const struct output_file *file)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "path", file->path);
	json_add_text(object, "container", file->container);
	json_add_text(object, "codec", file->codec);
	if (file->pixel_format)
		json_add_text(object, "pixel_format", file->pixel_format);
	json_add_count(object, "frames", file->frames);
	json_add_count(object, "bytes", file->bytes);
	if (file->err < 0)
		json_add_text(object, "error", err_str(file->err));
	return object;
}

static struct json_object *files_json(const struct recording *recording)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < recording->n_files; i++)
		json_object_array_add(array, file_json(&recording->files[i]));
	return array;
}

static void print_files(const struct recording *recording, FILE *out)
{
	char bytes[BYTES_TEXT_MAX];

	for (size_t i = 0; i < recording->n_files; i++) {
		const struct output_file *file = &recording->files[i];

		report_line(out, i ? "" : "output", "%s: %s, %s%s%s, %" PRIu64 " frame%s, %s", file->path,
			    file->container, file->codec, file->pixel_format ? " " : "",
			    file->pixel_format ? file->pixel_format : "", file->frames,
			    file->frames == 1 ? "" : "s", bytes_text(file->bytes, bytes));
	}
}

static struct json_object *controls_json(struct m2m_encoder *encoder)
{
	struct json_object *object = json_object_new_object();

	for (const struct control_value *value = encoder->named; value; value = value->next)
		json_object_object_add(object, value->info.name,
				       json_object_new_int(controls_get(&encoder->m2m.node, value->info.id)));
	return object;
}

static struct report_node converter_node(const struct encoding *encoding)
{
	const struct m2m_encoder *encoder = &encoding->encoder;

	return (struct report_node){ .m2m = &encoder->m2m,
				     .taken = &encoder->raw,
				     .given = &encoder->coded,
				     .link = &encoding->link,
				     .link_name = "from the device" };
}

static struct json_object *encoder_json(struct encoding *encoding)
{
	struct json_object *object = json_object_new_object();
	struct m2m_encoder *encoder = &encoding->encoder;
	const struct pool *coded = encoder->m2m.capture_pool;
	const struct pool_info info = coded ? pool_info(coded) : encoding->coded_info;
	char codec[CODEC_NAME_MAX];

	json_add_text(object, "path", encoder->m2m.node.path);
	json_add_text(object, "driver", (const char *)encoder->m2m.node.info.driver);
	json_add_text(object, "codec", codec_name_text(encoder->fourcc, codec));
	json_add_bool(object, "imported", !encoding->link.copies);
	json_add_text(object, "link", encoding->link.text);
	if (*encoding->link.reasons)
		json_add_text(object, "why", encoding->link.reasons);
	json_object_object_add(object, "controls", controls_json(encoder));
	json_object_object_add(object, "pool", report_pool_json(&info));
	return object;
}

static void add_node_json(struct json_object *object, struct encoding *encoding)
{
	struct report_node node = converter_node(encoding);

	if (encoding_converts(encoding))
		json_object_object_add(object, report_node_key(&node), report_node_json(&node));
	else
		json_object_object_add(object, "encoder", encoder_json(encoding));
}

static void print_encoder(const struct encoding *encoding, FILE *out)
{
	const struct m2m_encoder *encoder = &encoding->encoder;
	const struct pool_link *link = &encoding->link;
	char codec[CODEC_NAME_MAX];

	report_line(out, "encoder", "%s (%s): %s; frames: %s%s%s%s", encoder->m2m.node.path,
		    (const char *)encoder->m2m.node.info.driver, codec_name_text(encoder->fourcc, codec),
		    link->text, *link->reasons ? " (" : "", link->reasons, *link->reasons ? ")" : "");
}

static void print_codec_node(const struct encoding *encoding, FILE *out)
{
	struct report_node node = converter_node(encoding);

	if (encoding_converts(encoding))
		report_node_text(&node, out);
	else
		print_encoder(encoding, out);
}

static struct encoding *first_of_nodes(const struct recording *recording)
{
	return recording->setup ? recording->setup->encoding : NULL;
}

static void add_nodes_json(struct json_object *object, const struct recording *recording)
{
	for (struct encoding *node = first_of_nodes(recording); node; node = node->next)
		add_node_json(object, node);
}

static void print_nodes(const struct recording *recording, FILE *out)
{
	for (const struct encoding *node = first_of_nodes(recording); node; node = node->next)
		print_codec_node(node, out);
}

static bool source_changed(const struct recording *recording)
{
	return recording->source_changes || recording->source_interruptions;
}

static struct report_times record_times(const struct recording *recording)
{
	return (struct report_times){ recording->wall_ns, recording->first_frame_ns, recording->measured_fps,
				      &recording->rate };
}

/* The part of the report that is available during the recording. */
static struct json_object *record_json_so_far(const struct report *report, const struct recording *recording)
{
	struct report_times times = record_times(recording);
	struct json_object *object = report_json(report, &times);

	json_object_object_add(object, "frames", record_frames_json(&recording->ledger));
	json_object_object_add(object, "bytes", record_bytes_json(&recording->ledger));
	if (recording->latency_ns.count)
		json_object_object_add(object, "latency_us", report_stats_json(&recording->latency_ns));
	if (recording->interval_ns.count)
		json_object_object_add(object, "interval_us", report_stats_json(&recording->interval_ns));
	json_object_object_add(object, "queue", queue_json(recording));
	if (recording->n_timestamps_replaced)
		json_object_object_add(object, "timestamps", timestamps_json(recording));
	if (source_changed(recording))
		json_object_object_add(object, "source", source_json(recording));
	return object;
}

struct json_object *report_record_status_json(const struct report *report, const struct recording *recording)
{
	struct json_object *object = record_json_so_far(report, recording), *queue;

	report_state_json(object, recording->state, recording->end);
	queue = json_object_object_get(object, "queue");
	json_add_count(queue, "frames", recording->backlog.items);
	json_add_count(queue, "bytes", recording->backlog.bytes);
	json_add_count(object, "files", recording->n_files_so_far);
	if (recording->current.path)
		json_object_object_add(object, "file", file_json(&recording->current));
	if (record_disk_left_ns(recording) >= 0)
		json_add_number(object, "disk_left_s", (double)record_disk_left_ns(recording) / 1e9, 0);
	return object;
}

struct json_object *report_record_json(const struct report *report, const struct recording *recording)
{
	struct json_object *object = record_json_so_far(report, recording);

	add_nodes_json(object, recording);
	add_if_any(object, "segments_removed", recording->segments_removed);
	json_object_object_add(object, "output", files_json(recording));
	json_add_text(object, "end", end_name(recording->end));
	return object;
}

void report_record_text(const struct report *report, const struct recording *recording, FILE *out)
{
	struct report_times times = record_times(recording);

	report_setup_text(report, out);
	print_record_frames(recording, out);
	print_lost(&recording->ledger, out);
	print_anomalies(&recording->ledger, out);
	report_times_text(report, &times, out);
	report_stats_text("latency", &recording->latency_ns, out);
	report_stats_text("interval", &recording->interval_ns, out);
	print_queue(recording, out);
	if (recording->n_timestamps_replaced)
		report_line(out, "times", "%" PRIu64 " timestamps replaced by the time of arrival (%s)",
			    recording->n_timestamps_replaced, recording->timestamp_faults);
	if (source_changed(recording))
		print_source(recording, out);
	print_nodes(recording, out);
	print_files(recording, out);
	if (recording->segments_removed)
		report_line(out, "removed", "%" PRIu64 " of the oldest segments",
			    recording->segments_removed);
	report_line(out, "end", "%s", end_name(recording->end));
}
