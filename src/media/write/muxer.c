/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Muxes one video stream to one output file: header, packets, trailer. */
#include "media/write/muxer.h"

#include <errno.h>
#include <string.h>
#include <libavutil/avstring.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/output_file.h"
#include "media/libav.h"
#include "media/write/muxer_options.h"
#include "media/write/muxer_pictures.h"

/* The largest index: the moov box, with a page before that of a fragment, and the entries of each frame in
 * its tables (sizes, times, offsets). */
#define MOOV_BYTES (4096 + 2 * MOVIE_FRAGMENTS_PAGE)
#define MOOV_FRAME_BYTES 40
/* Limits of a movie fragment, which is lost in a power failure and, without a codec, kept in memory. Its
 * header takes a hundred bytes and a few more for each frame. */
#define FRAGMENT_US "1000000"
#define FRAGMENT_BYTES "1048576"

static const AVRational milliseconds = { 1, 1000 };

void muxer_set_rate(struct muxer *m, enum file_clock clock, AVRational fps)
{
	bool has_rate = clock == FILE_CLOCK_SLOTS || clock == FILE_CLOCK_RATE;

	m->stream->time_base = has_rate ? av_inv_q(fps) : (AVRational){ 1, 1000000 };
	if (fps.num > 0)
		m->stream->avg_frame_rate = m->stream->r_frame_rate = fps;
}

/* AVIOInterruptCB: ends the wait for a connection when the run is to end. */
static int must_give_up(void *opaque)
{
	const struct muxer *m = opaque;

	return !m->context->pb && !m->header_written && output_file_is_ending();
}

int muxer_open(struct muxer *m, const struct muxer_caps *caps, const char *options)
{
	int err;

	m->caps = *caps;
	m->name = strcmp(caps->url, "-") == 0 ? "standard output" : caps->url;
	err = avformat_alloc_output_context2(&m->context, caps->format, NULL, muxer_file_path(caps->url));
	if (err < 0)
		return err;
	m->context->interrupt_callback = (AVIOInterruptCB){ must_give_up, m };
	m->stream = avformat_new_stream(m->context, NULL);
	if (!m->stream)
		return -ENOMEM;
	return muxer_options_parse(m->context, options, &m->options);
}

static int file_error(const struct muxer *m)
{
	if (m->file)
		return m->file->error;
	return m->context->pb ? m->context->pb->error : 0;
}

/* Memory that libavformat uses for the current fragment. */
static int64_t fragment_bytes(const struct muxer *m)
{
	return m->fragmented && m->fragments.n_frames > 0 ? m->fragments.n_bytes : 0;
}

static void count_bytes(struct muxer *m, int packet_bytes)
{
	if (m->file)
		atomic_store_explicit(&m->bytes, (uint64_t)(m->file->size + fragment_bytes(m)),
				      memory_order_relaxed);
	else
		atomic_fetch_add_explicit(&m->bytes, packet_bytes, memory_order_relaxed);
}

static bool is_seekable(const struct muxer *m)
{
	const AVIOContext *pb = m->context->pb;

	return pb && pb->seekable & AVIO_SEEKABLE_NORMAL;
}

static bool is_hybrid(const struct muxer_caps *caps)
{
	return muxer_caps_has_option(caps, "hybrid_fragmented", "movflags");
}

static bool is_matroska(const struct muxer *m)
{
	return av_match_name(m->caps.format->name, "matroska,webm");
}

/* The user's movflags replace all of ours for the index. */
static bool chooses_index(const struct muxer *m)
{
	return is_seekable(m) && muxer_caps_has_option(&m->caps, "movflags", NULL) &&
	       !av_dict_get(m->options, "movflags", NULL, 0);
}

/* Whether the index can be written in front while the file grows. The user's options for the index replace
 * it. */
