/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Converts pictures between pixel formats, sizes, ranges and matrices with libswscale. */
#include "media/converter.h"

#include <errno.h>
#include <stddef.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include "base/array.h"
#include "base/log.h"
#include "media/libav.h"

/* --- NV16, the only 8-bit format of cameras and capture cards that libswscale (6 at least) lacks --- */

/* A format that libswscale supports with the same samples; AV_PIX_FMT_NONE if there is none. */
static enum AVPixelFormat planar_equivalent(enum AVPixelFormat format)
{
	return format == AV_PIX_FMT_NV16 ? AV_PIX_FMT_YUV422P : AV_PIX_FMT_NONE;
}

static void copy_luma(const AVFrame *src, const AVFrame *dst)
{
	av_image_copy_plane(dst->data[0], dst->linesize[0], src->data[0], src->linesize[0], src->width,
			    src->height);
}

static void deinterleave_chroma(const AVFrame *semiplanar, const AVFrame *planar)
{
	int width = (semiplanar->width + 1) / 2;

	copy_luma(semiplanar, planar);
	for (int y = 0; y < semiplanar->height; y++) {
		const uint8_t *uv = semiplanar->data[1] + (ptrdiff_t)y * semiplanar->linesize[1];
		uint8_t *u = planar->data[1] + (ptrdiff_t)y * planar->linesize[1];
		uint8_t *v = planar->data[2] + (ptrdiff_t)y * planar->linesize[2];

		for (int x = 0; x < width; x++) {
			u[x] = uv[2 * x];
			v[x] = uv[2 * x + 1];
		}
	}
}

static void interleave_chroma(const AVFrame *planar, const AVFrame *semiplanar)
{
	int width = (semiplanar->width + 1) / 2;

	copy_luma(planar, semiplanar);
	for (int y = 0; y < semiplanar->height; y++) {
		uint8_t *uv = semiplanar->data[1] + (ptrdiff_t)y * semiplanar->linesize[1];
		const uint8_t *u = planar->data[1] + (ptrdiff_t)y * planar->linesize[1];
		const uint8_t *v = planar->data[2] + (ptrdiff_t)y * planar->linesize[2];

		for (int x = 0; x < width; x++) {
			uv[2 * x] = u[x];
			uv[2 * x + 1] = v[x];
		}
	}
}

/* The formats that libswscale reads and writes. */
static enum AVPixelFormat sws_input(enum AVPixelFormat format)
{
	enum AVPixelFormat planar = planar_equivalent(format);

	return planar != AV_PIX_FMT_NONE && !sws_isSupportedInput(format) ? planar : format;
}

static enum AVPixelFormat sws_output(enum AVPixelFormat format)
{
	enum AVPixelFormat planar = planar_equivalent(format);

	return planar != AV_PIX_FMT_NONE && !sws_isSupportedOutput(format) ? planar : format;
}

/* --- colours --- */

static bool pix_fmt_is_rgb(enum AVPixelFormat format)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);

	/* Bayer formats have the flag too. */
	return desc && desc->flags & AV_PIX_FMT_FLAG_RGB;
}

enum AVPixelFormat converter_format_without_range(enum AVPixelFormat format)
{
	static const struct {
		enum AVPixelFormat full, plain;
	} formats[] = {
		{ AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV420P }, { AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUV422P },
		{ AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUV444P }, { AV_PIX_FMT_YUVJ440P, AV_PIX_FMT_YUV440P },
		{ AV_PIX_FMT_YUVJ411P, AV_PIX_FMT_YUV411P },
	};

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (formats[i].full == format)
			return formats[i].plain;
	}
	return format;
}

bool converter_matrix_is_stated(enum AVColorSpace matrix)
{
	return matrix != AVCOL_SPC_UNSPECIFIED && matrix != AVCOL_SPC_RGB && matrix != AVCOL_SPC_RESERVED;
}

bool converter_full_range(enum AVPixelFormat format, enum AVColorRange range)
{
	return converter_format_without_range(format) != format || range == AVCOL_RANGE_JPEG ||
	       (range == AVCOL_RANGE_UNSPECIFIED && pix_fmt_is_rgb(format));
}

enum AVColorSpace converter_default_matrix(int height)
{
	/* SMPTE ST 170 has the matrix of ITU-R BT.601. */
	return height >= 720 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
}

/* The properties of `frame`; those that it leaves unspecified are taken from `reference`. */
static struct converter_params params_of(const AVFrame *frame, const AVFrame *reference)
{
	struct converter_params p = {
		.format = (enum AVPixelFormat)frame->format,
		.width = frame->width,
		.height = frame->height,
		.matrix = converter_matrix_is_stated(frame->colorspace) ? frame->colorspace
									: reference->colorspace,
	};
	enum AVPixelFormat reference_format = (enum AVPixelFormat)reference->format;
	enum AVColorRange range = frame->color_range;

	if (range == AVCOL_RANGE_UNSPECIFIED && !pix_fmt_is_rgb(p.format) &&
	    !pix_fmt_is_rgb(reference_format))
		range = converter_full_range(reference_format, reference->color_range) ? AVCOL_RANGE_JPEG
										       : AVCOL_RANGE_MPEG;
	p.full_range = converter_full_range(p.format, range);
	if (!converter_matrix_is_stated(p.matrix))
		p.matrix = converter_default_matrix(reference->height);
	return p;
}

