/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The segments of a recording: their names, one writer after another, and what they have of its frames. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/log.h"
#include "media/write/muxer.h"
#include "session/record_file_internal.h"
#include "session/segment_name.h"

/* So many names are tried for a segment. */
#define MAX_SUFFIX 9999

static bool is_same_file(const char *a, const char *b)
{
	struct stat sta, stb;

	if (stat(a, &sta) < 0 || stat(b, &stb) < 0)
		return strcmp(a, b) == 0;
	return sta.st_dev == stb.st_dev && sta.st_ino == stb.st_ino && S_ISREG(sta.st_mode);
}

/* strftime fields give two segments of the same second the same name, as does a clock that goes back. That is
 * not what --overwrite allows. */
static bool has_written(const struct recording *recording, const char *path)
{
	for (size_t i = 0; i < recording->n_files; i++)
		if (recording->files[i].frames && is_same_file(recording->files[i].path, path))
			return true;
	return false;
}

/* Devices and FIFOs are opened as they are. */
static bool is_taken(const struct record_file *file, const char *path)
{
	struct stat st;

	if (has_written(file->recording, path))
		return true;
	if (muxer_is_url(path) || stat(path, &st) < 0)
		return false;
	return S_ISDIR(st.st_mode) || (S_ISREG(st.st_mode) && !file->recording->options.output.overwrite);
}

/* In a URL % encodes a byte, unless there are to be several. */
static int name_segment(const struct record_file *file, char **path)
{
	const struct writer_options *options = &file->recording->options.output;

	if (file->is_series)
		return segment_name_expand_series(options->url, path);
	if (file->has_segments ||
	    !(muxer_is_url(options->url) || muxer_caps_names_files(options->url, options->container)))
		return segment_name_expand(options->url, file->n_segments, path);
	*path = strdup(options->url);
	return *path ? 0 : log_no_memory();
}

/* Another program may take the name between is_taken() and the opening, one that records the next camera
 * into the same folder, say. */
static int open_unless_taken(struct record_file *file, struct writer_options *options, const char *path)
{
	options->url = path;
	options->expect_taken = file->n_segments > 0;
	if (options->expect_taken && !file->is_series && is_taken(file, path))
		return -EEXIST;
	return writer_open(&file->writer, options);
}

/* Another name for a segment. */
static int open_under_next_name(struct record_file *file, struct writer_options *options, const char *name,
				unsigned suffix)
{
	char *path;
	int err;

	err = segment_name_add_suffix(name, suffix, &path);
	if (err < 0)
		return err;
	err = open_unless_taken(file, options, path);
	if (err == 0 && !file->suffix_said)
		log_warn("%s exists already: this segment is %s, and others are named likewise", name, path);
	file->suffix_said |= err == 0;
	free(path);
	return err;
}

/* The first file is refused where its name is taken, for the user to decide. */
static int open_under_free_name(struct record_file *file, struct writer_options *options, const char *name)
{
	int err = open_unless_taken(file, options, name);
	bool again = options->expect_taken && !(err == -EBUSY && muxer_is_url(name));

	for (unsigned i = 1; again && i <= MAX_SUFFIX && (err == -EEXIST || err == -EBUSY); i++)
		err = open_under_next_name(file, options, name, i);
	if (again && err == -EEXIST)
		log_error("%s: exists already, as do all its names with a suffix to -%d", name, MAX_SUFFIX);
	return err;
}

int record_segment_set_rate(struct record_file *file)
{
	struct fraction claimed = file->recording->setup->format.fps;
	struct fraction fps =
		measured_rate(file->times_ns, file->n_times, claimed, writer_has_slots(file->writer));

	if (fps.num == claimed.num && fps.den == claimed.den)
		return 0;
	log_verbose("the first frames show %.6g a second", fraction_value(fps));
	return writer_set_rate(file->writer, fps);
}

/* Of what is written: a codec node's, or the camera's. */
static struct video_format recording_format(const struct recording *recording)
{
	const struct setup *setup = recording->setup;

	return setup->encoding ? setup->encoding->encoder.coded : setup->format;
}

int record_segment_open(struct record_file *file)
{
	struct writer_options options = file->recording->options.output;
	char *name = NULL;
	int err = name_segment(file, &name);

	if (err < 0)
		return err;
	options.format = recording_format(file->recording);
	options.series = file->is_series;
	options.n_pictures = file->n_pictures;
	options.on_packet = record_lines_note_packet;
	options.opaque = file;
	err = open_under_free_name(file, &options, name);
	file->n_segments += err == 0;
	free(name);
	if (err < 0)
		return err;
	file->needs_rate = writer_needs_rate(file->writer);
	if (file->needs_rate && file->n_times > 1)
		err = record_segment_set_rate(file);
	return err;
}

static int add_output_file(struct recording *recording, const struct writer_info *info)
{
	struct output_file *files = realloc(recording->files, (recording->n_files + 1) * sizeof *files);
	struct output_file *added;

	if (!files)
		return log_no_memory();
	recording->files = files;
	added = &files[recording->n_files++];
	*added = (struct output_file){
		.path = strdup(info->path),
		.container = strdup(info->container),
		.codec = strdup(info->codec),
		.pixel_format = info->pixel_format,
		.frames = info->frames,
		.bytes = info->bytes,
	};
	return added->path && added->container && added->codec ? 0 : log_no_memory();
}

/* Codecs hold frames back, and some never return them. A frame may become several packets. */
uint64_t record_segment_written(const struct record_file *file)
{
	uint64_t frames = writer_info(file->writer).frames;

	return frames < file->segment_taken ? frames : file->segment_taken;
}

/* The writer has finished, with err: frames that it took and that are not in the file are lost. */
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
	record_lines_settle(file, err < 0 ? FRAME_LOST_WRITER : FRAME_LOST_CODEC);
	file->segment_taken = 0;
}

int record_segment_close(struct record_file *file)
{
	struct recording *recording = file->recording;
	struct writer_info info;
	int err, memory_err;

	if (!file->writer)
		return 0;
	err = writer_finish(file->writer);
	count_segment(file, err);
	info = writer_info(file->writer); /* the trailer included */
	memory_err = add_output_file(recording, &info);
	file->closed_bytes += info.bytes;
	file->n_pictures = info.n_pictures;
	recording->ledger.bytes_written = file->closed_bytes;
	writer_close(file->writer);
	file->writer = NULL;
	return err < 0 ? err : memory_err;
}

bool record_segment_is_full(const struct record_file *file, const struct record_frame *frame)
{
	const struct record_options *options = &file->recording->options;
	struct writer_info info;

	if (!file->has_segments || !frame->frame.key || file->segment_taken == 0)
		return false;
	info = writer_info(file->writer);
	return (options->segment_ns && frame->frame.pts_ns - file->segment_pts_ns >= options->segment_ns) ||
	       (options->segment_bytes && info.bytes + frame->info.bytes > options->segment_bytes);
}
