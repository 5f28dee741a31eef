/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame log. */
#include "session/frame_log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"
#include "device/device.h"

static const char *const fates[] = { "written", "error", "queue", "writer", "skipped" };

int frame_log_open(FILE **log, const char *path)
{
	if (!path)
		return 0;
	*log = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	if (*log)
		return 0;
	log_error("--frame-log %s: %s", path, err_str(-errno));
	return -errno;
}

static int failed(int err)
{
	log_error("the frame log: %s", err_str(err));
	return err;
}

int frame_log_add(FILE *log, const struct item *item, enum fate fate)
{
	const struct frame_info *info = &item->info;

	if (!log || ferror(log))
		return log ? -EIO : 0;
	if (item->lost)
		fprintf(log, "{\"lost\":%" PRIu64 ",\"seq\":%" PRIu32 "}\n", item->lost,
			info->sequence - (uint32_t)item->lost);
	fprintf(log,
		"{\"seq\":%" PRIu32 ",\"ts_ns\":%" PRId64 ",\"clock\":\"%s\",\"dequeue_ns\":%" PRId64
		",\"bytes\":%" PRIu64 ",\"flags\":%" PRIu32 ",\"field\":\"%s\",\"fate\":\"%s\"}\n",
		info->sequence, info->timestamp_ns, device_clock_name(info->flags), info->dequeue_ns, info->bytes,
		info->flags, video_field_name(info->field), fates[fate]);
	return ferror(log) ? failed(-errno) : 0;
}

int frame_log_close(FILE *log)
{
	bool known = log && ferror(log);
	int err;

	if (!log)
		return 0;
	err = (log == stdout ? fflush(log) : fclose(log)) == 0 ? 0 : -errno;
	return known ? -EIO : err < 0 ? failed(err) : 0;
}
