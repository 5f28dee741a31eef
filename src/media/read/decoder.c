/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decodes packets into frames, by libavcodec. */
#include "media/read/decoder.h"

#include <errno.h>
#include "base/log.h"
#include "media/converter.h"
#include "media/read/limits.h"
#include "media/libav.h"

/* Frame threads delay small frames more than they speed them up, and each needs the memory of a large frame.
 */
#define THREADS_ABOVE_PIXELS (320 * 240)
#define THREADS_BELOW_PIXELS (8192 * 4352)
/* A decoder that is drained may fail again and again without ever returning AVERROR_EOF. */
#define MAX_FAILURES 256

static const AVCodec *find_libav_decoder(const struct demuxer *demuxer, const char *name)
{
	enum AVCodecID id = demuxer->stream->codecpar->codec_id;
	const AVCodec *codec = name ? avcodec_find_decoder_by_name(name) : avcodec_find_decoder(id);

	if (!codec && name)
		log_error("%s: no such decoder: 'ffmpeg -decoders' lists those of libavcodec", name);
	else if (!codec)
		log_error("%s: this libavcodec has no decoder for %s, tag %s",
			  avio_input_name(demuxer->input),
			  id == AV_CODEC_ID_NONE ? "an unknown codec" : avcodec_get_name(id),
			  av_fourcc2str(demuxer->stream->codecpar->codec_tag));
	else if (codec->type != AVMEDIA_TYPE_VIDEO || codec->id != id)
		log_error("%s: the decoder %s is not for %s", avio_input_name(demuxer->input), codec->name,
			  avcodec_get_name(id));
	else
		return codec;
	return NULL;
}

static int thread_count(const AVCodecParameters *parameters)
{
	int64_t pixels = (int64_t)parameters->width * parameters->height;

	return pixels > THREADS_ABOVE_PIXELS && pixels <= THREADS_BELOW_PIXELS ? 0 : 1;
}

static int configure_decoder(struct decoder *d, const struct demuxer *demuxer)
{
	const AVCodecParameters *parameters = demuxer->stream->codecpar;
	int err = avcodec_parameters_to_context(d->context, parameters);

	if (err < 0)
		return err;
	d->intra_only = libav_is_intra_only(parameters->codec_id);
	d->joinable = !d->intra_only &&
		      (demuxer->context->iformat->flags & AVFMT_TS_DISCONT || demuxer_is_untimed(demuxer));
	d->midstream = d->joinable;
	d->context->pkt_timebase = demuxer->stream->time_base;
	d->context->framerate = demuxer->stream->avg_frame_rate;
	d->context->max_pixels = LIMITS_MAX_PIXELS;
	d->context->thread_count = thread_count(parameters);
	d->buffers.range = demuxer->colours.range;
	d->buffers.matrix = demuxer->colours.matrix;
	decoder_buffers_init(&d->buffers, d->context);
	return 0;
}

int decoder_open(struct decoder *d, const struct demuxer *demuxer, const char *name)
{
	const AVCodec *codec = find_libav_decoder(demuxer, name);
	int err = -ENOMEM;

	if (!codec)
		return name ? -EINVAL : -EBADMSG;
	d->path = avio_input_name(demuxer->input);
	d->context = avcodec_alloc_context3(codec);
	d->packet = av_packet_alloc();
	libav_clear_error();
	if (d->context && d->packet)
		err = configure_decoder(d, demuxer);
	if (err >= 0)
		err = avcodec_open2(d->context, codec, NULL);
	if (err >= 0)
		return 0;
	log_error("%s: opening the %s decoder: %s", d->path, codec->name, libav_err_str(err));
	return err == -ENOMEM ? err : -EBADMSG;
}

void decoder_close(struct decoder *d)
{
	avcodec_free_context(&d->context);
	av_packet_free(&d->packet);
}

static void count_damaged_frame(struct decoder *d, const char *reason)
{
	if (d->midstream)
		return;
	if (d->n_damaged++ == 0)
		log_warn("%s: damaged near frame %llu, continuing: %s", d->path,
			 (unsigned long long)d->n_frames, reason);
}

/* A truncated packet decodes to part of a frame. It is decoded only if other frames may reference it. */
static bool should_skip_packet(const struct decoder *d)
{
	return d->intra_only && d->packet->flags & AV_PKT_FLAG_CORRUPT;
}

/* Sends one packet. At the end of the file, or on a read error, starts draining: the frames in the decoder
 * are good. Returns 0 or -ECANCELED. */
static int send_packet(struct decoder *d, struct demuxer *demuxer)
{
	int more, err;

	do {
		av_packet_unref(d->packet);
		more = demuxer_read(demuxer, d->packet);
		if (more == -ECANCELED)
			return more;
	} while (more > 0 && should_skip_packet(d));
	if (more <= 0) {
		d->draining = true;
		d->error = more;
	}
	libav_clear_error();
	err = avcodec_send_packet(d->context, more > 0 ? d->packet : NULL);
	av_packet_unref(d->packet);
	if (err < 0 && err != AVERROR_EOF)
		count_damaged_frame(d, libav_err_str(err));
	return 0;
}

static void inspect_frame(struct decoder *d, AVFrame *frame)
{
	if (d->buffers.range)
		frame->color_range = d->buffers.range;
	if (converter_matrix_is_stated(d->buffers.matrix))
		frame->colorspace = d->buffers.matrix;

	d->n_failures = 0;
	d->midstream = false;
	if (frame->flags & AV_FRAME_FLAG_CORRUPT ||
	    frame->decode_error_flags & ~FF_DECODE_ERROR_MISSING_REFERENCE)
		count_damaged_frame(d, "a frame has errors");
	d->n_frames++;
}

int decoder_read(struct decoder *d, struct demuxer *demuxer, AVFrame *frame)
{
	int err;

	for (;;) {
		libav_clear_error();
		err = avcodec_receive_frame(d->context, frame);
		if (err >= 0) {
			inspect_frame(d, frame);
			return 1;
		}
		if (err == AVERROR_EOF)
			return d->error;
		if (err != AVERROR(EAGAIN)) {
			count_damaged_frame(d, libav_err_str(err));
			if (++d->n_failures < MAX_FAILURES)
				continue;
		}
		if (d->draining)
			return d->error;
		d->n_failures = 0;
		err = send_packet(d, demuxer);
		if (err < 0)
			return err;
	}
}

void decoder_flush(struct decoder *d)
{
	avcodec_flush_buffers(d->context);
	d->midstream = d->joinable;
	d->draining = false;
	d->error = 0;
	d->n_failures = 0;
}
