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

bool muxer_is_url(const char *url)
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

int muxer_check_path(const char *url)
{
	return muxer_is_url(url) ? 0 : avio_file_check_path(skip_file_scheme(url));
}

int muxer_open(struct muxer *mux, const struct muxer_caps *container, AVRational fps)
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
	mux->stream->time_base = muxer_caps_constant_rate(container) ? grid : (AVRational){ 1, 1000000 };
	if (fps.num > 0)
		mux->stream->avg_frame_rate = mux->stream->r_frame_rate = fps;
	else if (muxer_caps_takes_frames(container->format))
		mux->stream->avg_frame_rate = (AVRational){ 30, 1 }; /* y4m must say something */
	return 0;
}

/* The muxers that name their files themselves would overwrite without a word. */
static int check_own_files(const struct muxer *mux, bool overwrite)
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

int muxer_open_file(struct muxer *mux, bool overwrite, enum direct_io_mode direct)
{
	int err;

	if (muxer_caps_no_file(&mux->container))
		return check_own_files(mux, overwrite);
	if (!muxer_is_url(mux->container.url)) {
		err = avio_file_open(&mux->output, skip_file_scheme(mux->container.url), overwrite, direct);
		if (err == 0)
			mux->context->pb = avio_file_context(mux->output);
		return err;
	}
	libav_clear_error();
	err = avio_open2(&mux->context->pb, mux->container.url, AVIO_FLAG_WRITE, NULL, NULL);
	if (err < 0)
		log_error("%s: cannot be opened: %s", mux->name, libav_err_str(err));
	return err;
}

static bool seekable(const struct muxer *mux)
{
	return mux->context->pb && mux->context->pb->seekable & AVIO_SEEKABLE_NORMAL;
}

static int file_error(const struct muxer *mux)
{
	if (mux->output)
		return avio_file_error(mux->output);
	return mux->context->pb ? mux->context->pb->error : 0;
}

static void count_bytes(struct muxer *mux, int packet_bytes)
{
	if (mux->output)
		atomic_store_explicit(&mux->bytes, avio_file_bytes(mux->output), memory_order_relaxed);
	else
		atomic_fetch_add_explicit(&mux->bytes, packet_bytes, memory_order_relaxed);
}

/* Muxers go back in their header to fill in lengths: in a pipe as far as libavformat's buffer reaches, which
 * is not used for direct writing. The QuickTime family does the same with each fragment. */
static int write_header(struct muxer *mux, AVDictionary **options)
{
	bool pipe = mux->output && !avio_file_seekable(mux->output);
	int err;

	if (pipe)
		mux->context->pb->direct = 0;
	err = avformat_write_header(mux->context, options);
	if (pipe && err >= 0 && !muxer_caps_is_isobmff(&mux->container)) {
		avio_flush(mux->context->pb);
		mux->context->pb->direct = 1;
	}
	return err;
}

int muxer_write_header(struct muxer *mux)
{
	AVDictionary *options = NULL;
	int err, file_err;

	libav_clear_error();
	/* What the trial of a raw format was made with. */
	if (mux->stream->codecpar->codec_id == AV_CODEC_ID_RAWVIDEO ||
	    muxer_caps_takes_frames(mux->container.format))
		mux->context->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
	err = muxer_caps_options(&mux->container, mux->stream->codecpar->codec_id, seekable(mux), &options);
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
			  libav_err_str(err));
		return -EINVAL;
	}
	count_bytes(mux, 0);
	return 0;
}

/* After an error, so that the trailer meets a file whose last frame is whole. */
static void recover(struct muxer *mux, int64_t frame_start)
{
	if (mux->output && frame_start >= 0)
		avio_file_recover(mux->output, frame_start, !muxer_caps_is_isobmff(&mux->container));
}

/* Nothing is left waiting in memory for frames to come: what is counted as written is in the file, whatever
 * happens next, and a reader at the other end of a pipe has it. Matroska gathers clusters; one of a single
 * frame costs a dozen bytes. */
static int write_and_flush(struct muxer *mux, AVPacket *packet)
{
	int err = av_write_frame(mux->context, packet);

	if (err >= 0 && av_match_name(mux->container.format->name, "matroska,webm"))
		err = av_write_frame(mux->context, NULL);
	if (err >= 0 && mux->output) {
		avio_flush(mux->context->pb);
		err = avio_file_flush(mux->output);
	}
	return err;
}

int muxer_write_packet(struct muxer *mux, AVPacket *packet)
{
	int64_t start = mux->context->pb ? avio_tell(mux->context->pb) : -1;
	int size = packet->size, err, file_err;
	uint64_t frames = atomic_load(&mux->frames);

	libav_clear_error();
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
	log_error("%s: %s after %llu frames", mux->name, file_err < 0 ? err_str(err) : libav_err_str(err),
		  (unsigned long long)frames);
	if (file_err < 0)
		recover(mux, start);
	return err;
}

static int close_file(struct muxer *mux)
{
	int err = 0;

	if (mux->output) {
		if (atomic_load(&mux->frames) == 0)
			avio_file_unlink(mux->output);
		avio_flush(mux->context->pb);
		avio_file_flush(mux->output);
		count_bytes(mux, 0);
		err = avio_file_close(mux->output);
		mux->output = NULL;
		mux->context->pb = NULL;
	} else if (!muxer_caps_no_file(&mux->container)) {
		err = avio_closep(&mux->context->pb);
	}
	return err;
}

int muxer_finish(struct muxer *mux, int error)
{
	int err = 0, close_err;

	libav_clear_error();
	if (mux->begun && (err = av_write_trailer(mux->context)) > 0)
		err = 0; /* some muxers return a length */
	mux->begun = false;
	close_err = close_file(mux);
	if (close_err < 0)
		err = close_err;
	if (error >= 0 && err < 0)
		log_error("%s: finishing the file: %s", mux->name,
			  close_err < 0 ? err_str(err) : libav_err_str(err));
	return error < 0 ? error : err;
}

void muxer_close(struct muxer *mux)
{
	if (mux->context && (mux->begun || mux->output || mux->context->pb))
		muxer_finish(mux, -ECANCELED);
	avformat_free_context(mux->context);
	mux->context = NULL;
}
