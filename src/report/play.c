/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report's part on a playback. */
#include "report/report.h"

#include <inttypes.h>
#include <libavutil/pixdesc.h>
#include "base/json.h"

static struct json_object *frames_json(const struct playback *playback)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "read", playback->read);
	json_add_count(object, "played", playback->played);
	json_add_count(object, "late", playback->late);
	json_add_count(object, "dropped", playback->dropped);
	json_add_count(object, "repeated", playback->repeated);
	json_add_count(object, "copied", playback->copied);
	json_add_count(object, "zero_copy", playback->zero_copy);
	return object;
}

static struct json_object *bytes_json(const struct playback *playback)
{
	struct json_object *object = json_object_new_object();

	json_add_count(object, "played", playback->bytes_played);
	json_add_count(object, "copied", playback->bytes_copied);
	return object;
}

static const char *pixels(const struct reader_info *info)
{
	return info->av == AV_PIX_FMT_NONE ? NULL : av_get_pix_fmt_name(info->av);
}

static struct json_object *input_json(const struct reader_info *info)
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

void report_playback_json(struct json_object *object, const struct playback *playback)
{
	struct reader_info info = reader_info(playback->reader);

	json_object_object_add(object, "frames", frames_json(playback));
	json_object_object_add(object, "bytes", bytes_json(playback));
	if (playback->pace_ns.count)
		json_object_object_add(object, "pace_us", report_stats_json(&playback->pace_ns));
	if (playback->interval_ns.count)
		json_object_object_add(object, "interval_us", report_stats_json(&playback->interval_ns));
	json_object_object_add(object, "input", input_json(&info));
	json_add_text(object, "end", end_name(playback->end));
}

static void print_frames(const struct playback *playback, FILE *out)
{
	char bytes[BYTES_TEXT_MAX];

	fprintf(out, REPORT_LABEL "%" PRIu64 " read, %" PRIu64 " played; %" PRIu64 " without a copy",
		"frames", playback->read, playback->played, playback->zero_copy);
	if (playback->copied)
		fprintf(out, ", %" PRIu64 " copied (%s)", playback->copied,
			bytes_text(playback->bytes_copied, bytes));
	fputc('\n', out);
}

static void print_pace(const struct playback *playback, FILE *out)
{
	if (playback->options.speed > 0)
		fprintf(out,
			REPORT_LABEL "%" PRIu64 " shown late, %" PRIu64
				     " dropped as their time was past, %" PRIu64 " shown again\n",
			"late", playback->late, playback->dropped, playback->repeated);
	report_stats_text("pace", &playback->pace_ns, out);
	report_stats_text("interval", &playback->interval_ns, out);
}

static void print_input(const struct reader_info *info, FILE *out)
{
	char fps[32] = "";

	if (info->format.fps.num)
		snprintf(fps, sizeof fps, " at %.6g fps", fraction_value(info->format.fps));
	fprintf(out, REPORT_LABEL "%s: %s, %s%s%s, %" PRIu32 "x%" PRIu32 "%s", "input", info->path,
		info->container, info->codec, pixels(info) ? " " : "", pixels(info) ? pixels(info) : "",
		info->format.width, info->format.height, fps);
	if (info->damaged)
		fprintf(out, "; %" PRIu64 " damaged", info->damaged);
	fputc('\n', out);
}

void report_playback_text(const struct report *report, FILE *out)
{
	const struct playback *playback = report->playback;
	struct reader_info info = reader_info(playback->reader);

	print_frames(playback, out);
	print_pace(playback, out);
	report_run_text(report, out);
	print_input(&info, out);
	fprintf(out, REPORT_LABEL "%s\n", "end", end_name(playback->end));
}
