/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures from one pixel format, size and range into another, by libswscale. */
#ifndef MEDIA_CONVERTER_H
#define MEDIA_CONVERTER_H

#include <stdbool.h>
#include <libavutil/frame.h>

struct SwsContext;

/* All zero before its first use; makes itself ready for the pictures it is given, and anew when they change.
 */
struct converter {
	struct SwsContext *sws;
	int flags;     /* libswscale's; 0: bicubic where it scales, else bilinear. The same for the same two
			  pictures */
	bool threaded; /* may take several processors, where both pictures are counted references */
	AVFrame *read, *written; /* in between, where libswscale does not have a format; else NULL */
	/* What sws is made for. */
	struct converter_shape {
		enum AVPixelFormat format;
		int width, height;
		bool full_range;
		enum AVColorSpace matrix;
	} from, to;
};

/* Whether it can be done at all: 0 or -ENOTSUP, logged. */
int converter_check(enum AVPixelFormat from, enum AVPixelFormat to);
/* Whether nothing must be done to have `from` as `to` wants it: same format, size, range and matrix. */
bool converter_is_noop(const AVFrame *from, const AVFrame *to);
/* Converts in one pass into the memory that `to` describes (format, width, height, data, linesize;
 * color_range and colorspace, where unspecified means `from`'s, or what is usual for its size when that is
 * RGB). 0 or a negative errno, logged. */
int converter_run(struct converter *converter, const AVFrame *from, const AVFrame *to);
void converter_close(struct converter *converter);

/* Whether a picture's samples span 0..255: said by the frame, by its format (yuvj), or by being RGB. */
bool converter_full_range(enum AVPixelFormat format, enum AVColorRange range);
/* The matrix that a picture of this size has when nobody says: BT.709 from 720 rows on, else BT.601. */
enum AVColorSpace converter_default_matrix(int height);

#endif
