/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The progress line of capture and play, and the news for status file, status socket and service manager. */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/status_line.h"
#include "cli/signals.h"
#include "report/play.h"
#include "report/record.h"
#include "report/relay.h"

#define FIELD_MAX 64
#define TIME_MAX 40
#define MORE_MAX 5
#define STALL_NS (2 * NS_PER_S) /* without a frame for this time, the rate is not valid */

/* The rate of the last second: the average over the run would hide a drop. */
static void update_rate(struct progress *progress, uint64_t frames, int64_t now)
{
	if (!progress->started_ns) {
		progress->started_ns = progress->rate_ns = now;
		progress->rate_frames = frames;
	}
	if (now - progress->rate_ns < NS_PER_S)
		return;
	progress->fps = (double)(frames - progress->rate_frames) * 1e9 / (double)(now - progress->rate_ns);
	progress->rate_ns = now;
	progress->rate_frames = frames;
}

static char *time_text(int64_t ns, char text[TIME_MAX])
{
	int64_t seconds = ns / NS_PER_S;

	snprintf(text, TIME_MAX, "%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
		 (int)(seconds % 60));
	return text;
}

/* "00:01:30 2700 frames 30.0 fps" and the fields of the command, some of which may be empty. last_ns: time of
 * the last frame. */
static void show_fields(struct progress *progress, uint64_t n_frames, int64_t last_ns,
			const char *const *more, size_t n_more)
{
	char time[TIME_MAX], frames[FIELD_MAX], fps[FIELD_MAX] = "- fps";
	const char *fields[3 + MORE_MAX] = { time, frames, fps };
	int64_t now = now_ns();

	update_rate(progress, n_frames, now);
	time_text(now - progress->started_ns, time);
	snprintf(frames, sizeof frames, "%" PRIu64 " frame%s", n_frames, n_frames == 1 ? "" : "s");
	if (last_ns && now - last_ns >= STALL_NS)
		snprintf(fps, sizeof fps, "no frame for %d s", (int)((now - last_ns) / NS_PER_S));
	else if (progress->rate_ns > progress->started_ns)
		snprintf(fps, sizeof fps, "%.1f fps", progress->fps);
	memcpy(fields + 3, more, n_more * sizeof *more);
	if (!progress->no_line)
		status_line_show(fields, 3 + n_more);
	status_line_join(progress->text, sizeof progress->text, fields, 3 + n_more);
}

/* What remains of --count and --duration. */
static void remaining_text(const struct progress *progress, char text[FIELD_MAX])
{
	const struct record_options *options = &progress->recording->options;
	const struct ledger *ledger = &progress->recording->ledger;
	uint64_t taken = ledger->captured - ledger->skipped - ledger_lost(ledger) + ledger->lost_driver;
	int64_t left_ns = options->duration_ns - (now_ns() - progress->started_ns);
	char time[TIME_MAX];

	*text = '\0';
	if (options->count)
		snprintf(text, FIELD_MAX, "%" PRIu64 " to go",
			 options->count > taken ? options->count - taken : 0);
	else if (options->duration_ns)
		snprintf(text, FIELD_MAX, "%s to go", time_text(left_ns > 0 ? left_ns : 0, time));
}

/* In minutes: the rate varies. */
static void disk_text(const struct recording *recording, char text[FIELD_MAX])
{
	int64_t left_ns = record_disk_left_ns(recording);

	*text = '\0';
	if (left_ns >= 0)
		snprintf(text, FIELD_MAX, "%" PRId64 " min of disk", left_ns / (60 * NS_PER_S));
}

static void show_recording(struct progress *progress)
{
	const struct recording *recording = progress->recording;
	const struct ledger *ledger = &recording->ledger;
	char left[FIELD_MAX], written[FIELD_MAX], waiting[FIELD_MAX] = "", lost[FIELD_MAX],
						  bytes[BYTES_TEXT_MAX];
	char disk[FIELD_MAX];
	const char *const fields[] = { left, written, waiting, disk, lost };

	disk_text(recording, disk);
	remaining_text(progress, left);
	snprintf(written, sizeof written, "%s written", bytes_text(ledger->bytes_written, bytes));
	if (recording->backlog.items > 1)
		snprintf(waiting, sizeof waiting, "%llu waiting",
			 (unsigned long long)recording->backlog.items);
	snprintf(lost, sizeof lost, "lost %" PRIu64, ledger_lost(ledger));
	show_fields(progress, ledger->captured, recording->last_frame_ns, fields, ARRAY_SIZE(fields));
}

