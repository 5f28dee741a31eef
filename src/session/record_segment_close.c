/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finalises a segment: counts its frames and informs those who wait for it. Also its path, and which segment
 * is visible to other threads. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "media/write/muxer.h"
#include "base/log.h"
#include "session/record_file_internal.h"

char *record_segment_path(const struct record_file *file, const char *path, bool partial)
{
	const char *suffix = file->recording->options.output.partial_suffix;
	char *name;

	return asprintf(&name, "%s%s", path, partial && suffix ? suffix : "") < 0 ? NULL : name;
}

void record_segment_show(struct record_file *file, struct writer *writer)
{
	pthread_mutex_lock(&file->shown.lock);
	file->shown.writer = writer;
	file->shown.n_files += writer != NULL;
	pthread_mutex_unlock(&file->shown.lock);
}

/* Makes room for another file in the list. */
static int make_place(struct recording *recording)
{
	size_t capacity = recording->files_capacity ? 2 * recording->files_capacity : 1;
	struct output_file *files;

	if (recording->n_files < recording->files_capacity)
		return 0;
	files = realloc(recording->files, capacity * sizeof *files);
	if (!files)
		return -ENOMEM;
	recording->files = files;
	recording->files_capacity = capacity;
	return 0;
}

static int add_output_file(struct recording *recording, const struct writer_info *info, const char *path,
			   int err)
{
	struct output_file added = {
		.path = strdup(path),
		.container = info->container,
		.codec = info->codec,
		.pixel_format = info->pixel_format,
		.frames = info->frames,
		.err = err,
		.bytes = info->bytes,
	};
	struct stat st;

	if (!added.path || make_place(recording) < 0) {
		free(added.path);
		return log_no_memory();
	}
	if (stat(path, &st) == 0) {
		added.device = st.st_dev;
		added.inode = st.st_ino;
	}
	recording->files[recording->n_files++] = added;
	return 0;
}

/* Codecs delay frames, and some never return them. A frame may become several packets. */
uint64_t record_segment_written(const struct record_file *file)
{
	uint64_t frames = writer_info(file->writer).frames;

	return frames < file->segment_taken ? frames : file->segment_taken;
}

/* Called when the writer has finished, with err: frames that it took and that are not in the file are lost.
 */
static void count_segment(struct record_file *file, int err)
{
	struct ledger *ledger = &file->recording->ledger;
	uint64_t written = record_segment_written(file), missing = file->segment_taken - written;

	file->closed_written += written;
	ledger->written = file->closed_written;
	if (err < 0)
		ledger->lost_writer += missing;
	else
		ledger->lost_codec += missing;
	record_lines_note_written(file, writer_info(file->writer).frames);
	record_lines_settle(file, err < 0 ? FRAME_LOST_WRITER : FRAME_LOST_CODEC);
	file->segment_taken = 0;
}

/* err: of finishing it. A failed file keeps its partial name, and is not passed to the command. */
static int end_segment(struct record_file *file, const struct writer_info *info, int err)
{
	char *path = record_segment_path(file, info->path, info->is_partial);
	bool is_gone = err < 0 && !info->frames && file->recording->options.next_on_error;
	int memory_err = path ? 0 : log_no_memory();

	if (path && !is_gone)
		memory_err = add_output_file(file->recording, info, path, err);
	if (path) {
		rotation_done(file->rotation, muxer_file_path(path));
		if (err == 0 && info->frames)
			segment_command_run(file->recording->options.on_segment, path);
	}
	free(path);
	return memory_err;
}

/* There is no file: frames in its encoder have not come out. */
static void close_armed(struct record_file *file)
{
	struct ledger *ledger = &file->recording->ledger;

	writer_close(file->writer);
	file->writer = NULL;
	ledger->bytes_written = file->closed_bytes;
	record_lines_settle(file, record_event_count_dropped(file, file->segment_taken));
	file->segment_taken = 0;
}

int record_segment_close(struct record_file *file)
{
	struct recording *recording = file->recording;
	struct writer_info info;
	int err, line_err, memory_err, log_err = 0;

	if (writer_is_armed(file->writer))
		close_armed(file);
	if (!file->writer)
		return 0;
	err = writer_finish(file->writer);
	count_segment(file, err);
	info = writer_info(file->writer); /* with the trailer */
	line_err = record_lines_write(file);
	file->log.sync_at_end |= recording->options.output.sync_ns > 0;
	if (file->has_own_logs)
		log_err = frame_log_close(&file->log, err == 0);
	memory_err = end_segment(file, &info, err);
	file->closed_bytes += info.bytes;
	file->n_pictures = info.n_pictures;
	recording->ledger.bytes_written = file->closed_bytes;
	record_segment_show(file, NULL);
	writer_close(file->writer);
	file->writer = NULL;
	err = err < 0 ? err : line_err < 0 ? line_err : log_err;
	return err < 0 ? err : memory_err;
}
