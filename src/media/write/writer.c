/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes frames to a container file with libavformat. */
#include "base/units.h"
#include "media/write/writer_internal.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <libavutil/mem.h>
#include <libavutil/pixdesc.h>
#include "base/clock.h"
#include "base/codec_name.h"
#include "base/log.h"
#include "media/libav.h"
#include "media/write/codec_choice.h"
#include "media/write/still_jpeg.h"

/* --- opening --- */

/* In the stream's time base. Muxers derive a frame's duration from the next frame; this is for the last one,
 * which players skip if it has no duration. */
static int64_t last_duration(const struct writer *w)
{
	const AVStream *stream = w->muxer.stream;
	int64_t duration_ns = file_times_duration_ns(&w->times), duration;

	if (duration_ns > 0)
		duration = av_rescale_q(duration_ns, (AVRational){ 1, (int)NS_PER_S }, stream->time_base);
	else
		duration = av_rescale_q(
			1, av_inv_q(file_times_rational(w->frame_packet.format.fps, (AVRational){ 30, 1 })),
			stream->time_base);
	return duration > 0 ? duration : 1;
}

static AVRational encoder_time_base(const struct writer *w)
{
	return w->transcoder.encoder.context->time_base;
}

/* Whether the encoder's time base is the interval of a constant rate while the file has timestamps. */
static bool has_coarse_encoder(const struct writer *w)
{
	return w->codec && w->times.clock == FILE_CLOCK_TIMES &&
	       av_cmp_q(encoder_time_base(w), (AVRational){ 1, 1000 }) > 0;
}

/* From the encoder's time base to the file's. */
static int64_t file_time(const struct writer *w, int64_t coded)
{
	size_t i = (size_t)coded % N_CODED;

	if (has_coarse_encoder(w) && coded >= 0 && w->coded[i].pts == coded)
		return w->coded[i].time;
	return av_rescale_q(coded, encoder_time_base(w), w->muxer.stream->time_base);
}

static int write_packet(struct writer *w, AVPacket *packet, int64_t pts, int64_t dts)
{
	packet->duration = last_duration(w);
	return writer_put_packet(w, packet, pts, dts);
}

/* The transcoder's write_packet(). */
static int write_encoded(void *opaque, AVPacket *packet)
{
	struct writer *w = opaque;
	int64_t pts = packet->pts, dts = packet->dts;

	packet->pts = file_time(w, packet->pts);
	packet->dts = file_time(w, packet->dts);
	return write_packet(w, packet, pts, dts);
}

static int open_transcoder(struct writer *w)
{
	const struct muxer_caps *caps = &w->muxer.caps;
	const struct video_format *format = &w->frame_packet.format;
	bool has_rate = w->times.clock == FILE_CLOCK_SLOTS || w->times.clock == FILE_CLOCK_RATE;
	struct encoder_options options = {
		.codec = w->codec,
		.options = w->codec_options,
		.raw_format = AV_PIX_FMT_NONE,
		.fps = file_times_rate(w->times.clock, format->fps),
		.constant_rate = has_rate,
		.global_header = caps->format->flags & AVFMT_GLOBALHEADER,
		.playable = w->playable,
	};
	enum AVPixelFormat from = w->frame_packet.raw ? format->pix->av : AV_PIX_FMT_YUV420P;
	AVCodecParameters *par = w->muxer.stream->codecpar;
	uint32_t codec_tag = 0;
	int err;

	if (w->codec->id == AV_CODEC_ID_RAWVIDEO || w->codec->id == AV_CODEC_ID_WRAPPED_AVFRAME) {
		options.raw_format =
			muxer_caps_best_pix_fmt(caps, from, format->width, format->height, &codec_tag);
		if (options.raw_format == AV_PIX_FMT_NONE)
			return codec_choice_log_cannot_copy(caps, format);
	}
	w->transcoder.frame_packet = &w->frame_packet;
	w->transcoder.write_packet = write_encoded;
	w->transcoder.opaque = w;
	err = transcoder_open(&w->transcoder, &options);
	if (err < 0)
		return err;
	err = avcodec_parameters_from_context(par, w->transcoder.encoder.context);
	if (err < 0)
		return err;
	if (w->codec->id == AV_CODEC_ID_RAWVIDEO)
		par->codec_tag = codec_tag;
	if (has_rate)
		muxer_set_rate(&w->muxer, w->times.clock, av_inv_q(encoder_time_base(w)));
	return 0;
}

