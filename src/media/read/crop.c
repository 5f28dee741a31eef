/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Maps a frame to one of another size: source and destination rectangles. */
#include "media/read/crop.h"

#include <errno.h>
#include <stdbool.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>

/* A larger sample aspect ratio, or a smaller one than its inverse, is taken for a mistake in the file. */
#define MAX_SAMPLE_ASPECT 20

static int chroma_width(enum AVPixelFormat format)
{
	return 1 << av_pix_fmt_desc_get(format)->log2_chroma_w;
}

static int chroma_height(enum AVPixelFormat format)
{
	return 1 << av_pix_fmt_desc_get(format)->log2_chroma_h;
}

/* The multiple of `unit` nearest to length, at least one unit and at most `max`. `max` itself counts as a
 * multiple if length is nearest to it, as where sizes were rounded to even ones. */
static int round_length(double length, int unit, int max)
{
	int units = length < max - 1 ? (int)(length / unit + 0.5) : max;

	if (units < 1)
		units = 1;
	return units < max / unit ? units * unit : max;
}

static int centre_offset(int outer, int inner, int unit)
{
	return (outer - inner) / 2 / unit * unit;
}

static double known_aspect(AVRational aspect)
{
	double sample = aspect.num > 0 && aspect.den > 0 ? av_q2d(aspect) : 1;

	return sample > MAX_SAMPLE_ASPECT || sample < 1.0 / MAX_SAMPLE_ASPECT ? 1 : sample;
}

static double display_aspect(struct frame_shape shape, AVRational aspect)
{
	return known_aspect(aspect) * shape.width / shape.height;
}

/* The 4:3 picture of a 720-column television frame is 702, 704 or 720 columns wide, depending on the source:
 * the ratios 59/54, 12/11 and 16/15 (10/11, 8/9) are meant to be equal. */
static bool is_nearly_square(double aspect)
{
	return aspect > 0.97 && aspect < 1.03;
}

AVRational crop_relative_aspect(AVRational aspect, struct fraction device)
{
	AVRational unit = { (int)device.num, (int)device.den };
	double sample = known_aspect(unit);

	if (sample == 1)
		return aspect;
	if (is_nearly_square(known_aspect(aspect) / sample))
		return (AVRational){ 1, 1 };
	return av_div_q(known_aspect(aspect) == 1 ? (AVRational){ 1, 1 } : aspect, unit);
}

void crop_square_size(AVRational aspect, uint32_t *width, uint32_t *height)
{
	double sample = known_aspect(aspect);

	if (sample > 1)
		*width = 2 * (uint32_t)(*width * sample / 2 + 0.5);
	else if (sample < 1)
		*height = 2 * (uint32_t)(*height / sample / 2 + 0.5);
}

static void letterbox(double aspect, struct frame_shape to, struct crop *crop)
{
	int w = chroma_width(to.format), h = chroma_height(to.format);

	if (aspect * to.height > to.width)
		crop->to.height = round_length(to.width / aspect, h, to.height);
	else
		crop->to.width = round_length(to.height * aspect, w, to.width);
	crop->to.x = centre_offset(to.width, crop->to.width, w);
	crop->to.y = centre_offset(to.height, crop->to.height, h);
}

static void crop_edges(double aspect, struct frame_shape from, double to_aspect, struct crop *crop)
{
	int w = chroma_width(from.format), h = chroma_height(from.format);

	if (aspect > to_aspect)
		crop->from.width = round_length(from.width * to_aspect / aspect, w, from.width);
	else
		crop->from.height = round_length(from.height * aspect / to_aspect, h, from.height);
	crop->from.x = centre_offset(from.width, crop->from.width, w);
	crop->from.y = centre_offset(from.height, crop->from.height, h);
}

/* For a device with even sizes and a file with an odd one. */
static bool is_rounded_down(struct frame_shape from, struct frame_shape to)
{
	return (to.width == from.width || to.width == from.width - 1) &&
	       (to.height == from.height || to.height == from.height - 1);
}

int crop_find(enum scaling scaling, struct frame_shape from, AVRational aspect, struct frame_shape to,
	      struct crop *crop)
{
	*crop = (struct crop){ { 0, 0, from.width, from.height }, { 0, 0, to.width, to.height } };
	if (scaling == SCALING_PAD && from.width <= to.width && from.height <= to.height) {
		crop->to.width = from.width;
		crop->to.height = from.height;
		return 0;
	}
	if (from.width == to.width && from.height == to.height &&
	    (scaling == SCALING_NONE || known_aspect(aspect) == 1))
		return 0;
	if (scaling == SCALING_NONE || scaling == SCALING_PAD)
		return -ERANGE;
	if (scaling != SCALING_SCALE && known_aspect(aspect) == 1 && is_rounded_down(from, to)) {
		crop->from.width = to.width;
		crop->from.height = to.height;
		return 0;
	}
	if (scaling == SCALING_LETTERBOX)
		letterbox(display_aspect(from, aspect), to, crop);
	if (scaling == SCALING_CROP)
		crop_edges(display_aspect(from, aspect), from, (double)to.width / to.height, crop);
	return 0;
}

void crop_offset_planes(enum AVPixelFormat format, int x, int y, uint8_t *data[], const int linesize[])
{
	const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get(format);
	int planes = av_pix_fmt_count_planes(format);

	for (int i = 0; i < planes; i++) {
		int log2_h = i == 1 || i == 2 ? descriptor->log2_chroma_h : 0;

		data[i] += (ptrdiff_t)(y >> log2_h) * linesize[i];
		if (x > 0)
			data[i] += av_image_get_linesize(format, x, i);
	}
}
