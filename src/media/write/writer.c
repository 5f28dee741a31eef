/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames into a container file, by libavformat. */
#include "media/write/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "media/write/parameter_sets.h"
#include "media/libav.h"
#include "media/write/muxer.h"
#include "media/write/transcoder.h"
#include "media/write/roundtrip.h"

struct writer {
	char *url;
	struct muxer mux;
	struct frame_packet picture;
	const AVCodec *codec; /* NULL: frames go in as they are */
	struct transcoder recoder;
	struct parameter_sets bitstream; /* of a compressed stream that is copied */
	bool waiting;                    /* for the first frame that a compressed stream can begin with */
	AVPacket *packet;
	AVRational clock;  /* what frames' times are rounded to */
	int64_t last_time; /* in it */
	bool has_last_time, finished;
	int error;
	char format_text[32]; /* for messages: what the device delivers */
};

static AVRational fps_of(const struct video_format *format)
{
	if (format->fps.num == 0 || format->fps.den == 0 || format->fps.num > INT32_MAX ||
	    format->fps.den > INT32_MAX)
		return (AVRational){ 0, 1 };
	return (AVRational){ (int)format->fps.num, (int)format->fps.den };
}

/* --- what to do with the frames --- */

static int refuse_copy(const struct writer *w, const struct muxer_caps *container)
{
	char list[MUXER_CAPS_LIST_MAX];

	muxer_caps_list_containers(&w->picture.format, list);
	log_error("%s: %s cannot hold %s frames as they are; containers that can: %s%s",
		  w->mux.name ? w->mux.name : w->url, container->format->name, w->format_text,
		  list[0] ? list : "none",
		  w->picture.format.pix && w->picture.format.pix->codec != AV_CODEC_ID_NONE
			  ? "; or choose an encoder with --codec"
			  : "");
	return -ENOTSUP;
}

static bool is_opaque(const struct video_format *format)
{
	const struct pixfmt *pix = format->pix;

	return !pix || pix->codec == AV_CODEC_ID_NONE ||
	       (pix->codec == AV_CODEC_ID_RAWVIDEO && pix->av == AV_PIX_FMT_NONE);
}

static int choose_encoder(struct writer *w, const struct muxer_caps *container, const char *name)
{
	bool usual = strcmp(name, "auto") == 0;

	w->codec = usual ? muxer_caps_default_encoder(container) : encoder_find(name);
	if (!w->codec && usual) {
		log_error("%s: this libavcodec has no encoder for %s: name one with --codec", w->url,
			  container->format->name);
		return -ENOTSUP;
	}
	if (!w->codec)
		return -EINVAL;
	if (!muxer_caps_keeps_codec(container, w->codec->id) && w->codec->id != AV_CODEC_ID_RAWVIDEO) {
		log_error("%s: %s cannot hold %s; mkv and nut hold nearly everything", w->url,
			  container->format->name, avcodec_get_name(w->codec->id));
		return -ENOTSUP;
	}
	return 0;
}

/* Decides between copying (w->codec NULL) and an encoder. */
static int choose(struct writer *w, const struct muxer_caps *container, const struct writer_options *o,
		  uint32_t *codec_tag)
{
	const char *name = o->codec ? o->codec : "auto";
	bool named = strcmp(name, "auto") != 0 && strcmp(name, "copy") != 0;
	int err;

	if (!named && muxer_caps_keeps_format(container, &o->format, codec_tag)) {
		if (o->codec_options && *o->codec_options) {
			log_error("codec options \"%s\": %s frames are copied, no encoder is at work; choose "
				  "one with --codec",
				  o->codec_options, w->format_text);
			return -EINVAL;
		}
		/* These muxers want pictures: the encoder that hands them on untouched. */
		if (w->picture.raw && muxer_caps_takes_frames(container->format))
			w->codec = avcodec_find_encoder(AV_CODEC_ID_WRAPPED_AVFRAME);
		return 0;
	}
	if (strcmp(name, "copy") == 0 || is_opaque(&o->format))
		return refuse_copy(w, container);
	err = choose_encoder(w, container, name);
	if (err == 0)
		log_verbose("%s: %s frames are encoded with %s", w->url, w->format_text, w->codec->name);
	return err;
}

/* --- opening --- */

static int on_packet(void *opaque, AVPacket *packet)
{
	struct writer *w = opaque;

	av_packet_rescale_ts(packet, w->recoder.encoder.context->time_base, w->mux.stream->time_base);
	if (packet->duration == 0 && w->mux.stream->avg_frame_rate.num > 0)
		packet->duration =
			av_rescale_q(1, av_inv_q(w->mux.stream->avg_frame_rate), w->mux.stream->time_base);
	return muxer_write_packet(&w->mux, packet);
}

