/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Movie fragments of the ISO base media file format: where they end, and their position in the file. */
#include "media/write/movie_fragments.h"

#include <errno.h>
#include <libavutil/avassert.h>
#include <libavutil/opt.h>
#include "base/array.h"
#include "base/log.h"

#define BOX_HEADER 8
/* A moof box without samples, with the header of the mdat box: libavformat's takes 132. */
#define MOOF_BYTES 256
/* The most that a trun box (8.8.8) has for a sample: duration, size, flags and composition offset. */
#define SAMPLE_BYTES 16
#define MAX_SAMPLES ((MOVIE_FRAGMENTS_PAGE - MOOF_BYTES) / SAMPLE_BYTES)
/* Durations and composition offsets have 32 bits (8.6.1); libavformat holds both in an int. */
#define MAX_OFFSET (INT32_MAX / 2)

/* Frames that an encoder reorders need an edit list (8.6.6) in the moov box, which is known with the first
 * fragment (delay_moov), or negative composition offsets (8.6.1.3): hybrid_fragmented (FFmpeg 7.1) makes a
 * wrong index with delay_moov, and libavformat reads such offsets in fragments as a later start. */
const char *movie_fragments_flags(bool hybrid)
{
	return hybrid ? "hybrid_fragmented+negative_cts_offsets" : "delay_moov+default_base_moof";
}

/* Options that the user may have set. */
static int64_t take_muxer_option(AVFormatContext *context, const char *key)
{
	int64_t value = 0;

	av_opt_get_int(context->priv_data, key, 0, &value);
	av_opt_set_int(context->priv_data, key, 0, 0);
	return value;
}

void movie_fragments_begin(struct movie_fragments *f, AVFormatContext *context, bool own, bool hybrid,
			   int64_t start)
{
	int64_t min_us;

	f->on = true;
	f->own = own;
	if (!own)
		return;
	f->hybrid = hybrid;
	f->moov_first = !hybrid;
	f->file_start = start;
	f->max_us = take_muxer_option(context, "frag_duration");
	f->max_bytes = take_muxer_option(context, "frag_size");
	min_us = take_muxer_option(context, "min_frag_duration");
	if (f->max_us < min_us)
		f->max_us = min_us;
}

/* Whether libavformat accepts this as the duration of a sample. */
static bool is_length(int64_t ticks)
{
	return ticks >= 0 && ticks < INT32_MAX;
}

int movie_fragments_fit(struct movie_fragments *f, const AVFormatContext *context, AVPacket *packet,
			const char *name)
{
	AVRational base = context->streams[0]->time_base;

	if (packet->duration > MAX_OFFSET)
		packet->duration = MAX_OFFSET;
	/* If an encoder delays frames, the first ones after a gap have decoding times from before it. */
	if (packet->pts - packet->dts > MAX_OFFSET)
		packet->dts = packet->pts - MAX_OFFSET;
	if (f->any && packet->dts <= f->dts)
		packet->dts = f->dts + 1;
	if (packet->dts <= packet->pts && (f->on || !f->any || is_length(packet->dts - f->dts)))
		return 0;
	log_error("%s: %.0f minutes without a frame, and %s holds no more than %.0f%s: use another "
		  "container, or "
		  "--segment",
		  name, (double)(packet->pts - f->dts) * av_q2d(base) / 60, context->oformat->name,
		  (double)INT32_MAX * av_q2d(base) / 60,
		  f->on ? " where frames are reordered" : " without fragments");
	return -ERANGE;
}

/* Fills the page if the fragment's moof box does not fit into the rest of it. */
static void fill_page(const struct movie_fragments *f, AVIOContext *pb)
{
	static const uint8_t zeros[MOVIE_FRAGMENTS_PAGE];
	int64_t left = MOVIE_FRAGMENTS_PAGE - (f->file_start + avio_tell(pb)) % MOVIE_FRAGMENTS_PAGE;

	if (!f->own || MOOF_BYTES + (int64_t)f->n_frames * SAMPLE_BYTES <= left)
		return;
	if (left < BOX_HEADER)
		left += MOVIE_FRAGMENTS_PAGE;
	avio_wb32(pb, (unsigned)left);
	avio_write(pb, (const uint8_t *)"free", 4);
	avio_write(pb, zeros, (int)(left - BOX_HEADER));
}

static int write_moov(struct movie_fragments *f, AVFormatContext *context)
{
	bool wanted = f->moov_first;

	f->moov_first = false;
	return wanted ? av_write_frame(context, NULL) : 0;
}