static bool has_front_index(const struct muxer *m)
{
	static const char *const choices[] = { "reserve_index_space", "cues_to_front", "live", "dash" };
	bool wanted = m->file && m->file->regular && is_seekable(m) && is_matroska(m);

	for (size_t i = 0; i < ARRAY_SIZE(choices); i++)
		wanted &= !av_dict_get(m->options, choices[i], NULL, 0);
	return wanted;
}

/* Sets the muxer's private options. A later row replaces an earlier one of the same key: their conditions
 * must exclude each other. */
static int set_muxer_options(const struct muxer *m, AVDictionary **options)
{
	const struct muxer_caps *caps = &m->caps;
	const struct {
		const char *key, *value;
		bool wanted;
	} table[] = {
		/* The CRC-32 of a Cluster, optional in RFC 9559, takes four times as long as writing. */
		{ "write_crc32", "0", muxer_caps_has_option(caps, "write_crc32", NULL) },
		{ "video_track_timescale", "1000000",
		  muxer_caps_has_option(caps, "video_track_timescale", NULL) },
		/* Without seeking there can be no moov box after the data: movie fragments (ISO/IEC
		 * 14496-12, 8.8). */
		{ "movflags", "frag_keyframe+empty_moov+default_base_moof",
		  !is_seekable(m) && muxer_caps_has_option(caps, "movflags", NULL) },
		{ "movflags", "faststart", m->faststart && chooses_index(m) },
		/* Fragments can be read up to the last one if the program is killed or the power fails; those
		 * of hybrid_fragmented (FFmpeg 7.1) become an ordinary file when it is closed. */
		{ "movflags", movie_fragments_flags(is_hybrid(caps)), m->fragmented },
		{ "frag_duration", FRAGMENT_US, m->fragmented },
		{ "frag_size", FRAGMENT_BYTES, m->fragmented },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i].wanted && av_dict_set(options, table[i].key, table[i].value, 0) < 0)
			return -ENOMEM;
	}
	return muxer_options_add(options, m->options);
}

/* avformat_write_header() to a pipe needs libavformat's buffer, as muxers seek back in their header to fill
 * in lengths. Muxers of the ISO base media file format do so in every fragment. */
static int write_header_buffered(struct muxer *m, AVDictionary **options)
{
	AVIOContext *pb = m->context->pb;
	bool pipe = m->file && !m->file->seekable;
	int err;

	if (pipe)
		pb->direct = 0;
	err = avformat_write_header(m->context, options);
	if (pipe && err >= 0 && !muxer_caps_is_isobmff(&m->caps)) {
		avio_flush(pb);
		pb->direct = 1;
	}
	return err;
}

/* As set by set_muxer_options(). */
static bool has_fragments(const struct muxer *m)
{
	return m->fragmented || (!is_seekable(m) && muxer_caps_is_isobmff(&m->caps) &&
				 !av_dict_get(m->options, "movflags", NULL, 0));
}

int muxer_write_header(struct muxer *m)
{
	AVDictionary *options = NULL;
	int err, file_err;

	libav_clear_error();
	m->stream->sample_aspect_ratio = m->stream->codecpar->sample_aspect_ratio;
	/* roundtrip.c tried raw formats with this setting. */
	if (m->stream->codecpar->codec_id == AV_CODEC_ID_RAWVIDEO || muxer_caps_takes_frames(&m->caps))
		m->context->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
	m->fragmented = !m->faststart && chooses_index(m);
	m->synced_ns = now_ns();
	err = set_muxer_options(m, &options);
	if (err >= 0)
		err = muxer_pictures_set_options(m, &options);
	if (err >= 0)
		err = write_header_buffered(m, &options);
	av_dict_free(&options);
	if (err >= 0 && has_fragments(m))
		movie_fragments_begin(&m->fragments, m->context, m->fragmented, is_hybrid(&m->caps),
				      m->file ? m->file->start : 0);
	if (err >= 0 && has_front_index(m))
		matroska_cues_open(&m->cues, m->file);
	file_err = file_error(m);
	if (err >= 0)
		m->header_written = true;
	if (file_err < 0) {
		log_error("%s: cannot write the header: %s", m->name, err_str(file_err));
		return file_err;
	}
	if (err < 0) {
		log_error("%s: cannot write the %s header: %s", m->name, m->caps.format->name,
			  libav_err_str(err));
		return -EINVAL;
	}
	count_bytes(m, 0);
	return 0;
}