static int open_recoder(struct writer *w, const struct writer_options *o)
{
	const struct muxer_caps *container = &w->mux.container;
	struct encoder_options options = {
		.codec = w->codec,
		.options = o->codec_options,
		.raw_format = AV_PIX_FMT_NONE,
		.fps = fps_of(&o->format),
		.constant_rate = muxer_caps_constant_rate(container),
		.global_header = container->format->flags & AVFMT_GLOBALHEADER,
	};
	bool raw = w->codec->id == AV_CODEC_ID_RAWVIDEO || w->codec->id == AV_CODEC_ID_WRAPPED_AVFRAME;
	enum AVPixelFormat from = w->picture.raw ? o->format.pix->av : AV_PIX_FMT_YUV420P;
	AVCodecParameters *parameters = w->mux.stream->codecpar;
	int err;

	if (raw) {
		options.raw_format =
			muxer_caps_best_pix_fmt(container, from, o->format.width, o->format.height);
		if (options.raw_format == AV_PIX_FMT_NONE)
			return refuse_copy(w, container);
	}
	w->recoder.source = &w->picture;
	w->recoder.sink = on_packet;
	w->recoder.opaque = w;
	err = transcoder_open(&w->recoder, &options);
	if (err < 0)
		return err;
	err = avcodec_parameters_from_context(parameters, w->recoder.encoder.context);
	if (err < 0)
		return err;
	if (w->codec->id == AV_CODEC_ID_RAWVIDEO)
		roundtrip_keeps(container->format, options.raw_format, o->format.width, o->format.height,
				&parameters->codec_tag);
	w->mux.stream->time_base = w->recoder.encoder.context->time_base;
	return 0;
}

static int open_copy(struct writer *w, const struct writer_options *o, uint32_t codec_tag)
{
	const struct muxer_caps *container = &w->mux.container;
	AVCodecParameters *parameters = w->mux.stream->codecpar;

	frame_packet_codecpar(&o->format, parameters);
	parameters->codec_tag = codec_tag;
	/* A naked file may hold any bytes, but its muxer asks for a name for them. */
	if (muxer_caps_is_raw(container))
		parameters->codec_id = AV_CODEC_ID_RAWVIDEO;
	if (w->picture.raw || is_opaque(&o->format) || container->format->flags & AVFMT_NOTIMESTAMPS) {
		w->bitstream.intra_only = true;
		return 0;
	}
	w->waiting = true;
	return parameter_sets_open(&w->bitstream, parameters);
}

/* Called when the header is out and the container has settled on its clock. */
static void set_clock(struct writer *w)
{
	w->clock = w->mux.stream->time_base;
	if (w->codec && av_cmp_q(w->recoder.encoder.context->time_base, w->clock) > 0)
		w->clock = w->recoder.encoder.context->time_base;
	/* No times in the file: any clock will do, as long as neighbours do not fall together. */
	if (w->clock.num <= 0 || w->clock.den <= 0)
		w->clock = (AVRational){ 1, 1000000 };
}

static int begin(struct writer *w)
{
	int err = muxer_write_header(&w->mux);

	set_clock(w);
	return err;
}

static int open_all(struct writer *w, const struct writer_options *o)
{
	struct muxer_caps container;
	uint32_t codec_tag = 0;
	int err;

	if (o->codec && strcmp(o->codec, "auto") != 0 && strcmp(o->codec, "copy") != 0 &&
	    !encoder_find(o->codec))
		return -EINVAL;
	if ((err = muxer_check_path(w->url)) < 0 ||
	    (err = muxer_caps_find(&container, w->url, o->container)) < 0 ||
	    (err = frame_packet_open(&w->picture, &o->format)) < 0 ||
	    (err = choose(w, &container, o, &codec_tag)) < 0 ||
	    (err = muxer_open(&w->mux, &container, fps_of(&o->format))) < 0)
		return err;
	err = w->codec ? open_recoder(w, o) : open_copy(w, o, codec_tag);
	if (err < 0 || (err = muxer_open_file(&w->mux, o->overwrite, o->direct)) < 0)
		return err;
	/* A compressed stream's parameters are not known before its first key frame. */
	return w->waiting && w->bitstream.extractor ? 0 : begin(w);
}

int writer_open(struct writer **writer, const struct writer_options *options)
{
	char fourcc[FOURCC_TEXT_MAX];
	struct writer *w = calloc(1, sizeof *w);
	int err = -ENOMEM;

	*writer = NULL;
	libav_init();
	if (!w)
		return log_no_memory();
	w->url = strdup(options->url);
	w->packet = av_packet_alloc();
	strncpy(w->format_text, fourcc_text(options->format.fourcc, fourcc), sizeof w->format_text - 1);
	if (w->url && w->packet)
		err = open_all(w, options);
	if (err == -ENOMEM)
		log_no_memory();
	if (err < 0) {
		w->finished = true; /* nothing to flush or to finalise */
		writer_close(w);
		return err;
	}
	*writer = w;
	return 0;
}