static int open_copy(struct writer *w, uint32_t codec_tag)
{
	const struct muxer_caps *caps = &w->muxer.caps;
	AVCodecParameters *par = w->muxer.stream->codecpar;

	frame_packet_codecpar(&w->frame_packet.format, par);
	par->codec_tag = codec_tag;
	/* The rawvideo muxer accepts this codec only, whatever the bytes are. */
	if (muxer_caps_is_raw(caps))
		par->codec_id = AV_CODEC_ID_RAWVIDEO;
	w->still_jpegs = still_jpeg_wanted(caps->format->name, par->codec_id);
	return w->still_jpegs ? still_jpeg_open(&w->jpeg_tables, par) : 0;
}

/* Frames get the same timestamp, or that of the next tick. */
static void warn_of_coarse_times(const struct writer *w)
{
	double fps = fraction_value(w->frame_packet.format.fps), tick_s = av_q2d(w->muxer.stream->time_base);

	if (w->times.clock == FILE_CLOCK_TIMES && fps * tick_s > 1.001)
		log_warn("%s: %s stores timestamps in steps of %s ms, which is too coarse for %.6g frames a "
			 "second: nut, mov and mp4 have finer ones",
			 w->muxer.name, w->muxer.caps.format->name, PLAIN_NUMBER(tick_s * 1e3, 3), fps);
}

static int write_header(struct writer *w)
{
	int err = muxer_write_header(&w->muxer); /* sets the stream's time base */
	AVRational time_base = w->muxer.stream->time_base;

	/* For files without timestamps: fine enough to keep frames apart. */
	if (w->times.clock == FILE_CLOCK_NONE || time_base.num <= 0 || time_base.den <= 0)
		time_base = (AVRational){ 1, 1000000 };
	if (w->codec && !has_coarse_encoder(w) && av_cmp_q(encoder_time_base(w), time_base) > 0)
		time_base = encoder_time_base(w);
	w->times.time_base = time_base;
	warn_of_coarse_times(w);
	return err;
}

static int check_faststart(const struct muxer_caps *caps, const struct writer_options *o)
{
	if (!o->faststart || muxer_caps_is_isobmff(caps))
		return 0;
	log_error("--faststart is for mp4 and mov: leave it out, as %s has no such index",
		  caps->format->name);
	return -EINVAL;
}

static int check_zero_copy(const struct writer *w)
{
	const char *why = w->codec ? "they are encoded" : frame_packet_copies(&w->frame_packet);

	if (!why)
		return 0;
	log_error("--require-zero-copy: frames do not go into %s as they are: %s", w->url, why);
	return -ERANGE;
}

static int open_parts(struct writer *w, const struct writer_options *o)
{
	struct codec_choice choice = { 0 };
	struct muxer_caps caps;
	int err;

	if (o->codec && strcmp(o->codec, "auto") != 0 && strcmp(o->codec, "copy") != 0 &&
	    !encoder_find(o->codec))
		return -EINVAL;
	err = muxer_check_path(w->url, o->container);
	if (err < 0)
		return err;
	err = muxer_caps_find(&caps, w->url, o->container);
	if (err < 0)
		return err;
	err = frame_packet_open(&w->frame_packet, &o->format);
	if (err < 0)
		return err;
	err = check_faststart(&caps, o);
	if (err < 0)
		return err;
	err = codec_choice_make(&choice, &caps, o, &w->frame_packet);
	if (err < 0)
		return err;
	w->codec = choice.codec;
	err = o->zero_copy ? check_zero_copy(w) : 0;
	if (err < 0)
		return err;
	w->playable = choice.playable;
	w->times.clock = muxer_caps_clock(&caps, w->codec != NULL);
	w->times.may_be_equal = caps.format->flags & AVFMT_TS_NONSTRICT;
	err = muxer_open(&w->muxer, &caps, o->format_options);
	if (err < 0)
		return err;
	muxer_set_rate(&w->muxer, w->times.clock, file_times_rate(w->times.clock, o->format.fps));
	err = w->codec ? open_transcoder(w) : open_copy(w, choice.codec_tag);
	if (err < 0)
		return err;
	w->muxer.sync_ns = o->sync_ns;
	w->muxer.faststart = o->faststart;
	w->muxer.partial_suffix = o->partial_suffix;
	w->muxer.series = o->series;
	w->muxer.n_pictures = o->n_pictures;
	err = w->armed ? muxer_open_file_later(&w->muxer, o->direct_io)
		       : muxer_open_file(&w->muxer, writer_file_flags(o), o->direct_io);
	if (err < 0)
		return err;
	w->intra_only = parameter_sets_intra_only(&o->format);
	w->waiting_for_key = !w->intra_only;
	/* The header of a stream copy needs the parameter sets, which come with the first key frame; that of
	 * fields in separate buffers needs to know the first field. */
	if ((w->waiting_for_key && !w->codec) || writer_needs_rate(w) || o->format.field == FIELD_ALTERNATE)
		return 0;
	return write_header(w);
}

