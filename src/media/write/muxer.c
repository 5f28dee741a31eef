/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One stream into one file: header, packets, trailer. */
#include "media/write/muxer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <libavutil/avstring.h>
#include "base/log.h"
#include "media/libav.h"
#include "media/write/roundtrip.h"

/* For containers on a grid when nobody knows the rate: fine enough for any camera. */
#define DEFAULT_GRID 120

static const char *skip_file_scheme(const char *url)
{
	const char *path = url;

	av_strstart(url, "file:", &path);
	return path;
}

bool mux_is_address(const char *url)
{
	size_t n = strspn(url, "abcdefghijklmnopqrstuvwxyz0123456789+-.");
	const char *protocol;
	void *state = NULL;

	if (n == 0 || url[n] != ':')
		return false;
	while ((protocol = avio_enum_protocols(&state, 1))) {
		if (strlen(protocol) == n && strncmp(protocol, url, n) == 0)
			return strcmp(protocol, "file") != 0;
	}
	return false;
}

int mux_check_url(const char *url)
{
	return mux_is_address(url) ? 0 : output_check(skip_file_scheme(url));
}

int mux_open(struct mux *mux, const struct container *container, AVRational fps)
{
	AVRational grid = fps.num > 0 ? av_inv_q(fps) : (AVRational){ 1, DEFAULT_GRID };
	int err;

	mux->container = *container;
	mux->name = strcmp(container->url, "-") == 0 ? "standard output" : container->url;
	err = avformat_alloc_output_context2(&mux->context, container->format, NULL,
					     skip_file_scheme(container->url));
	if (err < 0)
		return err;
	if (!(mux->stream = avformat_new_stream(mux->context, NULL)))
		return -ENOMEM;
	mux->stream->time_base = container_constant_rate(container) ? grid : (AVRational){ 1, 1000000 };
	if (fps.num > 0)
		mux->stream->avg_frame_rate = mux->stream->r_frame_rate = fps;
	else if (container_takes_frames(container->format))
		mux->stream->avg_frame_rate = (AVRational){ 30, 1 }; /* y4m must say something */
	return 0;
}

/* The muxers that name their files themselves would overwrite without a word. */
static int check_own_files(const struct mux *mux, bool overwrite)
{
	const char *path = mux->context->url;
	char first[1024];

	if (!av_match_name(mux->container.format->name, "image2"))
		return 0;
	if (av_get_frame_filename(first, sizeof first, path, 1) >= 0)
		path = first;
	if (overwrite || access(path, F_OK) < 0)
		return 0;
	log_error("%s: exists: use -y to overwrite it, or another name", path);
	return -EEXIST;
}

int mux_open_file(struct mux *mux, bool overwrite, enum direct_mode direct)
{
	int err;

	if (container_opens_files(&mux->container))
		return check_own_files(mux, overwrite);
	if (!mux_is_address(mux->container.url)) {
		err = output_open(&mux->output, skip_file_scheme(mux->container.url), overwrite, direct);
		if (err == 0)
			mux->context->pb = output_avio(mux->output);
		return err;
	}
	libav_forget_reason();
	err = avio_open2(&mux->context->pb, mux->container.url, AVIO_FLAG_WRITE, NULL, NULL);
	if (err < 0)
		log_error("%s: cannot be opened: %s", mux->name, libav_reason(err));
	return err;
}

static bool seekable(const struct mux *mux)
{
	return mux->context->pb && mux->context->pb->seekable & AVIO_SEEKABLE_NORMAL;
}

static int file_error(const struct mux *mux)
{
	if (mux->output)
		return output_error(mux->output);
	return mux->context->pb ? mux->context->pb->error : 0;
}

static void count_bytes(struct mux *mux, int packet_bytes)
{
	if (mux->output)
		atomic_store_explicit(&mux->bytes, output_bytes(mux->output), memory_order_relaxed);
	else
		atomic_fetch_add_explicit(&mux->bytes, packet_bytes, memory_order_relaxed);
}

/* Muxers go back in their header to fill in lengths: in a pipe as far as libavformat's buffer reaches, which
 * is not used for direct writing. The QuickTime family does the same with each fragment. */
