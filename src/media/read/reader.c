/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads the frames of a video file into buffers of the caller's: demuxer (packets) → decoder (frames,
 * in decoder_buffers) → scaler (into the target's buffers, unless they are there already), or
 * demuxer → packet_reader for packets that are not decoded.
 */
#include "media/read/reader.h"

#include <errno.h>
#include "base/clock.h"
#include "base/log.h"
#include "media/read/reader_internal.h"

/* How far before --start to seek first if a key frame was missed. */
#define MIN_SEEK_MARGIN_NS NS_PER_S

int reader_seek_to_start(struct reader *r)
{
	int64_t time_ns = r->start_ns - r->seek_margin_ns;

	/* In a file without timestamps frames are counted. */
	if (time_ns < 0 || demuxer_is_untimed(&r->demuxer))
		time_ns = 0;
	r->sought = r->start_ns > 0;
	r->needs_key = time_ns > 0 && r->timestamps.discont && !r->decoder.intra_only;
	r->n_skipped = 0;
	return demuxer_seek(&r->demuxer, time_ns);
}

void reader_stop(struct reader *r)
{
	r->ended = true;
	r->has_frame = false;
	av_frame_unref(r->frame);
	av_frame_unref(r->skipped);
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

static int check_packet_codec(const struct reader *r)
{
	const struct video_format *f = &r->target.format;
	char text[FOURCC_TEXT_MAX];

	if (f->pix && f->pix->codec == r->info.codec_id && f->n_planes == 1)
		return 0;
	log_error("%s holds %s, and the device takes %s: leave out --codec copy", r->info.path, r->info.codec,
		  fourcc_text(f->fourcc, text));
	return -ERANGE;
}

/* Seeks back to the start: reader_open() has read a part of the file to learn its format. */
static int enable_direct_read(struct reader *r, struct frame_shape shape)
{
	const struct video_format *f = &r->info.format;
	int err;

	if (r->info.codec_id != AV_CODEC_ID_RAWVIDEO || r->has_frame ||
	    !target_accepts(&r->target, shape, f->range, f->matrix))
		return 0;
	err = demuxer_enable_direct_read(&r->demuxer, &r->target);
	return err > 0 ? reader_seek_to_start(r) : err;
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
		return check_packet_codec(r);
	err = target_init_layout(&r->target);
	if (err == 0)
		err = scaler_open(&r->scaler, &r->target, target->scaling);
	if (err == 0)
		err = scaler_check(&r->scaler, shape, aspect);
	if (err < 0)
		return err;
	/* Otherwise the frame is drawn. */
	if (!orientation_is_upright(r->orientation) || !scaler_is_whole(&r->scaler))
		return 0;
	decoder_buffers_enable(&r->decoder.buffers, &r->target, target->n_direct);
	return enable_direct_read(r, shape);
}

static int draw_into_target(struct reader *r, const AVFrame *frame, struct frame *out)
{
	int err = target_acquire(&r->target, true, out);

	if (err == -EMSGSIZE)
		log_error("%s: a frame does not fit into a buffer of the device", r->info.path);
	if (err < 0)
		return err;
	err = scaler_draw(&r->scaler, frame, out);
	if (err < 0)
		av_buffer_unref(&out->memory);
	return err;
}

static bool is_key_frame(const AVFrame *frame)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
	return frame->flags & AV_FRAME_FLAG_KEY;
#else
	return frame->key_frame;
#endif
}

static int64_t frame_duration(const AVFrame *frame)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 0)
	return frame->duration;
#else
	return frame->pkt_duration;
#endif
}

/* A frame, such as a photograph, may have a display matrix of its own. */
static struct orientation frame_orientation(const struct reader *r)
{
	const int32_t *matrix = r->own_orientation ? NULL : rotate_frame_matrix(r->frame);

	return matrix ? orientation_by_matrix(matrix) : r->orientation;
}

static int draw_turned(struct reader *r, struct orientation orientation, struct frame *out)
{
	const AVFrame *turned = rotator_run(&r->rotator, orientation, r->frame);

	return turned ? draw_into_target(r, turned, out) : -ENOMEM;
}

/* A live stream without timestamps gets those of its arrival. */
static void set_times(struct reader *r, int64_t pts, int64_t duration, struct frame *out)
{
	if (!r->info.live)
		timestamps_next(&r->timestamps, pts, duration, &out->pts_ns, &out->duration_ns);
	else if (r->info.read == 0)
		r->first_arrival_ns = now_ns();
	else
		out->pts_ns = now_ns() - r->first_arrival_ns;
}

/* Puts the decoded frame into a buffer of the target, unless the demuxer or the decoder did. */
static int finish_frame(struct reader *r, struct frame *out)
{
	struct orientation orientation = frame_orientation(r);
	AVFrame *frame = r->frame;
	int err;

	frame->sample_aspect_ratio = demuxer_sample_aspect(&r->demuxer, frame);
	if (!orientation_is_upright(orientation)) {
		err = draw_turned(r, orientation, out);
	} else {
		err = direct_read_take(&r->demuxer.direct, frame, out);
		if (err == 0)
			err = decoder_buffers_take(&r->decoder.buffers, frame, out);
		if (err == 0)
			err = draw_into_target(r, frame, out);
	}
	if (err < 0)
		return err;
	out->key = true;
	set_times(r, frame->best_effort_timestamp, frame_duration(frame), out);
	return 1;
}

/* The time of a frame from the start of the file; false: not known. */
static bool find_file_time(const struct reader *r, int64_t pts, int64_t *time_ns)
{
	int64_t time;

	if (demuxer_is_untimed(&r->demuxer)) {
		*time_ns = (int64_t)r->n_skipped * timestamps_interval(&r->timestamps);
		return true;
	}
	if (pts == AV_NOPTS_VALUE || __builtin_sub_overflow(pts, demuxer_start_time(&r->demuxer), &time))
		return false;
	*time_ns = av_rescale_q(time, r->demuxer.stream->time_base, (AVRational){ 1, NS_PER_S });
	return true;
}