static bool same_params(const struct converter_params *a, const struct converter_params *b)
{
	return a->format == b->format && a->width == b->width && a->height == b->height &&
	       a->full_range == b->full_range && a->matrix == b->matrix;
}

bool converter_is_noop(const AVFrame *src, const AVFrame *dst)
{
	struct converter_params a = params_of(src, src), b = params_of(dst, src);

	return same_params(&a, &b) || (pix_fmt_is_rgb(a.format) && a.format == b.format &&
				       a.width == b.width && a.height == b.height);
}

/* --- conversion --- */

static int log_conversion_error(enum AVPixelFormat src, enum AVPixelFormat dst, int err)
{
	log_error("cannot convert %s to %s: %s", av_get_pix_fmt_name(src), av_get_pix_fmt_name(dst),
		  libav_err_str(err));
	return err;
}

int converter_check(enum AVPixelFormat src, enum AVPixelFormat dst)
{
	libav_clear_error();
	if (src == dst || (sws_isSupportedInput(sws_input(src)) && sws_isSupportedOutput(sws_output(dst))))
		return 0;
	return log_conversion_error(src, dst, -ENOTSUP);
}

/* Allocates a picture of the size of `model` in that pixel format; none if model has this format itself. */
static int alloc_intermediate(AVFrame **frame, const AVFrame *model, enum AVPixelFormat format)
{
	av_frame_free(frame);
	if (format == model->format)
		return 0;
	*frame = av_frame_alloc();
	if (!*frame)
		return -ENOMEM;
	(*frame)->format = format;
	(*frame)->width = model->width;
	(*frame)->height = model->height;
	return av_frame_get_buffer(*frame, 0);
}

static void set_sws_options(struct converter *c)
{
	/* Without scaling only chroma is resampled, and libswscale's unscaled paths use no filter at all. */
	bool scaling = c->src.width != c->dst.width || c->src.height != c->dst.height;
	const struct {
		const char *key;
		int value;
	} options[] = {
		{ "srcw", c->src.width },
		{ "srch", c->src.height },
		{ "src_format", sws_input(c->src.format) },
		{ "dstw", c->dst.width },
		{ "dsth", c->dst.height },
		{ "dst_format", sws_output(c->dst.format) },
		{ "sws_flags", c->flags  ? c->flags
			       : scaling ? SWS_BICUBIC
					 : SWS_BILINEAR },
		/* sws_init_context() chooses an unscaled path that ignores the ranges unless it sees here
		 * that they differ. */
		{ "src_range", c->src.full_range },
		{ "dst_range", c->dst.full_range },
		{ "threads", c->threaded ? 0 : 1 }, /* 0: one per processor */
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		av_opt_set_int(c->sws, options[i].key, options[i].value, 0);
}

/* Recreates the scaler and the intermediate frames for c->src and c->dst. */
static int configure(struct converter *c, const AVFrame *src, const AVFrame *dst)
{
	int err;

	libav_clear_error();
	sws_freeContext(c->sws);
	c->sws = NULL;
	err = alloc_intermediate(&c->src_planar, src, sws_input(c->src.format));
	if (err < 0)
		return err;
	err = alloc_intermediate(&c->dst_planar, dst, sws_output(c->dst.format));
	if (err < 0)
		return err;
	c->sws = sws_alloc_context();
	if (!c->sws)
		return -ENOMEM;
	set_sws_options(c);
	if (sws_init_context(c->sws, NULL, NULL) < 0) {
		sws_freeContext(c->sws);
		c->sws = NULL;
		return log_conversion_error(c->src.format, c->dst.format, -ENOTSUP);
	}
	/* The error is ignored: it only means that neither side has a matrix or a range. */
	sws_setColorspaceDetails(c->sws, sws_getCoefficients((int)c->src.matrix), c->src.full_range,
				 sws_getCoefficients((int)c->dst.matrix), c->dst.full_range, 0, 1 << 16,
				 1 << 16);
	return 0;
}

int converter_run(struct converter *c, const AVFrame *src, const AVFrame *dst)
{
	struct converter_params src_params = params_of(src, src), dst_params = params_of(dst, src);
	const AVFrame *from, *to;
	int err;

	if (!c->sws || !same_params(&src_params, &c->src) || !same_params(&dst_params, &c->dst)) {
		c->src = src_params;
		c->dst = dst_params;
		err = configure(c, src, dst);
		if (err < 0)
			return err;
	}
	from = c->src_planar ? c->src_planar : src;
	to = c->dst_planar ? c->dst_planar : dst;
	if (c->src_planar)
		deinterleave_chroma(src, c->src_planar);
	if (c->threaded && from->buf[0] && to->buf[0])
		err = sws_scale_frame(c->sws, (AVFrame *)to, from);
	else
		err = sws_scale(c->sws, (const uint8_t *const *)from->data, from->linesize, 0, from->height,
				(uint8_t *const *)to->data, to->linesize);
	if (err < 0)
		return log_conversion_error(src_params.format, dst_params.format, err);
	if (c->dst_planar)
		interleave_chroma(c->dst_planar, dst);
	return 0;
}

void converter_close(struct converter *c)
{
	sws_freeContext(c->sws);
	av_frame_free(&c->src_planar);
	av_frame_free(&c->dst_planar);
	*c = (struct converter){ 0 };
}
