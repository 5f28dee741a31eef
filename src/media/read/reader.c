/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads the frames of a video file into buffers of the caller's: demuxer (packets) → decoder (frames,
 * in decoder_buffers) → scaler (into the target's buffers, unless they are there already), or
 * demuxer → packet_reader for packets that are not decoded.
 */
#include "media/read/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <libavutil/pixdesc.h>
#include "base/clock.h"
#include "base/log.h"
#include "media/libav.h"
#include "media/read/decoder.h"
#include "media/read/packet_reader.h"
#include "media/read/scaler.h"
#include "media/read/timestamps.h"

/* How far before --start to seek, at first, where a key frame was missed. */
#define MIN_SEEK_MARGIN_NS NS_PER_S

struct reader {
	int64_t start_ns;
	uint64_t loops;
	struct demuxer demuxer;
	struct decoder decoder;
	struct packet_reader packets; /* in place of the decoder */
	bool copy;
	struct target target;
	struct scaler scaler;
	struct timestamps timestamps;
	struct reader_info info;
	AVFrame *frame;
	bool has_frame; /* reader_open() decoded one to learn what the frames are */
	bool ended;
	bool sought;            /* to start_ns, and no frame has been returned since */
	int64_t seek_margin_ns; /* how much earlier to seek to, so as to find a key frame in time */
	uint64_t n_rounds, n_in_round;
};

static int open_stream_decoder(struct reader *r, const char *decoder)
{
	r->copy = decoder && strcmp(decoder, "copy") == 0;
	/* A packet of raw video is a frame. */
	if (r->copy && r->demuxer.stream->codecpar->codec_id == AV_CODEC_ID_RAWVIDEO) {
		r->copy = false;
		decoder = NULL;
	}
	return r->copy ? packet_reader_open(&r->packets, &r->demuxer)
		       : decoder_open(&r->decoder, &r->demuxer, decoder);
}

/* Decodes the first frame where the container does not say what the frames are. */
static int probe_frame(struct reader *r)
{
	const char *damage;
	int err;

	if (r->copy || (r->demuxer.stream->codecpar->format >= 0 && r->demuxer.stream->codecpar->width > 0))
		return 0;
	err = decoder_read(&r->decoder, &r->demuxer, r->frame);
	r->has_frame = err > 0;
	if (err != 0)
		return err < 0 ? err : 0;
	damage = r->demuxer.damage;
	log_error("%s: no frame can be decoded%s%s", avio_input_name(r->demuxer.input), damage ? ": " : "",
		  damage ? damage : "");
	return -EBADMSG;
}

/* By the field that is coded first. SMPTE ST 170 (525 lines) has the bottom field first, ITU-R BT.601 (625
 * lines) and all of HDTV the top one, but files go by neither: what they state is all there is. */
static enum video_field field_order(enum AVFieldOrder order)
{
	return order == AV_FIELD_TT || order == AV_FIELD_TB   ? FIELD_INTERLACED_TB
	       : order == AV_FIELD_BB || order == AV_FIELD_BT ? FIELD_INTERLACED_BT
							      : FIELD_NONE;
}

static void set_info_format(struct reader *r, const AVCodecParameters *p)
{
	struct video_format *f = &r->info.format;
	const AVFrame *frame = r->has_frame ? r->frame : NULL;
	enum AVPixelFormat av = (enum AVPixelFormat)(frame ? frame->format : p->format);

	f->width = (uint32_t)(frame ? frame->width : p->width);
	f->height = (uint32_t)(frame ? frame->height : p->height);
	f->range = frame ? frame->color_range : p->color_range;
	f->matrix = frame ? frame->colorspace : p->color_space;
	f->primaries = frame ? frame->color_primaries : p->color_primaries;
	f->transfer = frame ? frame->color_trc : p->color_trc;
	f->field = field_order(p->field_order);
	if (r->copy) {
		f->pix = r->packets.pix;
		f->fourcc = f->pix->fourcc;
		f->n_planes = 1;
		av = AV_PIX_FMT_NONE;
	} else if (converter_format_without_range(av) != av) {
		f->range = AVCOL_RANGE_JPEG;
	}
	r->info.av = converter_format_without_range(av);
}

static int set_reader_info(struct reader *r)
{
	const AVCodecParameters *p = r->demuxer.stream->codecpar;
	AVRational aspect = demuxer_sample_aspect(&r->demuxer, r->has_frame ? r->frame : NULL);

	set_info_format(r, p);
	r->info.path = avio_input_name(r->demuxer.input);
	r->info.container = r->demuxer.context->iformat->name;
	r->info.codec = avcodec_get_name(p->codec_id);
	r->info.codec_id = p->codec_id;
	r->info.format.fps = demuxer_frame_rate(&r->demuxer);
	r->info.duration_ns = demuxer_duration_ns(&r->demuxer);
	if (aspect.num > 0 && aspect.den > 0)
		r->info.sample_aspect = (struct fraction){ (uint32_t)aspect.num, (uint32_t)aspect.den };
	if (r->info.format.width > 0 && r->info.format.height > 0 &&
	    (r->copy || av_pix_fmt_desc_get(r->info.av)))
		return 0;
	log_error("%s: frame size or pixel format not known", r->info.path);
	return -EBADMSG;
}

static int seek_to_start(struct reader *r)
{
	int64_t time_ns = r->start_ns - r->seek_margin_ns;

	r->sought = r->start_ns > 0;
	return demuxer_seek(&r->demuxer, time_ns > 0 ? time_ns : 0);
}

static int apply_start(struct reader *r)
{
	if (r->start_ns <= 0)
		return 0;
	if (r->info.duration_ns > 0 && r->start_ns >= r->info.duration_ns) {
		log_error("%s: --start is past the end (%.3f s)", r->info.path,
			  (double)r->info.duration_ns / NS_PER_S);
		return -EINVAL;
	}
	/* Otherwise frames are dropped up to start_ns. */
	if (!avio_input_is_seekable(r->demuxer.input))
		return 0;
	if (r->has_frame)
		decoder_flush(&r->decoder);
	r->has_frame = false;
	return seek_to_start(r);
}

static int open_reader_parts(struct reader *r, const struct reader_options *options)
{
	struct demuxer_options demuxer_options = {
		.url = options->url,
		.container = options->container,
		.allow_playlists = options->allow_playlists,
		.must_seek = options->loops != 1,
		.cancel_fd = options->cancel_fd,
	};
	int err;

	libav_init();
	r->start_ns = options->start_ns;
	r->loops = options->loops;
	r->frame = av_frame_alloc();
	if (!r->frame)
		return log_no_memory();
	err = demuxer_open(&r->demuxer, &demuxer_options);
	if (err == 0)
		err = open_stream_decoder(r, options->decoder);
	if (err == 0)
		err = probe_frame(r);
	if (err == 0)
		err = set_reader_info(r);
	if (err < 0)
		return err;
	r->timestamps = (struct timestamps){
		.time_base = r->demuxer.stream->time_base,
		.frame_interval_ns = r->info.format.fps.num > 0
					     ? NS_PER_S * r->info.format.fps.den / r->info.format.fps.num
					     : 0,
		.discont = r->demuxer.context->iformat->flags & AVFMT_TS_DISCONT,
	};
	return apply_start(r);
}

int reader_open(struct reader **reader, const struct reader_options *options)
{
	struct reader *r = calloc(1, sizeof *r);
	int err;

	*reader = NULL;
	if (!r)
		return log_no_memory();
	err = open_reader_parts(r, options);
	if (err < 0)
		reader_close(r);
	else
		*reader = r;
	return err;
}

void reader_close(struct reader *r)
{
	if (!r)
		return;
	av_frame_free(&r->frame);
	decoder_close(&r->decoder);
	packet_reader_close(&r->packets);
	scaler_close(&r->scaler);
	demuxer_close(&r->demuxer);
	free(r);
}

void reader_stop(struct reader *r)
{
	r->ended = true;
	r->has_frame = false;
	av_frame_unref(r->frame);
	/* Its reference frames are in the target's buffers. */
	decoder_close(&r->decoder);
	direct_read_close(&r->demuxer.direct);
}

void reader_cancel(struct reader *r)
{
	avio_input_cancel(r->demuxer.input);
}

static uint64_t total_damage(const struct reader *r)
{
	return r->demuxer.n_damaged + r->decoder.n_damaged + r->packets.n_damaged;
}

struct reader_info reader_info(const struct reader *r)
{
	struct reader_info info = r->info;

	info.damaged = total_damage(r);
	return info;
}

static int check_codec(const struct reader *r)
{
	const struct video_format *f = &r->target.format;
	char text[FOURCC_TEXT_MAX];

	if (f->pix && f->pix->codec == r->info.codec_id && f->n_planes == 1)
		return 0;
	log_error("%s holds %s, and the device takes %s: leave out --codec copy", r->info.path, r->info.codec,
		  fourcc_text(f->fourcc, text));
	return -ERANGE;
}

/* What reader_open() read of the file, to learn what is in it, is read again. */
static int enable_direct_read(struct reader *r, struct frame_shape shape)
{
	const struct video_format *f = &r->info.format;
	int err;

	if (r->info.codec_id != AV_CODEC_ID_RAWVIDEO || r->has_frame ||
	    !target_accepts(&r->target, shape, f->range, f->matrix))
		return 0;
	err = demuxer_enable_direct_read(&r->demuxer, &r->target);
	return err > 0 ? seek_to_start(r) : err;
}

int reader_start(struct reader *r, const struct reader_target *target)
{
	const struct video_format *f = &r->info.format;
	AVRational aspect = { (int)r->info.sample_aspect.num, (int)r->info.sample_aspect.den };
	struct frame_shape shape = { r->info.av, (int)f->width, (int)f->height };
	int err;

	r->target = (struct target){
		.format = target->format,
		.acquire = target->acquire,
		.opaque = target->opaque,
	};
	if (r->copy)
		return check_codec(r);
	err = target_init_layout(&r->target);
	if (err == 0)
		err = scaler_open(&r->scaler, &r->target, target->scaling);
	if (err == 0)
		err = scaler_check(&r->scaler, shape, aspect);
	if (err < 0)
		return err;
	decoder_buffers_enable(&r->decoder.buffers, &r->target, target->n_direct);
	return enable_direct_read(r, shape);
}

static int draw_into_target(struct reader *r, struct frame *out)
{
	int err = target_acquire(&r->target, true, out);

	if (err == -EMSGSIZE)
		log_error("%s: a frame does not fit into a buffer of the device", r->info.path);
	if (err < 0)
		return err;
	err = scaler_draw(&r->scaler, r->frame, out);
	if (err < 0)
		av_buffer_unref(&out->memory);
	return err;
}

static int64_t frame_duration(const AVFrame *frame)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 0)
	return frame->duration;
