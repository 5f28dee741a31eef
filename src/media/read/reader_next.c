/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures out of a file, one after another. */
#include <errno.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "media/read/reader_internal.h"

#define FIRST_MARGIN_NS NS_PER_S

/* In the thread that reads: a blank, however long it takes. */
static int take_blank(struct reader *r, struct frame *blank)
{
	*blank = (struct frame){ 0 };
	return r->target.acquire(r->target.opaque, true, blank);
}

static int64_t duration_of(const AVFrame *frame)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 0)
	return frame->duration;
#else
	return frame->pkt_duration;
#endif
}

/* Whether it lies before the time at which playing is to begin. */
static bool too_early(const struct reader *r, int64_t pts)
{
	int64_t since;

	if (r->options.start_ns <= 0 || pts == AV_NOPTS_VALUE ||
	    __builtin_sub_overflow(pts, demux_start(&r->demux), &since))
		return false;
	return av_compare_ts(since, r->demux.stream->time_base, r->options.start_ns,
			     (AVRational){ 1, NS_PER_S }) < 0;
}

static int fill_blank(struct reader *r, struct frame *picture)
{
	int err = take_blank(r, picture);

	if (err < 0)
		return err;
	if (!fit_has_room(&r->fit, picture)) {
		log_error("a picture does not fit into a buffer of the device");
		err = -EMSGSIZE;
	} else {
		err = fit_draw(&r->fit, r->frame, picture);
	}
	if (err < 0)
		av_buffer_unref(&picture->memory);
	return err;
}

static int hand_on_picture(struct reader *r, struct frame *picture)
{
	AVFrame *frame = r->frame;
	int err;

	frame->sample_aspect_ratio = av_guess_sample_aspect_ratio(r->demux.context, r->demux.stream, frame);
	err = lease_take_picture(&r->decode.lease, frame, picture);
	if (err == 0)
		err = landing_take_picture(&r->demux.landing, frame, picture);
	if (err == 0)
		err = fill_blank(r, picture);
	if (err < 0)
		return err;
	picture->key = true;
	timestamps_next(&r->presentation, frame->best_effort_timestamp, duration_of(frame), &picture->pts_ns,
			&picture->duration_ns);
	return 1;
}

/* Streams without an index are wound to any place, and the first key frame from there on may come too late,
 * or not at all. */
static bool wound_too_far(struct reader *r, bool picture)
{
	bool wound = r->wound && r->presentation.broken && r->margin_ns < r->options.start_ns;

	r->wound = false;
	if (!wound || (picture && too_early(r, r->frame->best_effort_timestamp)))
		return false;
	r->margin_ns = r->margin_ns > 0 ? r->margin_ns * 4 : FIRST_MARGIN_NS;
	return true;
}

static int decode_one(struct reader *r)
{
	int err, wind_err;

	do {
		av_frame_unref(r->frame);
		err = decode_read(&r->decode, &r->demux, r->frame);
		if (err < 0 || !wound_too_far(r, err > 0))
			return err;
		wind_err = reader_wind(r);
		if (wind_err < 0)
			return wind_err;
		decode_flush(&r->decode);
	} while (true);
}

static int next_picture(struct reader *r, struct frame *picture)
{
	int err;

	do {
		if (!r->pending && (err = decode_one(r)) <= 0)
			return err;
		r->pending = false;
	} while (too_early(r, r->frame->best_effort_timestamp));
	err = hand_on_picture(r, picture);
	av_frame_unref(r->frame);
	return err;
}

static int copy_packet(struct reader *r, const AVPacket *packet, struct frame *blank)
{
	uint32_t room = r->target.format.sizeimage[0];
	int err;

	if ((uint32_t)packet->size > room) {
		log_error("%s: a packet of %d bytes does not fit into a buffer of the device, which has %u",
			  r->info.path, packet->size, room);
		return -EMSGSIZE;
	}
	err = take_blank(r, blank);
	if (err < 0)
		return err;
	memcpy(blank->planes[0].data, packet->data, (size_t)packet->size);
	blank->copied_bytes = (uint64_t)packet->size;
	return 0;
}

/* A device begins to decode at a key frame: at the one that was wound to, or else the first that is late
 * enough. */
static bool cannot_begin_with(const struct reader *r, const AVPacket *packet)
{
	if (r->options.start_ns <= 0 || r->in_round > 0)
		return false;
	return !(packet->flags & AV_PKT_FLAG_KEY) ||
	       (!input_seekable(r->demux.input) && too_early(r, packet->pts));
}

static int next_packet(struct reader *r, struct frame *picture)
{
	const AVPacket *packet = r->passage.packet;
	int64_t time;
	int err;

	do {
		err = passage_read(&r->passage, &r->demux);
		if (err <= 0)
			return err;
	} while (cannot_begin_with(r, packet));
	err = copy_packet(r, packet, picture);
	if (err < 0)
		return err;
	/* A device is given packets in the order in which it decodes them, which is that of dts. */
	time = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
	picture->n_planes = 1;
	picture->planes[0].bytes = (size_t)packet->size;
	picture->key = packet->flags & AV_PKT_FLAG_KEY;
	timestamps_next(&r->presentation, time, packet->duration, &picture->pts_ns, &picture->duration_ns);
	return 1;
}

/* 1: another round begins. */
static int next_round(struct reader *r)
{
	int err;

	r->rounds_done++;
	if ((r->options.loops > 0 && r->rounds_done >= r->options.loops) || r->in_round == 0)
		return 0;
	err = reader_wind(r);
	if (err < 0)
		return err;
	if (r->copy)
		passage_flush(&r->passage);
	else
		decode_flush(&r->decode);
	timestamps_restart(&r->presentation);
	r->in_round = 0;
	return 1;
}

static int tell_end(struct reader *r)
{
	if (r->over)
		return 0;
	r->over = true;
	if (reader_damage(r) > 0) {
		log_error("%s: is damaged (packets and pictures lost or spoilt: %llu)%s%s", r->info.path,
			  (unsigned long long)reader_damage(r), r->demux.damage ? ": " : "",
			  r->demux.damage ? r->demux.damage : "");
		return -EBADMSG;
	}
	if (r->info.read > 0)
		return 0;
	log_error("%s: no picture to be shown", r->info.path);
	return -EBADMSG;
}

int reader_next(struct reader *r, struct frame *picture)
{
	int err;

	*picture = (struct frame){ 0 };
	while (!r->over) {
		err = r->copy ? next_packet(r, picture) : next_picture(r, picture);
		if (err > 0) {
			r->in_round++;
			r->info.read++;
			return 1;
		}
		if (err == 0 && (err = next_round(r)) > 0)
			continue;
		if (err < 0)
			return err;
		return tell_end(r);
	}
	return 0;
}