/* --- frames --- */

/* A frame's time in w->clock: the nearest tick, but after the frame before. */
static int64_t stamp(struct writer *w, int64_t pts_ns)
{
	int64_t time =
		av_rescale_q_rnd(pts_ns, (AVRational){ 1, (int)NS_PER_S }, w->clock, AV_ROUND_NEAR_INF);

	if (w->has_last_time && time <= w->last_time)
		time = w->last_time + 1;
	w->has_last_time = true;
	w->last_time = time;
	return time;
}

/* Whether the stream can begin with this packet; writes the header that had to wait for it. 1: not yet. */
static int try_begin(struct writer *w, bool key)
{
	int found = parameter_sets_extract(&w->bitstream, w->packet, w->mux.stream->codecpar);

	if (found < 0)
		return found;
	if (!key || (found == 0 && w->mux.stream->codecpar->extradata_size == 0))
		return 1;
	w->waiting = false;
	return w->mux.begun ? 0 : begin(w);
}

static int write_copy(struct writer *w, const struct frame *frame)
{
	AVRational fps = w->mux.stream->avg_frame_rate;
	AVPacket *packet = w->packet;
	bool key;
	int err;

	err = frame_packet_make(&w->picture, frame, packet);
	if (err < 0)
		return err;
	key = parameter_sets_is_key(&w->bitstream, packet, frame->key);
	if (w->waiting && (err = try_begin(w, key)) != 0)
		return err;
	packet->pts = packet->dts = stamp(w, frame->pts_ns);
	packet->flags = key ? AV_PKT_FLAG_KEY : 0;
	if (frame->damaged)
		packet->flags |= AV_PKT_FLAG_CORRUPT;
	if (fps.num > 0)
		packet->duration = av_rescale_q(1, av_inv_q(fps), w->mux.stream->time_base);
	return muxer_write_packet(&w->mux, packet);
}

static int write_recoded(struct writer *w, const struct frame *frame)
{
	int64_t pts = av_rescale_q(stamp(w, frame->pts_ns), w->clock, w->recoder.encoder.context->time_base);

	return transcoder_write(&w->recoder, frame, pts);
}

int writer_write(struct writer *w, const struct frame *frame)
{
	int err;

	if (w->error < 0)
		return w->error;
	err = w->codec ? write_recoded(w, frame) : write_copy(w, frame);
	av_packet_unref(w->packet);
	if (err == -ENOMEM)
		log_no_memory();
	if (err < 0)
		w->error = err;
	return err;
}

int writer_finish(struct writer *w)
{
	int err = 0;

	if (w->finished)
		return w->error;
	w->finished = true;
	if (w->codec && w->error == 0)
		err = transcoder_flush(&w->recoder);
	if (err < 0)
		w->error = err;
	if (w->waiting && w->error == 0)
		log_warn("%s: no key frame with its parameter sets came, so there is nothing to write",
			 w->mux.name);
	w->error = muxer_finish(&w->mux, w->error);
	return w->error;
}

int writer_close(struct writer *w)
{
	int err;

	if (!w)
		return 0;
	err = writer_finish(w);
	muxer_close(&w->mux);
	transcoder_close(&w->recoder);
	parameter_sets_close(&w->bitstream);
	frame_packet_close(&w->picture);
	av_packet_free(&w->packet);
	free(w->url);
	free(w);
	return err;
}

static const char *codec_name(const struct writer *w)
{
	const struct pixfmt *pix = w->picture.format.pix;

	if (w->codec && w->codec->id != AV_CODEC_ID_WRAPPED_AVFRAME)
		return w->codec->name;
	if (w->codec || w->picture.raw || !pix || pix->codec == AV_CODEC_ID_NONE)
		return "rawvideo";
	return avcodec_get_name(pix->codec);
}

struct writer_info writer_info(const struct writer *writer)
{
	struct writer *w = (struct writer *)writer;

	return (struct writer_info){
		.path = w->url,
		.container = w->mux.container.format->name,
		.codec = codec_name(w),
		.frames = atomic_load_explicit(&w->mux.frames, memory_order_relaxed),
		.bytes = atomic_load_explicit(&w->mux.bytes, memory_order_relaxed),
		.copied_bytes = atomic_load_explicit(&w->picture.copied_bytes, memory_order_relaxed),
	};
}