#else
	return frame->pkt_duration;
#endif
}

/* Puts the decoded frame into a buffer of the target, unless the demuxer or the decoder did. */
static int finish_frame(struct reader *r, struct frame *out)
{
	AVFrame *frame = r->frame;
	int err;

	frame->sample_aspect_ratio = demuxer_sample_aspect(&r->demuxer, frame);
	err = direct_read_take(&r->demuxer.direct, frame, out);
	if (err == 0)
		err = decoder_buffers_take(&r->decoder.buffers, frame, out);
	if (err == 0)
		err = draw_into_target(r, out);
	if (err < 0)
		return err;
	out->key = true;
	timestamps_next(&r->timestamps, frame->best_effort_timestamp, frame_duration(frame), &out->pts_ns,
			&out->duration_ns);
	return 1;
}

static bool is_before_start(const struct reader *r, int64_t pts)
{
	int64_t time;

	if (r->start_ns <= 0 || pts == AV_NOPTS_VALUE ||
	    __builtin_sub_overflow(pts, demuxer_start_time(&r->demuxer), &time))
		return false;
	return av_compare_ts(time, r->demuxer.stream->time_base, r->start_ns, (AVRational){ 1, NS_PER_S }) <
	       0;
}

/* Where libavformat has no index it seeks to any packet, and the first key frame behind that may be later
 * than start_ns. Returns whether to seek again, with a larger margin. */
