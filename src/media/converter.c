/* Pictures from one pixel format, size and range into another, by libswscale. SPDX-License-Identifier:
 * LGPL-2.1-or-later */
#include "media/converter.h"

#include <errno.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include "base/log.h"
#include "media/libav.h"

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

	for (size_t i = 0; i < sizeof(full) / sizeof(*full); i++) {
		if (format == full[i])
			return true;
	}
	return range == AVCOL_RANGE_JPEG || (range == AVCOL_RANGE_UNSPECIFIED && is_rgb(format));
}

enum AVColorSpace converter_usual_matrix(int height)
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
		s.matrix = converter_usual_matrix(model->height);
	return s;
}

static bool same_shape(const struct converter_shape *a, const struct converter_shape *b)
{
	return a->format == b->format && a->width == b->width && a->height == b->height &&
	       a->full_range == b->full_range && a->matrix == b->matrix;
}

bool converter_is_idle(const AVFrame *from, const AVFrame *to)
{
	struct converter_shape a = shape_of(from, from), b = shape_of(to, from);

	return same_shape(&a, &b) ||
	       (is_rgb(a.format) && a.format == b.format && a.width == b.width && a.height == b.height);
}

/* Between pictures of one size only chroma is resampled, and libswscale's direct paths need no filter at all.
 */
static int make(struct converter *c)
{
	bool scaling = c->from.width != c->to.width || c->from.height != c->to.height;
	int flags = scaling ? SWS_BICUBIC : SWS_BILINEAR;

	libav_forget_reason();
	sws_freeContext(c->sws);
	c->sws = sws_getContext(c->from.width, c->from.height, c->from.format, c->to.width, c->to.height,
				c->to.format, flags, NULL, NULL, NULL);
	if (!c->sws) {
		log_error("cannot convert %s to %s: %s", av_get_pix_fmt_name(c->from.format),
			  av_get_pix_fmt_name(c->to.format), libav_reason(-ENOTSUP));
		return -ENOTSUP;
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
	int err;

	if (!c->sws || !same_shape(&a, &c->from) || !same_shape(&b, &c->to)) {
		c->from = a;
		c->to = b;
		if ((err = make(c)) < 0)
			return err;
	}
	err = sws_scale(c->sws, (const uint8_t *const *)from->data, from->linesize, 0, from->height,
			(uint8_t *const *)to->data, to->linesize);
	if (err < 0)
		log_error("converting a picture: %s", err_str(err));
	return err < 0 ? err : 0;
}

void converter_close(struct converter *c)
{
	sws_freeContext(c->sws);
	*c = (struct converter){ 0 };
}
