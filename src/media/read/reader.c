/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pictures out of a file: opening it, and saying what it holds. demux (packets) -> decode (pictures,
 * in memory that lease lends) -> fit (into the target's blanks), or demux -> passage for packets that
 * are not decoded.
 */
#include "media/read/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <libavutil/pixdesc.h>
#include "base/clock.h"
#include "base/log.h"
#include "media/libav.h"
#include "media/read/reader_internal.h"

/* Rates above are no rates but the ticks of a clock. */
#define MAX_FPS 1000

static int open_codec(struct reader *r)
{
	const char *decoder = r->options.decoder;

	r->copy = decoder && strcmp(decoder, "copy") == 0;
	/* Raw pictures are their own packets. */
	if (r->copy && r->demux.stream->codecpar->codec_id == AV_CODEC_ID_RAWVIDEO) {
		r->copy = false;
		decoder = NULL;
	}
	return r->copy ? passage_open(&r->passage, &r->demux) : decode_open(&r->decode, &r->demux, decoder);
}

/* Where the container does not say what the pictures are, the first one tells. */
static int peek(struct reader *r)
{
	int err;

	if (r->copy || (r->demux.stream->codecpar->format >= 0 && r->demux.stream->codecpar->width > 0))
		return 0;
	err = decode_read(&r->decode, &r->demux, r->frame);
	r->pending = err > 0;
	if (err == 0)
		log_error("%s: no picture can be decoded%s%s", input_path(r->demux.input),
			  r->demux.damage ? ": " : "", r->demux.damage ? r->demux.damage : "");
	return err == 0 ? -EBADMSG : err < 0 ? err : 0;
}

static struct fraction frame_rate(struct reader *r)
{
	AVRational rate = av_guess_frame_rate(r->demux.context, r->demux.stream, NULL);

	if (rate.num <= 0 || rate.den <= 0 || rate.num / rate.den > MAX_FPS)
		return (struct fraction){ 0, 0 };
	return (struct fraction){ (uint32_t)rate.num, (uint32_t)rate.den };
}

static enum video_field field_of(enum AVFieldOrder order)
{
	return order == AV_FIELD_TT || order == AV_FIELD_TB   ? FIELD_INTERLACED_TB
	       : order == AV_FIELD_BB || order == AV_FIELD_BT ? FIELD_INTERLACED_BT
							      : FIELD_NONE;
}

static void describe_pictures(struct reader *r, const AVCodecParameters *p)
{
	struct video_format *f = &r->info.format;
	enum AVPixelFormat av = (enum AVPixelFormat)(r->pending ? r->frame->format : p->format);

	f->width = (uint32_t)(r->pending ? r->frame->width : p->width);
	f->height = (uint32_t)(r->pending ? r->frame->height : p->height);
	f->range = r->pending ? r->frame->color_range : p->color_range;
	f->matrix = r->pending ? r->frame->colorspace : p->color_space;
	f->primaries = r->pending ? r->frame->color_primaries : p->color_primaries;
	f->transfer = r->pending ? r->frame->color_trc : p->color_trc;
	f->field = field_of(p->field_order);
	if (r->copy) {
		f->pix = r->passage.pix;
		f->fourcc = f->pix->fourcc;
		f->n_planes = 1;
		av = AV_PIX_FMT_NONE;
	} else if (fit_plain_format(av) != av) {
		f->range = AVCOL_RANGE_JPEG;
	}
	r->info.av = fit_plain_format(av);
}

static int describe(struct reader *r)
{
	const AVCodecParameters *p = r->demux.stream->codecpar;
	AVRational aspect =
		av_guess_sample_aspect_ratio(r->demux.context, r->demux.stream, r->pending ? r->frame : NULL);

	describe_pictures(r, p);
	r->info.path = input_path(r->demux.input);
	r->info.container = r->demux.context->iformat->name;
	r->info.codec = avcodec_get_name(p->codec_id);
	r->info.codec_id = p->codec_id;
	r->info.format.fps = frame_rate(r);
	r->info.duration_ns = demux_duration_ns(&r->demux);
	if (aspect.num > 0 && aspect.den > 0)
		r->info.sample_aspect = (struct fraction){ (uint32_t)aspect.num, (uint32_t)aspect.den };
	if (r->info.format.width > 0 && r->info.format.height > 0 &&
	    (r->copy || av_pix_fmt_desc_get(r->info.av)))
		return 0;
	log_error("%s: its pictures have neither size nor format", r->info.path);
	return -EBADMSG;
}

int reader_wind(struct reader *r)
{
	int64_t to = r->options.start_ns - r->margin_ns;

	r->wound = r->options.start_ns > 0;
	return demux_seek(&r->demux, to > 0 ? to : 0);
}

static int go_to_start(struct reader *r)
{
	int64_t start = r->options.start_ns;

	if (start <= 0)
		return 0;
	if (r->info.duration_ns > 0 && start >= r->info.duration_ns) {
		log_error("%s: is over after %.3f s, before it is to begin", r->info.path,
			  (double)r->info.duration_ns / NS_PER_S);
		return -EINVAL;
	}
	/* What cannot be wound is read up to there. */
	if (!input_seekable(r->demux.input))
		return 0;
	if (r->pending)
		decode_flush(&r->decode);
	r->pending = false;
	return reader_wind(r);
}

static int open_all(struct reader *r, const struct reader_options *options)
{
	int err;

	libav_init();
	r->options = *options;
	r->options.url = r->url = strdup(options->url);
	r->frame = av_frame_alloc();
	if (!r->url || !r->frame)
		return log_no_memory();
	if ((err = demux_open(&r->demux, &r->options)) < 0 || (err = open_codec(r)) < 0 ||
	    (err = peek(r)) < 0 || (err = describe(r)) < 0)
		return err;
	r->presentation = (struct timestamps){
		.time_base = r->demux.stream->time_base,
		.frame_ns = r->info.format.fps.num > 0
				    ? NS_PER_S * r->info.format.fps.den / r->info.format.fps.num
				    : 0,
		.broken = r->demux.context->iformat->flags & AVFMT_TS_DISCONT,
	};
	return go_to_start(r);
}

int reader_open(struct reader **reader, const struct reader_options *options)
{
	struct reader *r = calloc(1, sizeof *r);
	int err;

	*reader = NULL;
	if (!r)
		return log_no_memory();
	err = open_all(r, options);
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
	decode_close(&r->decode);
	passage_close(&r->passage);
	fit_close(&r->fit);
	demux_close(&r->demux);
	free(r->url);
	free(r);
}

/* A decoder's references last as long as its context. */
void reader_stop(struct reader *r)
{
	r->over = true;
	r->pending = false;
	av_frame_unref(r->frame);
	decode_close(&r->decode);
	landing_close(&r->demux.landing);
}

void reader_cancel(struct reader *r)
{
	input_cancel(r->demux.input);
}

uint64_t reader_damage(const struct reader *r)
{
	return r->demux.damaged + r->decode.damaged + r->passage.damaged;
}

struct reader_info reader_info(const struct reader *r)
{
	struct reader_info info = r->info;

	info.damaged = reader_damage(r);
	return info;
}

static int start_packets(struct reader *r)
{
	const struct video_format *f = &r->target.format;
	char text[FOURCC_TEXT_MAX];

	if (f->pix && f->pix->codec == r->info.codec_id && f->n_planes == 1)
		return 0;
	log_error("%s holds %s, and the device takes %s: leave --codec copy out", r->info.path, r->info.codec,
		  fourcc_text(f->fourcc, text));
	return -ERANGE;
}

/* Raw pictures that need nothing done to them are read to where they are to lie. What was read already, to
 * see what the file is, is read again. */
static int land(struct reader *r, struct frame_shape size)
{
	const struct video_format *f = &r->info.format;
	int err;

	if (r->info.codec_id != AV_CODEC_ID_RAWVIDEO || r->pending ||
	    !fit_is_idle(&r->fit, size, f->range, f->matrix))
		return 0;
	err = demux_land(&r->demux, &r->fit);
	return err > 0 ? reader_wind(r) : err;
}

int reader_start(struct reader *r, const struct reader_target *target)
{
	const struct video_format *f = &r->info.format;
	AVRational aspect = { (int)r->info.sample_aspect.num, (int)r->info.sample_aspect.den };
	struct frame_shape size = { r->info.av, (int)f->width, (int)f->height };
	int err;

	r->target = *target;
	if (r->copy)
		return start_packets(r);
	if ((err = fit_open(&r->fit, target)) < 0 || (err = fit_check(&r->fit, size, aspect)) < 0)
		return err;
	lease_start(&r->decode.lease, &r->fit);
	return land(r, size);
}
