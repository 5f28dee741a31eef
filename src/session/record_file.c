/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file side of a recording: its segments, one writer after another, and the frame log. */
#include "session/record_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/clock.h"
#include "base/log.h"
#include "media/write/muxer.h"
#include "session/measured_rate.h"
#include "session/segment_name.h"

/* So many names are tried for a segment. */
#define MAX_SUFFIX 9999
/* So many frames and lines of the frame log wait for the rate, and no longer than this. */
#define MAX_WAITING 16
#define MAX_WAIT_NS (NS_PER_S / 2)

struct record_file {
	struct recording *recording;
	struct writer *writer; /* NULL: no segment is open */
	FILE *log;
	struct record_frame *lines, **lines_end; /* of the log, to be written in this order */
	bool has_segments;                       /* there can be several */
	bool is_series;                          /* of pictures, which the muxer numbers */
	bool suffix_said;                        /* that a segment got a suffix, as its name was taken */
	unsigned n_segments;                     /* opened */
	uint64_t n_pictures;                     /* in the series so far */
	int64_t segment_pts_ns;                  /* of the segment's first frame */
	uint64_t segment_taken;                  /* frames that its writer took */
	uint64_t closed_written;                 /* frames in the segments before */
	uint64_t closed_bytes;                   /* of the segments before */
	uint64_t n_copied, bytes_copied; /* by the writer; frames that the queue had not copied already */
	int64_t times_ns[MEASURED_RATE_FRAMES]; /* of the last frames of the stream that were sent here */
	unsigned n_times;
	struct record_frame *waiting[MAX_WAITING]; /* for the rate to be known */
	unsigned n_waiting;
	bool needs_rate, has_rate; /* of the stream */
	int err;                   /* the first */
};

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

static int set_rate(struct record_file *file)
{
	struct fraction claimed = file->recording->setup->format.fps;
	struct fraction fps =
		measured_rate(file->times_ns, file->n_times, claimed, writer_has_slots(file->writer));

	if (fps.num == claimed.num && fps.den == claimed.den)
		return 0;
	log_verbose("the first frames show %.6g a second", fraction_value(fps));
	return writer_set_rate(file->writer, fps);
}

/* The writer's on_packet(). The encoder may change times; a packet is of some frame that it has. */
static void note_packet(void *opaque, int64_t pts, int64_t dts)
{
	struct record_file *file = opaque;
	struct record_frame *written = NULL;

	for (struct record_frame *frame = file->lines; frame; frame = frame->next) {
		if (frame->result == FRAME_PENDING && (!written || frame->frame.packet_pts == pts))
			written = frame;
	}
	if (written)
		written->result = FRAME_WRITTEN;
	for (struct record_frame *frame = file->lines; frame; frame = frame->next) {
		if (frame->result == FRAME_PENDING && frame->frame.packet_pts < dts)
			frame->result = FRAME_LOST_CODEC;
	}
}

/* Of what is written: a codec node's, or the camera's. */
static struct video_format recording_format(const struct recording *recording)
{
	const struct setup *setup = recording->setup;

	return setup->encoding ? setup->encoding->encoder.coded : setup->format;
}

