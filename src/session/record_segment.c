/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The segments of a recording: their names and writers, and which frames they contain. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/log.h"
#include "base/output_file.h"
#include "media/write/muxer.h"
#include "session/record_file_internal.h"
#include "session/segment_match.h"
#include "session/segment_name.h"

/* The most names that are tried for a segment. */
#define MAX_SUFFIX 9999

/* Compares the path too: another file may have got the inode of a removed one. */
static bool is_output_file(const struct output_file *file, const struct stat *other)
{
	struct stat st;

	return file->inode == other->st_ino && file->device == other->st_dev && stat(file->path, &st) == 0 &&
	       st.st_dev == other->st_dev && st.st_ino == other->st_ino && S_ISREG(st.st_mode);
}

/* Whether this run has written the file. Two segments of the same second, or after the clock was set back,
 * get the same name from strftime fields, which --overwrite is not meant for. */
static bool has_written(const struct recording *recording, const char *path)
{
	struct stat st;
	bool exists = stat(path, &st) == 0;

	for (size_t i = 0; i < recording->n_files; i++) {
		const struct output_file *file = &recording->files[i];

		if (!file->frames)
			continue;
		if (exists ? is_output_file(file, &st) : strcmp(file->path, path) == 0)
			return true;
	}
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

/* In a URL % encodes a byte, unless there are to be several files. */
static bool has_fields(const struct record_file *file)
{
	const struct writer_options *options = &file->recording->options.output;

	return file->has_segments ||
	       !(muxer_is_url(options->url) || muxer_caps_names_files(options->url, options->container));
}

/* Moves a pattern of the options to the fallback folder while that is in use. The caller frees *path. */
static int place_pattern(const struct record_file *file, const char *pattern, char **path)
{
	return segment_name_in_folder(file->in_fallback ? file->recording->options.fallback : NULL, pattern,
				      path);
}

static int name_segment(const struct record_file *file, char **path)
{
	const struct writer_options *options = &file->recording->options.output;
	char *pattern = NULL;
	int err;

	if (file->is_series)
		return segment_name_expand_series(options->url, path);
	err = place_pattern(file, options->url, &pattern);
	if (err < 0 || !has_fields(file)) {
		*path = pattern;
		return err;
	}
	err = segment_name_expand(pattern, file->n_segments, path);
	free(pattern);
	return err;
}

int record_segment_check_name(struct record_file *file)
{
	char *name = NULL;
	int err = name_segment(file, &name);

	if (err == 0 && is_taken(file, name)) {
		log_error("%s: exists: use -y to overwrite it, or another name", name);
		err = -EEXIST;
	}
	free(name);
	return err;
}

/* For an armed writer the time is that of its first packet. */
static int open_writer(struct record_file *file, const struct writer_options *options)
{
	int64_t start_ns;
	int err;

	if (!file->writer)
		return writer_open(&file->writer, options);
	err = writer_begin(file->writer, options, &start_ns);
	if (err == 0 && start_ns != INT64_MIN)
		file->segment_start_ns = file->segment_pts_ns + start_ns;
	return err;
}

/* Another program may take the name between is_taken() and open(), such as one that records another camera
 * into the same folder. */
static int open_unless_taken(struct record_file *file, struct writer_options *options, const char *path)
{
	char *opened = record_segment_path(file, path, true);
	int err = opened ? 0 : log_no_memory();

	options->url = path;
	options->expect_taken = file->n_segments > 0 || file->in_fallback || file->writer;
	if (err == 0 && options->expect_taken && !file->is_series &&
	    (is_taken(file, path) || has_written(file->recording, opened)))
		err = -EEXIST;
	if (err == 0) {
		rotation_begin(file->rotation, muxer_file_path(opened));
		err = open_writer(file, options);
	}
	free(opened);
	return err;
}

/* Opens a segment under another name. */
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

/* The first file is refused if its name is taken, so that the user decides. */
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

static bool ask_rotation(void *rotation)
{
	return rotation_make_room(rotation);
}

static bool has_named_triggers(const struct record_file *file)
{
	const struct record_options *options = &file->recording->options;

	return options->has_pre_roll && options->trigger->options.fifo;
}

/* The rotation watches the disk, even for a single file. */
static int open_rotation(struct record_file *file)
{
	struct recording *recording = file->recording;
	const struct record_options *options = &recording->options;
	const struct rotation_options rotation = {
		.rules = options->rotation,
		.patterns = { muxer_file_path(options->output.url),
			      file->has_own_logs ? options->frame_log : NULL,
			      options->fallback,
			      { options->output.partial_suffix, has_named_triggers(file) } },
		.written = &recording->ledger.bytes_written,
		.disk_left_ns = &recording->disk_left_ns,
	};
	int err;

	if (muxer_is_url(options->output.url) || strcmp(options->output.url, "-") == 0 || file->is_series)
		return 0;
	err = rotation_open(&file->rotation, &rotation);
	if (err == 0)
		output_file_set_room(ask_rotation, file->rotation);
	return err;
}

int record_segment_prepare(struct record_file *file)
{
	const struct record_options *options = &file->recording->options;

	file->has_segments = options->segment_ns || options->segment_bytes || options->reopen ||
			     options->renegotiate || options->has_pre_roll;
	file->is_series = segment_name_is_numbered(options->output.url) &&
			  segment_name_is_picture(options->output.url, options->output.container);
	file->has_own_logs = options->frame_log && segment_name_is_changing(options->frame_log) &&
			     segment_name_is_changing(options->output.url) && has_fields(file) &&
			     !file->is_series;
	return open_rotation(file);
}

/* A log with fields in its name belongs to the segment, and gets the trigger's name, too. */
static int open_own_log(struct record_file *file)
{
	const struct record_options *options = &file->recording->options;
	const struct segment_extras extras = { .has_text = *file->event.name };
	char *segments = NULL, *logs = NULL, *path = NULL;
	struct segment_match match;
	int err;

	if (!file->has_own_logs)
		return 0;
	err = place_pattern(file, options->output.url, &segments);
	if (err == 0)
		err = place_pattern(file, options->frame_log, &logs);
	if (err == 0 && !segment_match_extras(segments, &extras, writer_info(file->writer).path, &match))
		err = -EINVAL;
	if (err == 0)
		err = segment_match_name(&match, logs, &path);
	if (err == -EINVAL)
		log_error("%s: its fields are not those of '%s'", options->frame_log, options->output.url);
	if (err == 0)
		err = frame_log_open(&file->log, path, options->output.partial_suffix);
	free(segments);
	free(logs);
	free(path);
	return err;
}

/* The writer's on_dropped(). */
static void note_dropped(void *opaque, int64_t pts)
{
	struct record_file *file = opaque;
	enum frame_result result = FRAME_NOT_TRIGGERED;

	if (file->segment_taken == 0) /* frames that became several packets */
		return;
	file->segment_taken--;
	/* Or pictures that are shown before the first one of the file, and that refer to earlier ones. */
	if (writer_is_armed(file->writer))
		result = record_event_count_dropped(file, 1);
	else
		file->recording->ledger.not_triggered++;
	record_lines_drop(file, pts, result);
}

static struct writer_options segment_options(struct record_file *file)
{
	const struct record_options *options = &file->recording->options;
	struct writer_options segment = options->output;

	segment.format = *setup_file_format(file->recording->setup);
	segment.series = file->is_series;
	segment.n_pictures = file->n_pictures;
	segment.on_packet = record_lines_note_packet;
	segment.on_dropped = note_dropped;
	segment.opaque = file;
	segment.armed = options->has_pre_roll && !file->event.wanted;
	segment.pre_roll_ns = options->pre_roll_ns;
	segment.pre_roll_bytes = file->event.kept.max_bytes;
	return segment;
}

static int set_known_rate(struct record_file *file)
{
	file->needs_rate = writer_needs_rate(file->writer);
	return file->needs_rate && file->n_times > 1 ? record_segment_set_rate(file) : 0;
}

static int arm_writer(struct record_file *file, struct writer_options *options)
{
	char *name = NULL;
	int err = name_segment(file, &name);

	options->url = name;
	if (err == 0)
		err = writer_open(&file->writer, options);
	free(name);
	file->segment_begun = false;
	return err < 0 ? err : set_known_rate(file);
}

/* Opens a segment under the name that the trigger gave. */
static int open_named(struct record_file *file, struct writer_options *options)
{
	char *name = NULL, *named = NULL;
	int err = name_segment(file, &name);

	if (err == 0 && *file->event.name)
		err = segment_name_add_text(name, file->event.name, &named);
	if (err == 0)
		err = open_under_free_name(file, options, named ? named : name);
	free(named);
	free(name);
	return err;
}

int record_segment_open(struct record_file *file)
{
	struct writer_options options = segment_options(file);
	bool was_armed = writer_is_armed(file->writer);
	int err;

	if (options.armed)
		return arm_writer(file, &options);
	file->n_muxed = 0;
	file->segment_begun &= was_armed;
	err = open_named(file, &options);
	file->n_segments += err == 0;
	if (err < 0)
		return err;
	if (file->recording->options.segment_requests)
		file->n_requests = atomic_load(file->recording->options.segment_requests);
	err = open_own_log(file);
	if (err < 0 && file->segment_taken) {
		record_segment_close(file);
		return err;
	}
	if (err < 0) {
		writer_close(file->writer);
		file->writer = NULL;
		return err;
	}
	record_segment_show(file, file->writer);
	return was_armed && writer_encodes(file->writer) ? 0 : set_known_rate(file);
}

static bool is_asked_for(const struct record_file *file)
{
	const atomic_uint *requests = file->recording->options.segment_requests;

	return requests && atomic_load(requests) != file->n_requests;
}

bool record_segment_is_full(const struct record_file *file, const struct record_frame *frame)
{
	const struct record_options *options = &file->recording->options;
	struct writer_info info;

	if (!file->has_segments || !frame->frame.key || file->segment_taken == 0 ||
	    writer_is_armed(file->writer))
		return false;
	info = writer_info(file->writer);
	return is_asked_for(file) ||
	       (options->segment_ns && frame->frame.pts_ns - file->segment_start_ns >= options->segment_ns) ||
	       (options->segment_bytes && info.bytes + frame->info.bytes > options->segment_bytes);
}
