/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame log: a JSON line for each frame, and one for each gap in the sequence. */
#include "session/frame_log.h"

#include <errno.h>
#include <inttypes.h>
#include "base/log.h"
#include "base/text_file.h"
#include "device/device.h"

static const char *const result_names[] = {
	[FRAME_WRITTEN] = "written",    [FRAME_LOST_ERROR] = "error", [FRAME_LOST_QUEUE] = "queue",
	[FRAME_LOST_WRITER] = "writer", [FRAME_LOST_CODEC] = "codec", [FRAME_SKIPPED] = "skipped",
};

int frame_log_open(FILE **log, const char *path)
{
	return path ? text_file_open(log, path) : 0;
}

int frame_log_add(FILE *log, const struct frame_info *info, enum frame_result result, uint64_t lost)
{
	int err;

	if (!log)
		return 0;
	if (ferror(log))
		return -EIO;
	if (lost)
		fprintf(log, "{\"lost\":%" PRIu64 ",\"seq\":%" PRIu32 "}\n", lost,
			info->sequence - (uint32_t)lost);
	fprintf(log,
		"{\"seq\":%" PRIu32 ",\"ts_ns\":%" PRId64 ",\"clock\":\"%s\",\"dequeue_ns\":%" PRId64
		",\"bytes\":%" PRIu64 ",\"flags\":%" PRIu32 ",\"field\":\"%s\",\"fate\":\"%s\"}\n",
		info->sequence, info->timestamp_ns, device_clock_name(info->flags), info->dequeue_ns,
		info->bytes, info->flags, video_field_name(info->field), result_names[result]);
	if (!ferror(log))
		return 0;
	err = -errno;
	log_error("the frame log: %s", err_str(err));
	return err;
}

int frame_log_close(FILE *log)
{
	if (!log)
		return 0;
	if (!ferror(log))
		return text_file_finish(log, "the frame log");
	text_file_close(log);
	return -EIO;
}
