/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file side of a recording. */
#include "session/record_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <libavcodec/codec_desc.h>
#include "base/log.h"
#include "session/frame_log.h"
#include "session/segment_name.h"

struct sink {
	struct recording *recording;
	struct writer *writer;
	FILE *log;
	bool segments, times; /* the name holds a number; or a time, too */
	bool all_key;         /* a file can begin with any frame, whatever the driver says of key frames */
	unsigned n_opened;
	int64_t segment_start_ns; /* presentation time of the segment's first frame */
	uint64_t closed_bytes;    /* of the files before this one */
	uint64_t n_repacked, repacked_bytes;
	int err; /* the first */
};

/* Drivers mark no key frames where every frame is one. */
static bool is_intra_only(const struct video_format *format)
{
	const AVCodecDescriptor *codec = format->pix ? avcodec_descriptor_get(format->pix->codec) : NULL;

	return !codec || codec->props & AV_CODEC_PROP_INTRA_ONLY;
}

/* Two segments within one second have one name in strftime()'s words; --overwrite is not for that. */
static int check_new(const struct recording *recording, const char *path)
{
	for (size_t i = 0; i < recording->n_files; i++)
		if (recording->files[i].frames && !strcmp(recording->files[i].path, path)) {
			log_error("%s: this run has written it already: put %%03d into the name", path);
			return -EEXIST;
		}
	return 0;
}

static int open_file(struct sink *sink)
{
	struct writer_options options = sink->recording->options.output;
	char *path = NULL;
	int err;

	if (sink->segments) {
		err = segment_name_expand(options.url, sink->n_opened, sink->times, &path);
		if (err < 0)
			return err;
		options.url = path;
	}
	sink->all_key = is_intra_only(&options.format);
	err = check_new(sink->recording, options.url);
	if (err == 0)
		err = writer_open(&sink->writer, &options);
	sink->n_opened += err == 0;
	free(path);
	return err;
}

static int remember_output(struct recording *recording, const struct writer_info *info)
{
	struct output_file *outputs = realloc(recording->files, (recording->n_files + 1) * sizeof *outputs);
	struct output_file *output;

	if (!outputs)
		return log_no_memory();
	recording->files = outputs;
	output = &outputs[recording->n_files++];
	*output = (struct output_file){
		.path = strdup(info->path),
		.container = strdup(info->container),
		.codec = strdup(info->codec),
		.frames = info->frames,
		.bytes = info->bytes,
	};
	return output->path && output->container && output->codec ? 0 : log_no_memory();
}

/* The trailer counts too, so the file's size is only known when it is finished. */
static int close_file(struct sink *sink)
{
	struct recording *recording = sink->recording;
	struct writer_info info;
	int err, memory_err;

	if (!sink->writer)
		return 0;
	err = writer_finish(sink->writer);
	info = writer_info(sink->writer);
	memory_err = remember_output(recording, &info);
	sink->closed_bytes += info.bytes;
	recording->ledger.bytes_written = sink->closed_bytes;
	writer_close(sink->writer);
	sink->writer = NULL;
	return err < 0 ? err : memory_err;
}

int sink_open(struct sink **out, struct recording *recording)
{
	struct sink *sink = calloc(1, sizeof *sink);
	int err;

	if (!sink)
		return log_no_memory();
	sink->recording = recording;
	sink->times = recording->options.segment_ns || recording->options.segment_bytes ||
		      recording->options.reopen;
	sink->segments = sink->times || recording->options.renegotiate;
	err = frame_log_open(&sink->log, recording->options.frame_log);
	if (err == 0)
		err = open_file(sink);
	if (err < 0) {
		sink_close(sink);
		return err;
	}
	*out = sink;
	return 0;
}

static bool segment_is_full(const struct sink *sink, const struct frame *frame, uint64_t bytes)
{
	const struct record_options *options = &sink->recording->options;
	struct writer_info info;

	if (!sink->segments || !(frame->key || sink->all_key))
		return false;
	info = writer_info(sink->writer);
	if (info.frames == 0)
		return false;
	return (options->segment_ns && frame->pts_ns - sink->segment_start_ns >= options->segment_ns) ||
	       (options->segment_bytes && info.bytes + bytes > options->segment_bytes);
}

static int write_frame(struct sink *sink, const struct item *item)
{
	struct frame frame = item->frame;
	uint64_t copied_bytes;
	struct writer_info info;
	int err = 0;

	if (sink->writer && segment_is_full(sink, &frame, item->info.bytes))
		err = close_file(sink);
	if (err == 0 && !sink->writer) {
		err = open_file(sink);
		sink->segment_start_ns = frame.pts_ns;
	}
	if (err < 0)
		return err;
	frame.pts_ns -= sink->segment_start_ns;
	copied_bytes = writer_info(sink->writer).copied_bytes;
	err = writer_write(sink->writer, &frame);
	info = writer_info(sink->writer);
	copied_bytes = info.copied_bytes - copied_bytes;
	sink->n_repacked += copied_bytes && !item->copied;
	sink->repacked_bytes += copied_bytes;
	sink->recording->ledger.bytes_written = sink->closed_bytes + info.bytes;
	sink->recording->ledger.bytes_taken += item->info.bytes;
	return err;
}

void item_free(struct item *item)
{
	av_buffer_unref(&item->frame.memory);
	free(item);
}

void sink_lose(struct sink *sink, struct item *item)
{
	if (item->frame.memory) {
		sink->recording->ledger.lost_writer++;
		item->fate = FATE_WRITER;
	}
	frame_log_add(sink->log, item, item->fate);
	item_free(item);
}

int sink_take(struct sink *sink, struct item *item)
{
	int err = item->frame.memory ? write_frame(sink, item) : 0;

	if (err) {
		sink->err = err < 0 ? err : 0;
		sink_lose(sink, item);
		return sink->err;
	}
	if (item->frame.memory)
		sink->recording->ledger.written++;
	sink->err = frame_log_add(sink->log, item, item->fate);
	item_free(item);
	return sink->err;
}

int sink_cut(struct sink *sink)
{
	int err;

	if (!sink)
		return 0;
	err = close_file(sink);
	if (sink->err == 0)
		sink->err = err;
	return sink->err;
}

int sink_close(struct sink *sink)
{
	int err, close_err, log_err;

	if (!sink)
		return 0;
	close_err = close_file(sink);
	log_err = frame_log_close(sink->log);
	err = sink->err ? sink->err : close_err ? close_err : log_err;
	free(sink);
	return err;
}

uint64_t sink_repacked(const struct sink *sink, uint64_t *bytes)
{
	*bytes = sink->repacked_bytes;
	return sink->n_repacked;
}