static bool is_sought_too_far(struct reader *r, bool has_frame)
{
	bool sought = r->sought && r->timestamps.discont && r->seek_margin_ns < r->start_ns;

	r->sought = false;
	if (!sought || (has_frame && is_before_start(r, r->frame->best_effort_timestamp)))
		return false;
	r->seek_margin_ns = r->seek_margin_ns ? 4 * r->seek_margin_ns : MIN_SEEK_MARGIN_NS;
	return true;
}

static int decode_frame(struct reader *r)
{
	int err;

	for (;;) {
		av_frame_unref(r->frame);
		err = decoder_read(&r->decoder, &r->demuxer, r->frame);
		if (err < 0 || !is_sought_too_far(r, err > 0))
			return err;
		err = seek_to_start(r);
		if (err < 0)
			return err;
		decoder_flush(&r->decoder);
	}
}

static int next_decoded_frame(struct reader *r, struct frame *out)
{
	int err;

	do {
		if (!r->has_frame) {
			err = decode_frame(r);
			if (err <= 0)
				return err;
		}
		r->has_frame = false;
	} while (is_before_start(r, r->frame->best_effort_timestamp));
	err = finish_frame(r, out);
	av_frame_unref(r->frame);
	return err;
}

/* The first packet must be a key frame: that which was sought, else the first one after start_ns. */
static bool should_skip_to_key(const struct reader *r, const AVPacket *packet)
{
	if (r->start_ns <= 0 || r->n_in_round > 0)
		return false;
	return !(packet->flags & AV_PKT_FLAG_KEY) ||
	       (!avio_input_is_seekable(r->demuxer.input) && is_before_start(r, packet->pts));
}