int writer_open(struct writer **writer, const struct writer_options *options)
{
	struct writer *w = calloc(1, sizeof *w);
	int err = -ENOMEM;

	*writer = NULL;
	libav_init();
	if (!w)
		return log_no_memory();
	w->on_packet = options->on_packet;
	w->opaque = options->opaque;
	writer_arm(w, options);
	w->url = strdup(options->url);
	w->codec_options = options->codec_options ? strdup(options->codec_options) : NULL;
	w->packet = av_packet_alloc();
	if (w->url && w->packet && !w->codec_options == !options->codec_options)
		err = open_parts(w, options);
	if (err == -ENOMEM)
		log_no_memory();
	if (err < 0) {
		w->finished = true; /* nothing to drain, no trailer to write */
		writer_close(w);
		return err;
	}
	*writer = w;
	return 0;
}

bool writer_has_slots(const struct writer *w)
{
	return w->times.clock == FILE_CLOCK_SLOTS;
}

bool writer_needs_rate(const struct writer *w)
{
	return writer_has_slots(w) || w->times.clock == FILE_CLOCK_RATE || has_coarse_encoder(w);
}

static int reopen_transcoder(struct writer *w)
{
	transcoder_close(&w->transcoder);
	return open_transcoder(w);
}

int writer_set_rate(struct writer *w, struct fraction fps)
{
	int err = 0;

	w->frame_packet.format.fps = fps;
	muxer_set_rate(&w->muxer, w->times.clock, file_times_rate(w->times.clock, fps));
	if (w->codec)
		err = reopen_transcoder(w);
	if (err == -ENOMEM)
		log_no_memory();
	if (err < 0)
		w->error = err;
	return err;
}

/* --- writing --- */

static int set_extradata(AVCodecParameters *par, const AVBufferRef *data)
{
	uint8_t *extradata = av_mallocz(data->size + AV_INPUT_BUFFER_PADDING_SIZE);

	if (!extradata)
		return -ENOMEM;
	memcpy(extradata, data->data, data->size);
	av_freep(&par->extradata);
	par->extradata = extradata;
	par->extradata_size = (int)data->size;
	return 0;
}

/* Called with the first key frame of a stream that has other frames as well. */
static int start_stream(struct writer *w, const struct frame *frame)
{
	int err = 0;

	w->waiting_for_key = false;
	if (w->codec)
		return 0;
	if (frame->parameter_sets)
		err = set_extradata(w->muxer.stream->codecpar, frame->parameter_sets);
	return err < 0 ? err : write_header(w);
}

static int begin_file(struct writer *w, const struct frame *frame)
{
	AVCodecParameters *par = w->muxer.stream->codecpar;
	int err = 0;

	if (frame_packet_set_field_order(&w->frame_packet, frame)) {
		par->field_order = frame_packet_field_order(&w->frame_packet.format);
		err = w->codec ? reopen_transcoder(w) : 0;
	}
	return err < 0 ? err : write_header(w);
}

static int mux_frame(struct writer *w, struct frame *frame)
{
	AVPacket *packet = w->packet;
	int err = frame_packet_make(&w->frame_packet, frame, packet);

	if (err >= 0 && w->still_jpegs)
		err = still_jpeg_repair(w->jpeg_tables, packet, &frame->copied_bytes);
	if (err < 0)
		return err;
	packet->pts = packet->dts = file_times_next(&w->times, frame->pts_ns);
	packet->flags = frame->key || w->intra_only ? AV_PKT_FLAG_KEY : 0;
	if (frame->damaged)
		packet->flags |= AV_PKT_FLAG_CORRUPT;
	frame->packet_pts = packet->pts;
	return write_packet(w, packet, packet->pts, packet->dts);
}

