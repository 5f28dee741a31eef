/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame log: a JSON line for each frame, and one for each gap in the sequence. */
#include "session/frame_log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/output_file.h"
#include "base/text_file.h"
#include "device/device.h"

static const char *const result_names[] = {
	[FRAME_WRITTEN] = "written",    [FRAME_LOST_ERROR] = "error", [FRAME_LOST_QUEUE] = "queue",
	[FRAME_LOST_WRITER] = "writer", [FRAME_LOST_CODEC] = "codec", [FRAME_SKIPPED] = "skipped",
};

static void free_names(struct frame_log *log)
{
	free(log->path);
	free(log->partial_path);
	log->path = log->partial_path = NULL;
}

int frame_log_open(struct frame_log *log, const char *path, const char *partial_suffix)
{
	int err;

	if (!path)
		return 0;
	err = output_file_name_partial(path, partial_suffix, &log->partial_path);
	log->path = strdup(path);
	if (err < 0 || !log->path)
		err = log_no_memory();
	if (err == 0)
		err = log->fd = text_file_open_fd(&log->file, log->partial_path ? log->partial_path : path);
	log->name_synced = false;
	if (err < 0)
		free_names(log);
	return err < 0 ? err : 0;
}

int frame_log_add(struct frame_log *frame_log, const struct frame_info *info, enum frame_result result,
		  uint64_t lost)
{
	FILE *log = frame_log->file;
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

int frame_log_sync(struct frame_log *log)
{
	int err;

	if (!log->file)
		return 0;
	err = fflush(log->file) == 0
		      ? output_file_sync(log->fd, log->partial_path ? log->partial_path : log->path,
					 &log->name_synced)
		      : -errno;
	if (err < 0)
		log_error("the frame log: %s", err_str(err));
	return err;
}

static int finish_log(struct frame_log *log, bool whole)
{
	int err = log->sync_at_end ? frame_log_sync(log) : 0;

	if (err == 0)
		err = text_file_finish(log->file, "the frame log");
	else
		text_file_close(log->file);
	if (err == 0 && whole && log->partial_path) {
		err = output_file_rename(log->partial_path, log->path, true);
		if (err < 0)
			log_error("%s: cannot be renamed: %s", log->partial_path, err_str(err));
		else if (log->sync_at_end)
			err = output_file_sync_name(log->path);
	}
	return err;
}

int frame_log_close(struct frame_log *log, bool whole)
{
	int err = -EIO;

	if (!log->file)
		return 0;
	if (!ferror(log->file))
		err = finish_log(log, whole);
	else
		text_file_close(log->file);
	log->file = NULL;
	log->sync_at_end = false;
	free_names(log);
	return err;
}
