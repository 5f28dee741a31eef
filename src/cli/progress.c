/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the progress line of capture and play says. */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/status_line.h"

#define FIELD_MAX 40

/* The rate of the last second: an average over the whole run would hide a drop. */
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

/* "00:01:30  2700 frames  30.0 fps  DETAIL  LOST" */
static void show_fields(struct progress *progress, uint64_t n_frames, const char *detail, const char *lost)
{
	char time[FIELD_MAX], frames[FIELD_MAX], fps[FIELD_MAX] = "- fps";
	const char *const fields[] = { time, frames, fps, detail, lost };
	int64_t now = now_ns(), seconds;

	update_rate(progress, n_frames, now);
	seconds = (now - progress->started_ns) / NS_PER_S;
	snprintf(time, sizeof time, "%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
		 (int)(seconds % 60));
	snprintf(frames, sizeof frames, "%" PRIu64 " frames", n_frames);
	if (progress->rate_ns > progress->started_ns)
		snprintf(fps, sizeof fps, "%.1f fps", progress->fps);
	status_line_show(fields, ARRAY_SIZE(fields));
}

void progress_record(void *opaque)
{
	struct progress *progress = opaque;
	const struct ledger *ledger = &progress->recording->ledger;
	char written[FIELD_MAX], lost[FIELD_MAX], bytes[BYTES_TEXT_MAX];

	snprintf(written, sizeof written, "%s written", bytes_text(ledger->bytes_written, bytes));
	snprintf(lost, sizeof lost, "lost %" PRIu64, ledger_lost(ledger));
	show_fields(progress, ledger->captured, written, lost);
}

void progress_playback(void *opaque)
{
	struct progress *progress = opaque;
	const struct playback *playback = progress->playback;
	char late[FIELD_MAX], dropped[FIELD_MAX];

	snprintf(late, sizeof late, "late %" PRIu64, playback->stats.late);
	snprintf(dropped, sizeof dropped, "dropped %" PRIu64, playback->stats.dropped);
	show_fields(progress, playback->stats.played, late, dropped);
}