static int write_header(struct mux *mux, AVDictionary **options)
{
	bool pipe = mux->output && !output_seekable(mux->output);
	int err;

	if (pipe)
		mux->context->pb->direct = 0;
	err = avformat_write_header(mux->context, options);
	if (pipe && err >= 0 && !container_books_ahead(&mux->container)) {
		avio_flush(mux->context->pb);
		mux->context->pb->direct = 1;
	}
	return err;
}

int mux_begin(struct mux *mux)
{
	AVDictionary *options = NULL;
	int err, file_err;

	libav_forget_reason();
	/* What the trial of a raw format was made with. */
	if (mux->stream->codecpar->codec_id == AV_CODEC_ID_RAWVIDEO ||
	    container_takes_frames(mux->container.format))
		mux->context->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
	err = container_options(&mux->container, mux->stream->codecpar->codec_id, seekable(mux), &options);
	if (err >= 0)
		err = write_header(mux, &options);
	av_dict_free(&options);
	file_err = file_error(mux);
	if (err >= 0)
		mux->begun = true;
	if (file_err < 0) {
		log_error("%s: writing the header: %s", mux->name, err_str(file_err));
		return file_err;
	}
	if (err < 0) {
		log_error("%s: %s cannot be begun: %s", mux->name, mux->container.format->name,
			  libav_reason(err));
		return -EINVAL;
	}
	count_bytes(mux, 0);
	return 0;
}

/* After an error, so that the trailer meets a file whose last frame is whole. */
static void recover(struct mux *mux, int64_t frame_start)
{
	if (mux->output && frame_start >= 0)
		output_recover(mux->output, frame_start, !container_books_ahead(&mux->container));
}

/* Nothing is left waiting in memory for frames to come: what is counted as written is in the file, whatever
 * happens next, and a reader at the other end of a pipe has it. Matroska gathers clusters; one of a single
 * frame costs a dozen bytes. */
static int write_and_flush(struct mux *mux, AVPacket *packet)
{
	int err = av_write_frame(mux->context, packet);

	if (err >= 0 && av_match_name(mux->container.format->name, "matroska,webm"))
		err = av_write_frame(mux->context, NULL);
	if (err >= 0 && mux->output) {
		avio_flush(mux->context->pb);
		err = output_flush(mux->output);
	}
	return err;
}

int mux_write(struct mux *mux, AVPacket *packet)
{
	int64_t start = mux->context->pb ? avio_tell(mux->context->pb) : -1;
	int size = packet->size, err, file_err;
	uint64_t frames = atomic_load(&mux->frames);

	libav_forget_reason();
	packet->stream_index = 0;
	err = write_and_flush(mux, packet);
	av_packet_unref(packet);
	file_err = file_error(mux);
	if (file_err < 0)
		err = file_err;
	if (err >= 0) {
		atomic_store_explicit(&mux->frames, frames + 1, memory_order_relaxed);
		count_bytes(mux, size);
		return 0;
	}
	if (err == -ENOMEM)
		return err;
	log_error("%s: %s after %llu frames", mux->name, file_err < 0 ? err_str(err) : libav_reason(err),
		  (unsigned long long)frames);
	if (file_err < 0)
		recover(mux, start);
	return err;
}

static int close_file(struct mux *mux)
{
	int err = 0;

	if (mux->output) {
		if (atomic_load(&mux->frames) == 0)
			output_remove(mux->output);
		avio_flush(mux->context->pb);
		output_flush(mux->output);
		count_bytes(mux, 0);
		err = output_close(mux->output);
		mux->output = NULL;
		mux->context->pb = NULL;
	} else if (!container_opens_files(&mux->container)) {
		err = avio_closep(&mux->context->pb);
	}
	return err;
}

int mux_end(struct mux *mux, int error)
{
	int err = 0, close_err;

	libav_forget_reason();
	if (mux->begun && (err = av_write_trailer(mux->context)) > 0)
		err = 0; /* some muxers return a length */
	mux->begun = false;
	close_err = close_file(mux);
	if (close_err < 0)
		err = close_err;
	if (error >= 0 && err < 0)
		log_error("%s: finishing the file: %s", mux->name,
			  close_err < 0 ? err_str(err) : libav_reason(err));
	return error < 0 ? error : err;
}

void mux_close(struct mux *mux)
{
	if (mux->context && (mux->begun || mux->output || mux->context->pb))
		mux_end(mux, -ECANCELED);
	avformat_free_context(mux->context);
	mux->context = NULL;
}
