/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures from one pixel format, size and range into another, by libswscale. */
#include "media/converter.h"

#include <errno.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include "base/array.h"
#include "base/log.h"
#include "media/libav.h"
#include "media/semiplanar.h"

static bool is_rgb(enum AVPixelFormat format)
{
	const AVPixFmtDescriptor *description = av_pix_fmt_desc_get(format);

	/* Sensors' mosaics carry the flag as well. */
	return description && description->flags & AV_PIX_FMT_FLAG_RGB;
}

bool converter_full_range(enum AVPixelFormat format, enum AVColorRange range)
{
	static const enum AVPixelFormat full[] = { AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P,
						   AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUVJ440P,
						   AV_PIX_FMT_YUVJ411P };

	for (size_t i = 0; i < ARRAY_SIZE(full); i++) {
		if (format == full[i])
			return true;
	}
	return range == AVCOL_RANGE_JPEG || (range == AVCOL_RANGE_UNSPECIFIED && is_rgb(format));
}

enum AVColorSpace converter_default_matrix(int height)
{
	return height >= 720 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
}

static bool matrix_known(enum AVColorSpace matrix)
{
	return matrix != AVCOL_SPC_UNSPECIFIED && matrix != AVCOL_SPC_RGB && matrix != AVCOL_SPC_RESERVED;
}

/* What `frame` is, where what it leaves unsaid is as in `model`. */
static struct converter_shape shape_of(const AVFrame *frame, const AVFrame *model)
{
	struct converter_shape s = {
		.format = (enum AVPixelFormat)frame->format,
		.width = frame->width,
		.height = frame->height,
		.matrix = matrix_known(frame->colorspace) ? frame->colorspace : model->colorspace,
	};
	enum AVColorRange range = frame->color_range;

	if (range == AVCOL_RANGE_UNSPECIFIED && !is_rgb(s.format) &&
	    !is_rgb((enum AVPixelFormat)model->format))
		range = converter_full_range((enum AVPixelFormat)model->format, model->color_range)
				? AVCOL_RANGE_JPEG
				: AVCOL_RANGE_MPEG;
	s.full_range = converter_full_range(s.format, range);
	if (!matrix_known(s.matrix))
		s.matrix = converter_default_matrix(model->height);
	return s;
}

static bool same_shape(const struct converter_shape *a, const struct converter_shape *b)
{
	return a->format == b->format && a->width == b->width && a->height == b->height &&
	       a->full_range == b->full_range && a->matrix == b->matrix;
}

bool converter_is_noop(const AVFrame *from, const AVFrame *to)
{
	struct converter_shape a = shape_of(from, from), b = shape_of(to, from);

	return same_shape(&a, &b) ||
	       (is_rgb(a.format) && a.format == b.format && a.width == b.width && a.height == b.height);
}

static int refuse(enum AVPixelFormat from, enum AVPixelFormat to, int err)
{
	log_error("cannot convert %s to %s: %s", av_get_pix_fmt_name(from), av_get_pix_fmt_name(to),
		  libav_err_str(err));
	return err;
}

/* What libswscale is given in place of a format that it does not have. */
static enum AVPixelFormat readable(enum AVPixelFormat format)
{
	enum AVPixelFormat stand_in = semiplanar_stand_in(format);

	return stand_in != AV_PIX_FMT_NONE && !sws_isSupportedInput(format) ? stand_in : format;
}

static enum AVPixelFormat writable(enum AVPixelFormat format)
{
	enum AVPixelFormat stand_in = semiplanar_stand_in(format);

	return stand_in != AV_PIX_FMT_NONE && !sws_isSupportedOutput(format) ? stand_in : format;
}

int converter_check(enum AVPixelFormat from, enum AVPixelFormat to)
{
	libav_clear_error();
	if (from == to || (sws_isSupportedInput(readable(from)) && sws_isSupportedOutput(writable(to))))
		return 0;
	return refuse(from, to, -ENOTSUP);
}