static int sync_output(struct muxer *m)
{
	m->n_syncs++;
	return m->file ? avio_file_sync(m->file) : muxer_pictures_sync(m);
}

/* Whether to sync to disk after this packet. */
static bool sync_is_due(struct muxer *m, const AVPacket *packet)
{
	int64_t now = now_ns();

	if (!m->sync_ns || now - m->synced_ns < m->sync_ns || movie_fragments_wait(&m->fragments, packet))
		return false;
	m->synced_ns = now;
	return true;
}

static int flush_file(struct muxer *m, bool sync)
{
	int err;

	if (!m->file)
		return sync ? sync_output(m) : 0;
	avio_flush(m->context->pb);
	err = sync ? sync_output(m) : avio_file_flush(m->file);
	/* The Clusters in the index must be on the disk before it. */
	if (err >= 0 && (sync || !m->sync_ns))
		matroska_cues_write(&m->cues, m->file);
	return err;
}

static void note_cluster(struct muxer *m, const AVPacket *packet, int64_t position)
{
	AVRational base = m->stream->time_base;

	if (packet->flags & AV_PKT_FLAG_KEY)
		matroska_cues_add(&m->cues, av_rescale_q(packet->pts, base, milliseconds), position);
	matroska_cues_extend(&m->cues, av_rescale_q(packet->pts + packet->duration, base, milliseconds));
}

/* Writes the packet and leaves nothing in buffers, except the current fragment: frames that count as written
 * are in the file if the program is killed, and at the other end of a pipe at once. */
static int write_and_flush(struct muxer *m, AVPacket *packet, int64_t start)
{
	bool sync = sync_is_due(m, packet);
	int err = movie_fragments_write(&m->fragments, m->context, packet, sync && m->fragmented);

	/* A Cluster (RFC 9559, 5.1.3) of a single frame costs a dozen bytes. */
	if (err >= 0 && is_matroska(m))
		err = av_write_frame(m->context, NULL);
	if (err >= 0 && file_error(m) == 0 && is_matroska(m))
		note_cluster(m, packet, start);
	return err >= 0 ? flush_file(m, sync) : err;
}

/* Prepares the file for the packet. A muxer of the ISO base media file format lists a frame in its index even
 * if writing it failed: space for both must be available before it gets the frame. */
static int prepare_file(struct muxer *m, AVPacket *packet)
{
	int64_t index_bytes = MOOV_BYTES + (int64_t)atomic_load(&m->frames) * MOOV_FRAME_BYTES;
	int err = m->file ? avio_file_begin(m->file) : 0;

	if (err >= 0 && muxer_caps_is_isobmff(&m->caps))
		err = movie_fragments_fit(&m->fragments, m->context, packet, m->name);
	if (err < 0 || !m->file || !muxer_caps_is_isobmff(&m->caps))
		return err;
	return avio_file_reserve(m->file, fragment_bytes(m) + packet->size + index_bytes);
}

/* Handles a fragment that could not be written, with n_frames that were counted. */
static void lose_fragment(struct muxer *m, uint64_t n_frames)
{
	m->fragment_lost = true;
	atomic_store(&m->frames, atomic_load(&m->frames) - n_frames);
}

