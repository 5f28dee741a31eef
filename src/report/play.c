/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of a playback. */
#include "report/play.h"

#include <inttypes.h>
#include <libavutil/pixdesc.h>
#include "base/json.h"
#include "base/text.h"
#include "report/node.h"

static struct json_object *playback_frames_json(const struct playback *playback)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "read", playback->stats.read);
	json_add_count(object, "played", playback->stats.played);
	json_add_count(object, "late", playback->stats.late);
	json_add_count(object, "dropped", playback->stats.dropped);
	json_add_count(object, "repeated", playback->stats.repeated);
	json_add_count(object, "copied", playback->stats.copied);
	json_add_count(object, "zero_copy", playback->stats.zero_copy);
	return object;
}

static void print_played_frames(const struct playback *playback, FILE *out)
{
	char text[200], bytes[BYTES_TEXT_MAX];

	snprintf(text, sizeof text, "%" PRIu64 " read, %" PRIu64 " played; %" PRIu64 " without a copy",
		 playback->stats.read, playback->stats.played, playback->stats.zero_copy);
	if (playback->stats.copied)
		text_add(text, sizeof text, ", %" PRIu64 " copied (%s)", playback->stats.copied,
			 bytes_text(playback->stats.bytes_copied, bytes));
	report_line(out, "frames", "%s", text);
	if (playback->options.speed > 0)
		report_line(out, "late",
			    "%" PRIu64 " shown late, %" PRIu64 " dropped because the next was due, %" PRIu64
			    " repeated",
			    playback->stats.late, playback->stats.dropped, playback->stats.repeated);
}

static struct json_object *playback_bytes_json(const struct playback *playback)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "played", playback->stats.bytes_played);
	json_add_count(object, "copied", playback->stats.bytes_copied);
	return object;
}

static const char *pixels(const struct reader_info *info)
{
	return info->av == AV_PIX_FMT_NONE ? NULL : av_get_pix_fmt_name(info->av);
}

static struct json_object *input_file_json(const struct reader_info *info)
{
	struct json_object *object = json_object_new_object();
	char fps[FRACTION_TEXT_MAX];

	json_add_text(object, "path", info->path);
	json_add_text(object, "container", info->container);
	json_add_text(object, "codec", info->codec);
	json_add_text(object, "pixels", pixels(info));
	json_add_count(object, "width", info->format.width);
	json_add_count(object, "height", info->format.height);
	if (info->format.fps.num)
		json_add_text(object, "fps", fraction_text(info->format.fps, fps));
	if (info->duration_ns > 0)
		json_add_number(object, "duration_s", (double)info->duration_ns / 1e9, 3);
	json_add_count(object, "frames", info->read);
	json_add_count(object, "damaged", info->damaged);
	return object;
}

static void print_input_file(const struct reader_info *info, FILE *out)
{
	char fps[32] = "", damaged[40] = "";

	if (info->format.fps.num)
		snprintf(fps, sizeof fps, " at %.6g fps", fraction_value(info->format.fps));
	if (info->damaged)
		snprintf(damaged, sizeof damaged, "; %" PRIu64 " damaged", info->damaged);
	report_line(out, "input", "%s: %s, %s%s%s, %" PRIu32 "x%" PRIu32 "%s%s", info->path, info->container,
		    info->codec, pixels(info) ? " " : "", pixels(info) ? pixels(info) : "",
		    info->format.width, info->format.height, fps, damaged);
}

static struct report_node play_node_of(const struct playback *playback)
{
	const struct play_node *node = playback->node;

	return (struct report_node){ &node->m2m,  &node->taken,    &node->given,
				     &node->link, "to the device", node->n_damaged };
}

static struct report_times playback_times(const struct playback *playback)
{
	return (struct report_times){ playback->wall_ns, playback->stats.first_frame_ns,
				      playback->measured_fps, &playback->rate };
}

struct report report_of_playback(const struct setup *setup, struct fraction fps_requested)
{
	struct report report = {
		.command = "play",
		.device = &setup->device,
		.format = &setup->format,
		.fps_requested = fps_requested,
		.pool = pool_info(setup->pool),
	};

	report_take_times(&report);
	return report;
}

static struct json_object *play_json_so_far(const struct report *report, const struct playback *playback)
{
	struct report_times times = playback_times(playback);
	struct json_object *object = report_json(report, &times);

	json_object_object_add(object, "frames", playback_frames_json(playback));
	json_object_object_add(object, "bytes", playback_bytes_json(playback));
	if (playback->stats.pace_ns.count)
		json_object_object_add(object, "pace_us", report_stats_json(&playback->stats.pace_ns));
	if (playback->stats.interval_ns.count)
		json_object_object_add(object, "interval_us",
				       report_stats_json(&playback->stats.interval_ns));
	return object;
}

/* Without the counters of the file thread. */
struct json_object *report_play_status_json(const struct report *report, const struct playback *playback)
{
	struct json_object *object = play_json_so_far(report, playback);
	struct json_object *input = input_file_json(&playback->input);

	json_object_object_del(input, "frames");
	json_object_object_del(input, "damaged");
	json_object_object_add(object, "input", input);
	report_state_json(object, playback->stats.state, playback->end);
	return object;
}

struct json_object *report_play_json(const struct report *report, const struct playback *playback)
{
	struct json_object *object = play_json_so_far(report, playback);
	struct reader_info info = reader_info(playback->reader);
	struct report_node node = { 0 };

	json_object_object_add(object, "input", input_file_json(&info));
	if (playback->node) {
		node = play_node_of(playback);
		json_object_object_add(object, report_node_key(&node), report_node_json(&node));
	}
	json_add_text(object, "end", end_name(playback->end));
	return object;
}

void report_play_text(const struct report *report, const struct playback *playback, FILE *out)
{
	struct report_times times = playback_times(playback);
	struct reader_info info = reader_info(playback->reader);
	struct report_node node = { 0 };

	report_setup_text(report, out);
	print_played_frames(playback, out);
	report_stats_text("pace", &playback->stats.pace_ns, out);
	report_stats_text("interval", &playback->stats.interval_ns, out);
	report_times_text(report, &times, out);
	print_input_file(&info, out);
	if (playback->node) {
		node = play_node_of(playback);
		report_node_text(&node, out);
	}
	report_line(out, "end", "%s", end_name(playback->end));
}
