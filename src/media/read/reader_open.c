/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens a file and determines the format of its frames. */
#include "media/read/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <libavutil/pixdesc.h>
#include "base/clock.h"
#include "base/log.h"
#include "media/libav.h"
#include "media/read/reader_internal.h"

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

/* A photograph has its orientation in its own header. */
static bool is_picture(const struct reader *r)
{
	const char *name = r->demuxer.context->iformat->name;
	size_t length = strlen(name);

	return strcmp(name, "image2") == 0 || (length > 5 && strcmp(name + length - 5, "_pipe") == 0);
}

/* Decodes the first frame where the container does not specify the format. */
static int probe_frame(struct reader *r)
{
	const AVCodecParameters *p = r->demuxer.stream->codecpar;
	const char *damage;
	int err;

	if (r->copy || (p->format >= 0 && p->width > 0 && !is_picture(r)))
		return 0;
	err = decoder_read(&r->decoder, &r->demuxer, r->frame);
	r->has_frame = err > 0;
	if (err != 0)
		return err < 0 ? err : 0;
	damage = r->demuxer.damage;
	log_error("%s: no frame can be decoded%s%s%s", avio_input_name(r->demuxer.input), damage ? ": " : "",
		  damage ? damage : "", demuxer_advice(&r->demuxer));
	return -EBADMSG;
}

/* Determined by the field that is coded first. SMPTE ST 170 (525 lines) has the bottom field first, ITU-R
 * BT.601 (625 lines) and all of HDTV the top one, but files do not follow these: only what they specify
 * counts. */
static enum video_field field_order(enum AVFieldOrder order)
{
	return order == AV_FIELD_TT || order == AV_FIELD_TB   ? FIELD_INTERLACED_TB
	       : order == AV_FIELD_BB || order == AV_FIELD_BT ? FIELD_INTERLACED_BT
							      : FIELD_NONE;
}

/* The container takes precedence over the codec. RGB has full range and no matrix, which must not be
 * requested of a device for YUV. */
static void set_info_colours(struct reader *r, const AVCodecParameters *p, const AVFrame *frame)
{
	const struct demuxer_colours *stated = &r->demuxer.colours;
	struct video_format *f = &r->info.format;
	const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get(r->info.av);

	f->range = frame ? frame->color_range : p->color_range;
	f->matrix = frame ? frame->colorspace : p->color_space;
	f->primaries = frame ? frame->color_primaries : p->color_primaries;
	f->transfer = frame ? frame->color_trc : p->color_trc;
	if (stated->range != AVCOL_RANGE_UNSPECIFIED)
		f->range = stated->range;
	if (converter_matrix_is_stated(stated->matrix))
		f->matrix = stated->matrix;
	if (stated->primaries != AVCOL_PRI_UNSPECIFIED)
		f->primaries = stated->primaries;
	if (stated->transfer != AVCOL_TRC_UNSPECIFIED)
		f->transfer = stated->transfer;
	if (descriptor && descriptor->flags & AV_PIX_FMT_FLAG_RGB)
		f->range = AVCOL_RANGE_UNSPECIFIED;
}

static void set_info_format(struct reader *r, const AVCodecParameters *p)
{
	struct video_format *f = &r->info.format;
	const AVFrame *frame = r->has_frame ? r->frame : NULL;
	enum AVPixelFormat av = (enum AVPixelFormat)(frame ? frame->format : p->format);

	f->width = (uint32_t)(frame ? frame->width : p->width);
	f->height = (uint32_t)(frame ? frame->height : p->height);
	f->field = field_order(p->field_order);
	if (r->copy) {
		f->pix = r->packets.pix;
		f->fourcc = f->pix->fourcc;
		f->n_planes = 1;
		av = AV_PIX_FMT_NONE;
	}
	r->info.av = converter_format_without_range(av);
	set_info_colours(r, p, frame);
	if (r->info.av != av)
		f->range = AVCOL_RANGE_JPEG;
}

static int find_orientation(struct reader *r, enum reader_rotate rotate)
{
	const int32_t *matrix = r->has_frame ? rotate_frame_matrix(r->frame) : NULL;

	r->own_orientation = rotate != ROTATE_AUTO;
	if (!matrix)
		matrix = demuxer_display_matrix(&r->demuxer);
	if (r->own_orientation)
		r->orientation = orientation_by_quarters(rotate - ROTATE_NONE);
	else if (matrix)
		r->orientation = orientation_by_matrix(matrix);
	if (!r->copy || orientation_is_upright(r->orientation))
		return 0;
	if (r->own_orientation) {
		log_error("--rotate needs decoded pictures: leave out --codec copy");
		return -EINVAL;
	}
	log_warn("%s: its pictures must be rotated to be upright, which --codec copy does not do",
		 avio_input_name(r->demuxer.input));
	r->orientation = (struct orientation){ 0 };
	return 0;
}

/* The size and shape of the pictures after rotation. */
static void set_info_size(struct reader *r, AVRational aspect)
{
	struct reader_info *info = &r->info;
	struct video_format *f = &info->format;
	uint32_t width = f->width;

	info->turned = !orientation_is_upright(r->orientation);
	if (r->orientation.transposed) {
		f->width = f->height;
		f->height = width;
		aspect = (AVRational){ aspect.den, aspect.num };
		f->field = FIELD_NONE;
	}
	if (aspect.num > 0 && aspect.den > 0)
		info->sample_aspect = (struct fraction){ (uint32_t)aspect.num, (uint32_t)aspect.den };
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
	r->info.live = demuxer_is_live(&r->demuxer);
	if (!r->info.live)
		r->info.format.fps = demuxer_frame_rate(&r->demuxer);
	r->info.duration_ns = demuxer_duration_ns(&r->demuxer);
	set_info_size(r, aspect);
	if (r->info.format.width > 0 && r->info.format.height > 0 &&
	    (r->copy || av_pix_fmt_desc_get(r->info.av)))
		return 0;
	log_error("%s: frame size or pixel format not known", r->info.path);
	return -EBADMSG;
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
	/* Without seeking, frames are dropped up to start_ns. */
	if (!avio_input_is_seekable(r->demuxer.input))
		return 0;
	if (r->has_frame)
		decoder_flush(&r->decoder);
	r->has_frame = false;
	return reader_seek_to_start(r);
}

static int open_reader_parts(struct reader *r, const struct reader_options *options)
{
	struct demuxer_options demuxer_options = {
		.url = options->url,
		.container = options->container,
		.allow_playlists = options->allow_playlists,
		.fps = options->fps,
		.width = options->width,
		.height = options->height,
		.av = options->av,
		.has_number = options->has_stream,
		.number = options->stream,
		.must_seek = options->loops != 1,
		.cancel_fd = options->cancel_fd,
	};
	int err;

	libav_init();
	r->start_ns = options->start_ns;
	r->loops = options->loops;
	r->frame = av_frame_alloc();
	r->skipped = av_frame_alloc();
	if (!r->frame || !r->skipped)
		return log_no_memory();
	err = demuxer_open(&r->demuxer, &demuxer_options);
	if (err == 0)
		err = open_stream_decoder(r, options->decoder);
	if (err == 0)
		err = probe_frame(r);
	if (err == 0)
		err = find_orientation(r, options->rotate);
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
	av_frame_free(&r->skipped);
	decoder_close(&r->decoder);
	packet_reader_close(&r->packets);
	rotator_close(&r->rotator);
	scaler_close(&r->scaler);
	demuxer_close(&r->demuxer);
	free(r);
}