static bool is_before_start(const struct reader *r, int64_t pts)
{
	int64_t time_ns;

	return r->start_ns > 0 && find_file_time(r, pts, &time_ns) && time_ns < r->start_ns;
}

/* Without an index libavformat seeks to any packet, and the next key frame may be later than start_ns.
 * Returns whether to seek again, with a larger margin. */
static bool is_sought_too_far(struct reader *r, bool has_frame)
{
	bool sought = r->sought && r->timestamps.discont && r->seek_margin_ns < r->start_ns;

	r->sought = false;
	if (!sought || (has_frame && is_before_start(r, r->frame->best_effort_timestamp)))
		return false;
	r->seek_margin_ns = r->seek_margin_ns ? 4 * r->seek_margin_ns : MIN_SEEK_MARGIN_NS;
	return true;
}

/* Decodes the next frame that is complete, unless it is damaged. */
static int decode_whole_frame(struct reader *r)
{
	int err;

	do {
		av_frame_unref(r->frame);
		/* Errors before the first key frame are not damage. */
		if (r->needs_key)
			r->decoder.midstream = true;
		err = decoder_read(&r->decoder, &r->demuxer, r->frame);
	} while (err > 0 && r->needs_key && !is_key_frame(r->frame));
	r->needs_key = false;
	return err;
}

static int decode_frame(struct reader *r)
{
	int err;

	for (;;) {
		err = decode_whole_frame(r);
		if (err < 0 || !is_sought_too_far(r, err > 0))
			return err;
		err = reader_seek_to_start(r);
		if (err < 0)
			return err;
		decoder_flush(&r->decoder);
	}
}

/* At the end of the file: whether the last frame, which began before start_ns, is shown at that time. */
static bool take_skipped_frame(struct reader *r)
{
	int64_t duration = frame_duration(r->skipped), end_ns;

	if (!r->skipped->buf[0])
		return false;
	if (!find_file_time(r, r->skipped->best_effort_timestamp, &end_ns))
		return false;
	if (!demuxer_is_untimed(&r->demuxer))
		end_ns += timestamps_duration(&r->timestamps, duration);
	if (end_ns <= r->start_ns)
		return false;
	av_frame_unref(r->frame);
	av_frame_move_ref(r->frame, r->skipped);
	return true;
}

static void keep_skipped_frame(struct reader *r)
{
	av_frame_unref(r->skipped);
	av_frame_move_ref(r->skipped, r->frame);
	r->n_skipped++;
}

static int next_decoded_frame(struct reader *r, struct frame *out)
{
	int err;

	for (;;) {
		if (!r->has_frame) {
			err = decode_frame(r);
			if (err < 0 || (err == 0 && !take_skipped_frame(r)))
				return err;
			if (err == 0)
				break;
		}
		r->has_frame = false;
		if (r->n_in_round > 0 || !is_before_start(r, r->frame->best_effort_timestamp))
			break;
		keep_skipped_frame(r);
	}
	av_frame_unref(r->skipped);
	err = finish_frame(r, out);
	av_frame_unref(r->frame);
	return err;
}

/* The first packet must be a key frame: the one that was sought, else the first one after start_ns. */
static bool should_skip_to_key(const struct reader *r, const AVPacket *packet)
{
	if (r->start_ns <= 0 || r->n_in_round > 0)
		return false;
	return !(packet->flags & AV_PKT_FLAG_KEY) ||
	       ((!avio_input_is_seekable(r->demuxer.input) || demuxer_is_untimed(&r->demuxer)) &&
		is_before_start(r, packet->pts));
}

static int next_undecoded_packet(struct reader *r, struct frame *out)
{
	const AVPacket *packet = r->packets.packet;
	int64_t time;
	int err;

	while ((err = packet_reader_read(&r->packets, &r->demuxer)) > 0 && should_skip_to_key(r, packet))
		r->n_skipped++;
	if (err <= 0)
		return err;
	err = packet_reader_copy(&r->packets, &r->target, out);
	if (err < 0)
		return err;
	/* Decoding order is the order of dts. */
	time = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
	out->key = packet->flags & AV_PKT_FLAG_KEY;
	set_times(r, time, packet->duration, out);
	return 1;
}

/* At the end of the file. Returns 1 if another round begins, 0, or a negative errno. */
static int next_round(struct reader *r)
{
	int err;

	r->n_rounds++;
	if ((r->loops > 0 && r->n_rounds >= r->loops) || r->n_in_round == 0)
		return 0;
	err = reader_seek_to_start(r);
	if (err < 0)
		return err;
	if (r->copy)
		packet_reader_flush(&r->packets);
	else
		decoder_flush(&r->decoder);
	timestamps_restart(&r->timestamps);
	r->n_in_round = 0;
	r->n_skipped = 0;
	return 1;
}

/* Returns what reader_next() returns at the end of the last round. */
static int end_result(const struct reader *r)
{
	const char *damage = r->demuxer.damage;

	if (total_damage(r) > 0) {
		log_error("%s: the file is damaged (%llu packets or frames lost or with errors)%s%s%s",
			  r->info.path, (unsigned long long)total_damage(r), damage ? ": " : "",
			  damage ? damage : "", r->info.read ? "" : demuxer_advice(&r->demuxer));
		return -EBADMSG;
	}
	if (r->info.read > 0)
		return 0;
	if (r->start_ns > 0) {
		log_error("%s: --start is past the end", r->info.path);
		return -EINVAL;
	}
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