/* --- status --- */

/* The state of a recording, playback or relay. */
struct view {
	enum run_state state;
	bool has_frame;
	int64_t alive_ns; /* when its loop was last seen to work */
};

static struct view view_of(const struct progress *progress)
{
	const struct recording *recording = progress->recording;
	const struct play_loop_stats *played = progress->playback ? &progress->playback->stats : NULL;
	const struct relay *relay = progress->relay;

	if (recording)
		return (struct view){ recording->state, recording->ledger.captured > 0,
				      recording->last_frame_ns };
	/* The next frame of a file may be due much later, and a pipe may be slow: it is enough that the loop
	 * works. */
	return played ? (struct view){ played->state, played->played > 0, now_ns() }
		      : (struct view){ relay->state, relay->played > 0, relay->last_queue_ns };
}

static struct json_object *status_so_far(const struct progress *progress)
{
	struct report report;

	if (progress->recording) {
		report = report_of_recording(progress->recording, progress->fps_requested);
		return report_record_status_json(&report, progress->recording);
	}
	if (progress->playback) {
		if (progress->playback->stats.state != RUN_ENDED)
			playback_update_result(progress->playback);
		report = report_of_playback(progress->setup, progress->fps_requested);
		return report_play_status_json(&report, progress->playback);
	}
	if (progress->relay->state != RUN_ENDED)
		relay_update_result(progress->relay);
	report = report_of_relay(progress->relay, progress->fps_requested);
	return report_relay_status_json(&report, progress->relay);
}

static struct json_object *status_of_run(const struct progress *progress)
{
	struct json_object *status = status_so_far(progress);
	struct json_object *fps = json_object_object_get(status, "fps");
	enum run_state state = view_of(progress).state;

	if (!fps) {
		fps = json_object_new_object();
		json_object_object_add(status, "fps", fps);
	}
	if (state == RUN_RUNNING || state == RUN_ARMED)
		json_add_number(fps, "now", progress->fps, 3);
	return status;
}

static void tell(const struct progress *progress)
{
	struct view view = view_of(progress);
	struct watch_news news = {
		.state = view.state,
		.has_frame = view.has_frame,
		.status = status_of_run(progress),
	};

	snprintf(news.text, sizeof news.text, "%s", progress->text);
	watch_tell(progress->watch, &news);
}

static void tell_if_due(const struct progress *progress)
{
	struct view view = view_of(progress);

	if (progress->watch && watch_due(progress->watch, view.state, view.has_frame, view.alive_ns))
		tell(progress);
}

int progress_start(struct progress *progress)
{
	const struct recording *recording = progress->recording;

	if (!progress->watch)
		return 0;
	return watch_start(progress->watch, status_of_run(progress),
			   recording ? &recording->ledger.bytes_taken : NULL);
}

void progress_end(struct progress *progress)
{
	if (progress->watch)
		tell(progress);
}

/* Whether there is one to tell how far the run is. */
static bool look_around(const struct progress *progress)
{
	signals_report_ignored();
	return !progress->no_line || progress->watch;
}

void progress_record(void *opaque)
{
	struct progress *progress = opaque;

	if (!look_around(progress))
		return;
	show_recording(progress);
	tell_if_due(progress);
}

void progress_playback(void *opaque)
{
	struct progress *progress = opaque;
	const struct playback *playback = progress->playback;
	char late[FIELD_MAX], dropped[FIELD_MAX];
	const char *const fields[] = { late, dropped };

	if (!look_around(progress))
		return;
	snprintf(late, sizeof late, "late %" PRIu64, playback->stats.late);
	snprintf(dropped, sizeof dropped, "dropped %" PRIu64, playback->stats.dropped);
	show_fields(progress, playback->stats.played, 0, fields, ARRAY_SIZE(fields));
	tell_if_due(progress);
}

void progress_relay(void *opaque)
{
	struct progress *progress = opaque;
	const struct relay *relay = progress->relay;
	char dropped[FIELD_MAX], lost[FIELD_MAX];
	const char *const fields[] = { dropped, lost };

	if (!look_around(progress))
		return;
	snprintf(dropped, sizeof dropped, "dropped %" PRIu64, relay->dropped);
	snprintf(lost, sizeof lost, "lost %" PRIu64, ledger_lost(&relay->ledger));
	show_fields(progress, relay->played, relay->last_read_ns, fields, ARRAY_SIZE(fields));
	tell_if_due(progress);
}
