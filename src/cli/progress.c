/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The live line. */
#include "cli/progress.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"

#define LINE_MAX_BYTES 200

/* A line that wraps cannot be drawn over. */
static int terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
		return size.ws_col - 1;
	return 79;
}

/* The rate of the last second: an average of the whole run would hide that it falls. */
static void update_rate(struct progress *progress, uint64_t frames)
{
	int64_t now = now_ns();

	if (!progress->started_ns) {
		progress->started_ns = progress->shown_ns = now;
		progress->shown_frames = frames;
	}
	if (now - progress->shown_ns < NS_PER_S)
		return;
	progress->fps = (double)(frames - progress->shown_frames) * 1e9 / (double)(now - progress->shown_ns);
	progress->shown_ns = now;
	progress->shown_frames = frames;
}

/* "00:01:30  2700 frames  30.0 fps  REST" */
static void show(struct progress *progress, uint64_t frames, const char *rest)
{
	char line[LINE_MAX_BYTES], fps[24] = "-";
	int64_t seconds;

	update_rate(progress, frames);
	if (progress->shown_ns > progress->started_ns)
		snprintf(fps, sizeof fps, "%.1f", progress->fps);
	seconds = (now_ns() - progress->started_ns) / NS_PER_S;
	snprintf(line, sizeof line, "%02d:%02d:%02d  %llu frames  %s fps  %s", (int)(seconds / 3600),
		 (int)(seconds / 60 % 60), (int)(seconds % 60), (unsigned long long)frames, fps, rest);
	if (terminal_width() < LINE_MAX_BYTES)
		line[terminal_width()] = '\0';
	log_set_status_line(line);
}

void progress_record(void *opaque)
{
	struct progress *progress = opaque;
	const struct ledger *ledger = &progress->record->ledger;
	char rest[80], bytes[BYTES_TEXT_MAX];

	snprintf(rest, sizeof rest, "%s written  lost %llu", bytes_text(ledger->bytes_written, bytes),
		 (unsigned long long)ledger_lost(ledger));
	show(progress, ledger->captured, rest);
}

void progress_playback(void *opaque)
{
	struct progress *progress = opaque;
	const struct playback *playback = progress->playback;
	char rest[80];

	snprintf(rest, sizeof rest, "late %llu  dropped %llu", (unsigned long long)playback->late,
		 (unsigned long long)playback->dropped);
	show(progress, playback->played, rest);
}

void progress_end(void)
{
	log_set_status_line(NULL);
}