static int open_segment(struct record_file *file)
{
	struct writer_options options = file->recording->options.output;
	char *name = NULL;
	int err = name_segment(file, &name);

	if (err < 0)
		return err;
	options.format = recording_format(file->recording);
	options.series = file->is_series;
	options.n_pictures = file->n_pictures;
	options.on_packet = note_packet;
	options.opaque = file;
	err = open_under_free_name(file, &options, name);
	file->n_segments += err == 0;
	free(name);
	if (err < 0)
		return err;
	file->needs_rate = writer_needs_rate(file->writer);
	if (file->needs_rate && file->n_times > 1)
		err = set_rate(file);
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
static uint64_t segment_written(const struct record_file *file)
{
	uint64_t frames = writer_info(file->writer).frames;

	return frames < file->segment_taken ? frames : file->segment_taken;
}

/* The writer has finished, with err: frames that it took and that are not in the file are lost. */
static void count_segment(struct record_file *file, int err)
{
	struct ledger *ledger = &file->recording->ledger;
	uint64_t written = segment_written(file), missing = file->segment_taken - written;

	file->closed_written += written;
	ledger->written = file->closed_written;
	if (err < 0)
		ledger->lost_writer += missing;
	else
		ledger->lost_codec += missing;
	for (struct record_frame *frame = file->lines; frame; frame = frame->next) {
		if (frame->result == FRAME_PENDING)
			frame->result = err < 0 ? FRAME_LOST_WRITER : FRAME_LOST_CODEC;
	}
	file->segment_taken = 0;
}

static int close_segment(struct record_file *file)
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

int record_file_open(struct record_file **out, struct recording *recording)
{
	const struct record_options *options = &recording->options;
	struct record_file *file = calloc(1, sizeof *file);
	int err;

	if (!file)
		return log_no_memory();
	file->recording = recording;
	file->lines_end = &file->lines;
	file->has_segments =
		options->segment_ns || options->segment_bytes || options->reopen || options->renegotiate;
	file->is_series = segment_name_is_numbered(options->output.url) &&
			  segment_name_is_picture(options->output.url, options->output.container);
	err = frame_log_open(&file->log, options->frame_log);
	if (err == 0)
		err = open_segment(file);
	if (err < 0) {
		record_file_close(file);
		return err;
	}
	*out = file;
	return 0;
}

static bool segment_is_full(const struct record_file *file, const struct record_frame *frame)
{
	const struct record_options *options = &file->recording->options;
	struct writer_info info;

	if (!file->has_segments || !frame->frame.key || file->segment_taken == 0)
		return false;
	info = writer_info(file->writer);
	return (options->segment_ns && frame->frame.pts_ns - file->segment_pts_ns >= options->segment_ns) ||
	       (options->segment_bytes && info.bytes + frame->info.bytes > options->segment_bytes);
}

/* Returns 0; 1: left out, see writer_write(); or a negative errno. */
static int write_to_segment(struct record_file *file, struct record_frame *frame)
{
	struct ledger *ledger = &file->recording->ledger;
	int err = 0;

	if (file->writer && segment_is_full(file, frame))
		err = close_segment(file);
	if (err == 0 && !file->writer) {
		err = open_segment(file);
		file->segment_pts_ns = frame->frame.pts_ns;
	}
	if (err < 0)
		return err;
	frame->frame.pts_ns -= file->segment_pts_ns;
	frame->frame.packet_pts = INT64_MIN; /* none */
	frame->result = FRAME_PENDING;
	err = writer_write(file->writer, &frame->frame);
	file->segment_taken += err == 0;
	ledger->written = file->closed_written + segment_written(file);
	file->n_copied += frame->frame.copied_bytes && !frame->copied;
	file->bytes_copied += frame->frame.copied_bytes;
	ledger->bytes_written = file->closed_bytes + writer_info(file->writer).bytes;
	ledger->bytes_taken += frame->info.bytes;
	return err;
}

/* Up to the first frame of which it is not known yet what became of it. */
static int write_lines(struct record_file *file)
{
	struct record_frame *frame;
	int err = 0, line_err;

	while ((frame = file->lines) && (frame->result != FRAME_PENDING || !file->log)) {
		line_err = frame_log_add(file->log, &frame->info, frame->result, frame->lost);
		err = err < 0 ? err : line_err;
		file->lines = frame->next;
		free(frame);
	}
	if (!file->lines)
		file->lines_end = &file->lines;
	return err;
}

static void append_line(struct record_file *file, struct record_frame *frame)
{
	*file->lines_end = frame;
	file->lines_end = &frame->next;
}

static int finish_frame(struct record_file *file, struct record_frame *frame)
{
	av_buffer_unref(&frame->frame.memory);
	av_buffer_unref(&frame->frame.second_memory);
	av_buffer_unref(&frame->frame.parameter_sets);
	return write_lines(file);
}

static void lose_frame(struct record_file *file, struct record_frame *frame)
{
	if (frame->frame.memory) {
		file->recording->ledger.lost_writer++;
		frame->result = FRAME_LOST_WRITER;
	}
	finish_frame(file, frame);
}

void record_file_discard(struct record_file *file, struct record_frame *frame)
{
	append_line(file, frame);
	lose_frame(file, frame);
}

static int write_frame(struct record_file *file, struct record_frame *frame)
{
	int err;

	append_line(file, frame);
	err = frame->frame.memory ? write_to_segment(file, frame) : 0;
	if (err < 0) {
		file->err = err;
		lose_frame(file, frame);
		return err;
	}
	/* Of several frames in a decoder's threads it may be another that cannot be decoded. */
	file->recording->ledger.lost_codec += err > 0;
	file->err = finish_frame(file, frame);
	return file->err;
}

static int write_waiting(struct record_file *file)
{
	file->has_rate = true;
	if (file->err == 0 && file->writer && file->n_waiting)
		file->err = set_rate(file);
	for (unsigned i = 0; i < file->n_waiting; i++) {
		if (file->err < 0)
			record_file_discard(file, file->waiting[i]);
		else
			write_frame(file, file->waiting[i]);
	}
	file->n_waiting = 0;
	return file->err;
}

static void note_time(struct record_file *file, int64_t pts_ns)
{
	if (file->n_times == MEASURED_RATE_FRAMES)
		memmove(file->times_ns, file->times_ns + 1, --file->n_times * sizeof *file->times_ns);
	file->times_ns[file->n_times++] = pts_ns;
}

/* Whether the frames that wait show the rate, or can wait no longer. */
static bool has_waited(const struct record_file *file, const struct record_frame *last)
{
	return file->n_times == MEASURED_RATE_FRAMES || file->n_waiting == MAX_WAITING || last->scarce ||
	       (file->n_times > 2 && file->times_ns[file->n_times - 1] - file->times_ns[0] > MAX_WAIT_NS);
}

int record_file_write(struct record_file *file, struct record_frame *frame)
{
	if (frame->frame.memory)
		note_time(file, frame->frame.pts_ns);
	if (file->has_rate || !file->needs_rate)
		return write_frame(file, frame);
	file->waiting[file->n_waiting++] = frame;
	return has_waited(file, frame) ? write_waiting(file) : 0;
}

int record_file_end_segment(struct record_file *file)
{
	int err, line_err;

	write_waiting(file);
	if (file->writer)
		writer_sync_at_end(file->writer);
	err = close_segment(file);
	line_err = write_lines(file);
	if (file->err == 0)
		file->err = err < 0 ? err : line_err;
	file->has_rate = false;
	file->n_times = 0;
	return file->err;
}

int record_file_close(struct record_file *file)
{
	struct ledger *ledger;
	int err, log_err;

	if (!file)
		return 0;
	ledger = &file->recording->ledger;
	ledger->copied += file->n_copied;
	ledger->bytes_copied += file->bytes_copied;
	err = record_file_end_segment(file);
	log_err = frame_log_close(file->log);
	free(file);
	return err < 0 ? err : log_err;
}