/* A picture in between, like `model` but for its pixel format; NULL when none is needed, which is no error.
 */
static int make_between(AVFrame **between, const AVFrame *model, enum AVPixelFormat format)
{
	av_frame_free(between);
	if (format == model->format)
		return 0;
	if (!(*between = av_frame_alloc()))
		return -ENOMEM;
	(*between)->format = format;
	(*between)->width = model->width;
	(*between)->height = model->height;
	return av_frame_get_buffer(*between, 0);
}

static void set(struct SwsContext *sws, const char *option, int64_t value)
{
	av_opt_set_int(sws, option, value, 0);
}

/* Between pictures of one size only chroma is resampled, and libswscale's direct paths need no filter at all.
 */
static void configure(struct converter *c)
{
	bool scaling = c->from.width != c->to.width || c->from.height != c->to.height;

	set(c->sws, "srcw", c->from.width);
	set(c->sws, "srch", c->from.height);
	set(c->sws, "src_format", readable(c->from.format));
	set(c->sws, "dstw", c->to.width);
	set(c->sws, "dsth", c->to.height);
	set(c->sws, "dst_format", writable(c->to.format));
	set(c->sws, "sws_flags", c->flags ? c->flags : scaling ? SWS_BICUBIC : SWS_BILINEAR);
	/* Pictures that need no scaling go by a shorter way, unless it is known by now that their range
	 * changes. */
	set(c->sws, "src_range", c->from.full_range);
	set(c->sws, "dst_range", c->to.full_range);
	set(c->sws, "threads", c->threaded ? 0 : 1); /* 0: as many as there are processors */
}

static int make(struct converter *c, const AVFrame *from, const AVFrame *to)
{
	int err;

	libav_clear_error();
	sws_freeContext(c->sws);
	c->sws = NULL;
	if ((err = make_between(&c->read, from, readable(c->from.format))) < 0 ||
	    (err = make_between(&c->written, to, writable(c->to.format))) < 0)
		return err;
	if (!(c->sws = sws_alloc_context()))
		return -ENOMEM;
	configure(c);
	if (sws_init_context(c->sws, NULL, NULL) < 0) {
		sws_freeContext(c->sws);
		c->sws = NULL;
		return refuse(c->from.format, c->to.format, -ENOTSUP);
	}
	/* Fails harmlessly where neither side has a matrix or a range. */
	sws_setColorspaceDetails(c->sws, sws_getCoefficients((int)c->from.matrix), c->from.full_range,
				 sws_getCoefficients((int)c->to.matrix), c->to.full_range, 0, 1 << 16,
				 1 << 16);
	return 0;
}

int converter_run(struct converter *c, const AVFrame *from, const AVFrame *to)
{
	struct converter_shape a = shape_of(from, from), b = shape_of(to, from);
	const AVFrame *read, *written;
	int err;

	if (!c->sws || !same_shape(&a, &c->from) || !same_shape(&b, &c->to)) {
		c->from = a;
		c->to = b;
		err = make(c, from, to);
		if (err < 0)
			return err;
	}
	read = c->read ? c->read : from;
	written = c->written ? c->written : to;
	if (c->read)
		semiplanar_split(from, c->read);
	if (c->threaded && read->buf[0] && written->buf[0])
		err = sws_scale_frame(c->sws, (AVFrame *)written, read);
	else
		err = sws_scale(c->sws, (const uint8_t *const *)read->data, read->linesize, 0, read->height,
				(uint8_t *const *)written->data, written->linesize);
	if (err < 0)
		return refuse(a.format, b.format, err);
	if (c->written)
		semiplanar_join(c->written, to);
	return 0;
}

void converter_close(struct converter *c)
{
	sws_freeContext(c->sws);
	av_frame_free(&c->read);
	av_frame_free(&c->written);
	*c = (struct converter){ 0 };
}