static int next_undecoded_packet(struct reader *r, struct frame *out)
{
	const AVPacket *packet = r->packets.packet;
	int64_t time;
	int err;

	do {
		err = packet_reader_read(&r->packets, &r->demuxer);
		if (err <= 0)
			return err;
	} while (should_skip_to_key(r, packet));
	err = packet_reader_copy(&r->packets, &r->target, out);
	if (err < 0)
		return err;
	/* Decoding order is the order of dts. */
	time = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
	out->key = packet->flags & AV_PKT_FLAG_KEY;
	timestamps_next(&r->timestamps, time, packet->duration, &out->pts_ns, &out->duration_ns);
	return 1;
}

/* At the end of the file. Returns 1 if another round begins, 0, or a negative errno. */
static int next_round(struct reader *r)
{
	int err;

	r->n_rounds++;
	if ((r->loops > 0 && r->n_rounds >= r->loops) || r->n_in_round == 0)
		return 0;
	err = seek_to_start(r);
	if (err < 0)
		return err;
	if (r->copy)
		packet_reader_flush(&r->packets);
	else
		decoder_flush(&r->decoder);
	timestamps_restart(&r->timestamps);
	r->n_in_round = 0;
	return 1;
}

/* What reader_next() is to return at the end of the last round. */
static int end_result(const struct reader *r)
{
	const char *damage = r->demuxer.damage;

	if (total_damage(r) > 0) {
		log_error("%s: the file is damaged (%llu packets or frames lost or with errors)%s%s",
			  r->info.path, (unsigned long long)total_damage(r), damage ? ": " : "",
			  damage ? damage : "");
		return -EBADMSG;
	}
	if (r->info.read > 0)
		return 0;
	log_error("%s: no frame to play", r->info.path);
	return -EBADMSG;
}

int reader_next(struct reader *r, struct frame *out)
{
	int err;

	*out = (struct frame){ 0 };
	while (!r->ended) {
		err = r->copy ? next_undecoded_packet(r, out) : next_decoded_frame(r, out);
		if (err > 0) {
			r->n_in_round++;
			r->info.read++;
			return 1;
		}
		if (err == 0)
			err = next_round(r);
		if (err < 0)
			return err;
		if (err == 0) {
			r->ended = true;
			return end_result(r);
		}
	}
	return 0;
}