int muxer_write_packet(struct muxer *m, AVPacket *packet)
{
	int64_t start = m->context->pb ? avio_tell(m->context->pb) : -1;
	int size = packet->size, err, file_err;
	uint64_t frames = atomic_load(&m->frames), fragment_frames = m->fragments.n_frames;
	bool taken; /* by libavformat */

	libav_clear_error();
	packet->stream_index = 0;
	if (m->series && !muxer_pictures_have_own_names(m))
		muxer_pictures_number(m, packet);
	err = prepare_file(m, packet);
	taken = err >= 0;
	if (err >= 0)
		err = write_and_flush(m, packet, start);
	av_packet_unref(packet);
	file_err = file_error(m);
	if (file_err < 0)
		err = file_err;
	if (err >= 0) {
		atomic_store_explicit(&m->frames, frames + 1, memory_order_relaxed);
		count_bytes(m, size);
		return 0;
	}
	if (err == -ENOMEM || err == -ERANGE) /* error of movie_fragments_fit() */
		return err;
	log_error("%s: %s after %llu frames", m->name,
		  file_err < 0 ? output_file_err_str(err) : libav_err_str(err), (unsigned long long)frames);
	if (m->fragmented && taken)
		lose_fragment(m, fragment_frames);
	/* The trailer must follow a complete frame. */
	if (file_err < 0 && m->file && start >= 0)
		avio_file_recover(m->file, start, !muxer_caps_is_isobmff(&m->caps));
	return err;
}

/* The trailer writes the last fragment, or the index. */
static void check_trailer(struct muxer *m, uint64_t fragment_frames, int err)
{
	bool written;

	if (!m->file)
		return;
	avio_flush(m->context->pb);
	written = avio_file_flush(m->file) == 0 && m->context->pb->error >= 0;
	if (!written && m->fragmented && !m->fragment_lost)
		lose_fragment(m, fragment_frames);
	if (written && err >= 0)
		matroska_cues_remove(&m->cues, m->file);
}

static int close_file(struct muxer *m, bool whole)
{
	bool sync = (m->sync_ns || m->sync_at_end) && atomic_load(&m->frames) > 0;
	int err;

	if (muxer_caps_is_image2(&m->caps))
		return sync ? muxer_pictures_sync(m) : 0;
	if (!m->file)
		return muxer_caps_no_file(&m->caps) ? 0 : avio_closep(&m->context->pb);
	if (atomic_load(&m->frames) == 0)
		avio_file_unlink(m->file);
	if (sync && m->file->n_kept > 0)
		avio_file_sync(m->file);
	avio_file_finish(m->file);
	if (sync)
		avio_file_sync(m->file);
	count_bytes(m, 0);
	err = avio_file_close(m->file, whole && atomic_load(&m->frames) > 0);
	m->is_partial &= !whole || err < 0;
	m->file = NULL;
	m->context->pb = NULL;
	return err;
}

int muxer_finish(struct muxer *m, int error)
{
	uint64_t fragment_frames = m->fragments.n_frames;
	int err = 0, trailer_err, close_err;

	libav_clear_error();
	/* A fragment that could not be written would leave a gap. */
	if (m->header_written && !m->fragment_lost) {
		if (m->fragmented)
			err = movie_fragments_flush(&m->fragments, m->context);
		/* The mdat box that has all fragments hides them: the index must be there before it. */
		if (m->fragments.hybrid && m->file)
			avio_file_keep_lengths(m->file);
		trailer_err = av_write_trailer(m->context);
		if (err == 0)
			err = trailer_err;
	}
	if (err > 0) /* some muxers return a length */
		err = 0;
	m->header_written = false;
	m->fragments.n_frames = 0;
	check_trailer(m, fragment_frames, err);
	close_err = close_file(m, error >= 0 && err >= 0 && !m->fragment_lost);
	if (close_err < 0)
		err = close_err;
	if (error >= 0 && err < 0)
		log_error("%s: cannot finish the file: %s", m->name,
			  close_err < 0 ? err_str(err) : libav_err_str(err));
	return error < 0 ? error : err;
}

void muxer_close(struct muxer *m)
{
	if (m->context && (m->header_written || m->file || m->context->pb))
		muxer_finish(m, -ECANCELED);
	matroska_cues_close(&m->cues);
	avformat_free_context(m->context);
	m->context = NULL;
	av_dict_free(&m->options);
}
