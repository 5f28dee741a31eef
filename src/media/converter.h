/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Converts pictures between pixel formats, sizes, ranges and matrices with libswscale. */
#ifndef MEDIA_CONVERTER_H
#define MEDIA_CONVERTER_H

#include <stdbool.h>
#include <libavutil/frame.h>

struct SwsContext;

/* Zero-initialise. The scaling context is made on first use, and again when a picture's properties change. */
struct converter {
	struct SwsContext *sws;
	int flags;     /* SWS_*; 0: SWS_BICUBIC when scaling, otherwise SWS_BILINEAR */
	bool threaded; /* use all processors; needs reference-counted frames on both sides */
	AVFrame *src_planar, *dst_planar; /* intermediate pictures for the formats that libswscale lacks, or
					     NULL */
	struct converter_params {         /* configuration of sws */
		enum AVPixelFormat format;
		int width, height;
		bool full_range;
		enum AVColorSpace matrix;
	} src, dst;
};

/* Whether the conversion is possible: 0 or -ENOTSUP, logged. */
int converter_check(enum AVPixelFormat src, enum AVPixelFormat dst);
/* Whether src already is what dst asks for: same format, size, range and matrix. */
bool converter_is_noop(const AVFrame *src, const AVFrame *dst);
/* Converts in one pass into the memory that dst describes (format, width, height, data, linesize,
 * color_range, colorspace). Unspecified range and matrix mean src's; for an RGB src the limited range and
 * converter_default_matrix(). Returns 0 or a negative errno, logged. */
int converter_run(struct converter *converter, const AVFrame *src, const AVFrame *dst);
void converter_close(struct converter *converter);

/* AV_PIX_FMT_YUVJ420P and the like without the colour range that their name implies: AV_PIX_FMT_YUV420P. */
enum AVPixelFormat converter_format_without_range(enum AVPixelFormat format);
/* False where the matrix is not specified, or does not apply, as for RGB. */
bool converter_matrix_is_stated(enum AVColorSpace matrix);
/* Whether the range is full: by color_range, by the format (yuvj*), or because it is RGB. */
bool converter_full_range(enum AVPixelFormat format, enum AVColorRange range);
/* The matrix to assume where none is given: ITU-R BT.709 from 720 rows on, otherwise BT.601. */
enum AVColorSpace converter_default_matrix(int height);

#endif