int movie_fragments_flush(struct movie_fragments *f, AVFormatContext *context)
{
	int err;

	if (f->n_frames == 0)
		return 0;
	err = write_moov(f, context);
	if (err < 0)
		return err;
	fill_page(f, context->pb);
	f->n_frames = 0;
	f->ended = true;
	err = av_write_frame(context, NULL);
	return err < 0 ? err : 0;
}

static bool must_end(const struct movie_fragments *f, const AVFormatContext *context, const AVPacket *packet)
{
	AVRational base = context->streams[0]->time_base;

	return f->n_frames == MAX_SAMPLES || (f->max_bytes && f->n_bytes + packet->size >= f->max_bytes) ||
	       (f->max_us && av_rescale_q(packet->dts - f->start_dts, base, AV_TIME_BASE_Q) >= f->max_us);
}

/* Makes libavformat write the fragment before it takes the next packet, at whose time the last sample ends.
 */
static int end_before_next(struct movie_fragments *f, AVFormatContext *context)
{
	int err = write_moov(f, context);

	if (err < 0)
		return err;
	fill_page(f, context->pb);
	f->n_frames = 0;
	return av_opt_set_int(context->priv_data, "frag_size", 1, 0);
}

/* A packet without data is not written, but makes libavformat handle frag_discont before it compares the next
 * packet's time with the last one. */
static int write_nothing(AVFormatContext *context, int64_t dts)
{
	static uint8_t nothing[AV_INPUT_BUFFER_PADDING_SIZE];
	AVPacket *packet = av_packet_alloc();
	int err = -ENOMEM;

	if (packet) {
		packet->data = nothing;
		packet->pts = packet->dts = dts;
		err = av_write_frame(context, packet);
	}
	av_packet_free(&packet);
	return err;
}

/* The fragment that begins with this packet has its time in its tfdt box (8.8.12), which can be any time
 * after the end of the previous sample. */
static int begin_later(struct movie_fragments *f, AVFormatContext *context, const AVPacket *packet)
{
	int err = av_opt_set(context->priv_data, "movflags", "+frag_discont", 0);

	f->ended = false;
	if (err < 0 || is_length(packet->dts - f->end_dts))
		return err;
	/* An ordinary file cannot represent the gap. */
	if (f->hybrid)
		err = av_opt_set(context->priv_data, "movflags", "-hybrid_fragmented", 0);
	f->hybrid = false;
	return err < 0 ? err : write_nothing(context, f->end_dts);
}

/* Ends the current fragment if the packet must not be part of it. */
static int prepare_fragment(struct movie_fragments *f, AVFormatContext *context, const AVPacket *packet)
{
	int err = 0;

	if (f->any && !is_length(packet->dts - f->dts))
		err = movie_fragments_flush(f, context);
	if (err >= 0 && f->ended)
		return begin_later(f, context, packet);
	if (err >= 0 && f->own && f->n_frames > 0 && must_end(f, context, packet))
		return end_before_next(f, context);
	return err;
}

static void note_packet(struct movie_fragments *f, const AVPacket *packet)
{
	if (f->n_frames == 0) {
		f->n_bytes = 0;
		f->start_dts = packet->dts;
	}
	f->n_frames++;
	f->n_bytes += packet->size;
	f->any = true;
	f->dts = packet->dts;
	f->end_dts = packet->dts + packet->duration;
}

/* libavformat 7.1 ignores the composition offsets in fragments if the moov box has none, which has those of
 * the first fragment: all but the first of frames that are reordered have some. */
bool movie_fragments_wait(const struct movie_fragments *f, const AVPacket *packet)
{
	return f->hybrid && !f->any && packet->pts > packet->dts;
}

int movie_fragments_write(struct movie_fragments *f, AVFormatContext *context, AVPacket *packet, bool flush)
{
	int err = f->on ? prepare_fragment(f, context, packet) : 0;

	if (err < 0)
		return err;
	/* The start of the next fragment is not known: not before the end of this one (8.8.12). */
	if (flush)
		packet->duration = 1;
	note_packet(f, packet);
	err = av_write_frame(context, packet);
	if (f->own)
		av_opt_set_int(context->priv_data, "frag_size", 0, 0);
	if (err >= 0 && flush)
		err = movie_fragments_flush(f, context);
	return err < 0 ? err : 0;
}