/* The encoder's time base may be coarser than the file's, and its timestamps must increase even where those
 * of the file need not. */
static int64_t coded_time(struct writer *w, int64_t pts_ns)
{
	int64_t time = file_times_next(&w->times, pts_ns);
	int64_t coded = av_rescale_q(time, w->times.time_base, encoder_time_base(w));

	if (w->times.n_frames > 1 && coded <= w->last_coded)
		coded = w->last_coded + 1;
	w->last_coded = coded;
	w->coded[(size_t)coded % N_CODED].pts = coded;
	w->coded[(size_t)coded % N_CODED].time = time;
	return coded;
}

static int encode_frame(struct writer *w, struct frame *frame)
{
	frame->packet_pts = coded_time(w, frame->pts_ns);
	return transcoder_write(&w->transcoder, frame, frame->packet_pts);
}

int writer_write(struct writer *w, struct frame *frame)
{
	int err;

	if (w->error < 0)
		return w->error;
	if (w->waiting_for_key && !frame->key)
		return 1;
	err = w->waiting_for_key ? start_stream(w, frame) : 0;
	if (err == 0 && !w->muxer.header_written)
		err = begin_file(w, frame);
	if (err == 0)
		err = w->codec ? encode_frame(w, frame) : mux_frame(w, frame);
	av_packet_unref(w->packet);
	if (err == -ENOMEM)
		log_no_memory();
	if (err < 0)
		w->error = err;
	return err;
}

/* --- closing --- */

uint64_t writer_syncs(const struct writer *w)
{
	return w->muxer.n_syncs;
}

void writer_sync_at_end(struct writer *w)
{
	w->muxer.sync_at_end = true;
}

int writer_finish(struct writer *w)
{
	int err = 0;

	if (w->finished)
		return w->error;
	w->finished = true;
	if (w->armed) /* there is no file */
		return w->error;
	if (w->codec && w->error == 0)
		err = transcoder_flush(&w->transcoder);
	if (err < 0)
		w->error = err;
	if (w->muxer.header_written && w->error == 0)
		file_times_check(&w->times, w->muxer.name, w->muxer.caps.format->name);
	w->error = muxer_finish(&w->muxer, w->error);
	return w->error;
}

int writer_close(struct writer *w)
{
	int err;

	if (!w)
		return 0;
	err = writer_finish(w);
	pre_roll_close(&w->kept);
	muxer_close(&w->muxer);
	transcoder_close(&w->transcoder);
	frame_packet_close(&w->frame_packet);
	av_bsf_free(&w->jpeg_tables);
	av_packet_free(&w->packet);
	free(w->codec_options);
	free(w->url);
	free(w);
	return err;
}

static const char *codec_name(const struct writer *w)
{
	const struct pixfmt *pix = w->frame_packet.format.pix;
	const char *name = pix ? codec_name_bare(pix->fourcc) : NULL;

	if (w->codec && w->codec->id != AV_CODEC_ID_WRAPPED_AVFRAME)
		return w->codec->name;
	return w->codec || w->frame_packet.raw || !name ? "rawvideo" : name;
}

uint64_t writer_bytes(const struct writer *w)
{
	return atomic_load_explicit(&w->muxer.bytes, memory_order_relaxed);
}

struct writer_info writer_info(const struct writer *writer)
{
	struct writer *w = (struct writer *)writer; /* C11's atomic_load() takes no pointer to const */

	return (struct writer_info){
		.path = w->url,
		.is_partial = w->muxer.is_partial,
		.container = w->muxer.caps.format->name,
		.codec = codec_name(w),
		.pixel_format = w->transcoder.encoder.context
					? av_get_pix_fmt_name(w->transcoder.encoder.context->pix_fmt)
					: NULL,
		.frames = atomic_load_explicit(&w->muxer.frames, memory_order_relaxed),
		.n_held = w->muxer.fragmented ? w->muxer.fragments.n_frames : 0,
		.bytes = writer_bytes(w),
		.n_pictures = w->muxer.n_pictures,
	};
}
