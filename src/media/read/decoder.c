/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures out of packets, by libavcodec. */
#include "media/read/decoder.h"

#include <errno.h>
#include "base/log.h"
#include "media/read/limits.h"
#include "media/libav.h"

/* A thread costs more than it gains with pictures no larger than these, and more memory than there is with
 * those above. */
#define THREADS_ABOVE_PIXELS (320 * 240)
#define THREADS_BELOW_PIXELS (8192 * 4352)
/* A decoder at its end that only ever fails does not end. */
#define MAX_FAILURES 256

static const AVCodec *find_decoder(const struct demux *d, const char *name)
{
	enum AVCodecID id = d->stream->codecpar->codec_id;
	const AVCodec *codec = name ? avcodec_find_decoder_by_name(name) : avcodec_find_decoder(id);

	if (!codec && name)
		log_error("%s: no such decoder; ffmpeg -decoders lists libavcodec's", name);
	else if (!codec)
		log_error("%s: this libavcodec has no decoder for %s", input_path(d->input),
			  avcodec_get_name(id));
	else if (codec->type != AVMEDIA_TYPE_VIDEO || codec->id != id)
		log_error("%s: the decoder %s is not for %s", input_path(d->input), codec->name,
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

static int configure(struct decode *d, const struct demux *demux)
{
	const AVCodecParameters *parameters = demux->stream->codecpar;
	const AVCodecDescriptor *description = avcodec_descriptor_get(parameters->codec_id);
	int err = avcodec_parameters_to_context(d->context, parameters);

	if (err < 0)
		return err;
	d->intra_only = description && description->props & AV_CODEC_PROP_INTRA_ONLY;
	d->joinable =
		!d->intra_only && demux->context->iformat->flags & (AVFMT_TS_DISCONT | AVFMT_NOTIMESTAMPS);
	d->midstream = d->joinable;
	d->context->pkt_timebase = demux->stream->time_base;
	d->context->framerate = demux->stream->avg_frame_rate;
	d->context->max_pixels = GUARD_MAX_PIXELS;
	d->context->thread_count = thread_count(parameters);
	lease_open(&d->lease, d->context);
	return 0;
}

int decode_open(struct decode *d, const struct demux *demux, const char *name)
{
	const AVCodec *codec = find_decoder(demux, name);
	int err = -ENOMEM;

	if (!codec)
		return name ? -EINVAL : -EBADMSG;
	d->path = input_path(demux->input);
	d->context = avcodec_alloc_context3(codec);
	d->packet = av_packet_alloc();
	libav_clear_error();
	if (d->context && d->packet && (err = configure(d, demux)) >= 0 &&
	    (err = avcodec_open2(d->context, codec, NULL)) >= 0)
		return 0;
	log_error("%s: opening the %s decoder: %s", d->path, codec->name, libav_err_str(err));
	return err == -ENOMEM ? err : -EBADMSG;
}

void decode_close(struct decode *d)
{
	avcodec_free_context(&d->context);
	av_packet_free(&d->packet);
}

static void count_damage(struct decode *d, const char *reason)
{
	if (d->midstream)
		return;
	if (d->damaged++ == 0)
		log_warn("%s: damaged near picture %llu, playing on: %s", d->path,
			 (unsigned long long)d->pictures, reason);
}

/* What is sent is half a picture: better none, unless others are made from it. */
static bool is_worthless(const struct decode *d)
{
	return d->intra_only && d->packet->flags & AV_PKT_FLAG_CORRUPT;
}

/* What the decoder holds is still good when the file cannot be read any further. */
static int send(struct decode *d, struct demux *demux)
{
	int more, err;

	do {
		av_packet_unref(d->packet);
		if ((more = demux_read(demux, d->packet)) == -ECANCELED)
			return more;
	} while (more > 0 && is_worthless(d));
	if (more <= 0) {
		d->draining = true;
		d->error = more;
	}
	libav_clear_error();
	err = avcodec_send_packet(d->context, more > 0 ? d->packet : NULL);
	av_packet_unref(d->packet);
	if (err < 0 && err != AVERROR_EOF)
		count_damage(d, libav_err_str(err));
	return 0;
}

static void look_at(struct decode *d, const AVFrame *frame)
{
	d->n_failures = 0;
	d->midstream = false;
	if (frame->flags & AV_FRAME_FLAG_CORRUPT ||
	    frame->decode_error_flags & ~FF_DECODE_ERROR_MISSING_REFERENCE)
		count_damage(d, "a picture has errors");
	d->pictures++;
}

int decode_read(struct decode *d, struct demux *demux, AVFrame *frame)
{
	int err;

	for (;;) {
		libav_clear_error();
		err = avcodec_receive_frame(d->context, frame);
		if (err >= 0) {
			look_at(d, frame);
			return 1;
		}
		if (err == AVERROR_EOF)
			return d->error;
		if (err != AVERROR(EAGAIN)) {
			count_damage(d, libav_err_str(err));
			if (++d->n_failures < MAX_FAILURES)
				continue;
		}
		if (d->draining)
			return d->error;
		d->n_failures = 0;
		err = send(d, demux);
		if (err < 0)
			return err;
	}
}

void decode_flush(struct decode *d)
{
	avcodec_flush_buffers(d->context);
	d->midstream = d->joinable;
	d->draining = false;
	d->error = 0;
	d->n_failures = 0;
}
