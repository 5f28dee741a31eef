/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a picture goes in another of another size. */
#include "media/read/crop.h"

#include <errno.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>

/* Samples longer or flatter than this are a mistake that would leave nothing of the picture. */
#define MAX_ASPECT 20

static int unit_w(enum AVPixelFormat format)
{
	return 1 << av_pix_fmt_desc_get(format)->log2_chroma_w;
}

static int unit_h(enum AVPixelFormat format)
{
	return 1 << av_pix_fmt_desc_get(format)->log2_chroma_h;
}

/* The nearest multiple of the unit, between one and the whole. */
static int snap(double length, int unit, int whole)
{
	int units = length < whole ? (int)(length / unit + 0.5) : whole;

	if (units < 1)
		units = 1;
	return units < whole / unit ? units * unit : whole;
}

static int centre(int whole, int part, int unit)
{
	return (whole - part) / 2 / unit * unit;
}

/* How much wider than high it looks. */
static double looks(struct frame_shape size, AVRational aspect)
{
	double sample = aspect.num > 0 && aspect.den > 0 ? av_q2d(aspect) : 1;

	if (sample > MAX_ASPECT || sample < 1.0 / MAX_ASPECT)
		sample = 1;
	return sample * size.width / size.height;
}

/* All of the picture, as large as it goes. */
static void letterbox(double ratio, struct frame_shape to, struct crop *p)
{
	int w = unit_w(to.format), h = unit_h(to.format);

	if (ratio * to.height > to.width)
		p->to.height = snap(to.width / ratio, h, to.height);
	else
		p->to.width = snap(to.height * ratio, w, to.width);
	p->to.x = centre(to.width, p->to.width, w);
	p->to.y = centre(to.height, p->to.height, h);
}

/* All of the target, with as much of the picture as goes into it. */
static void crop(double ratio, struct frame_shape from, double wanted, struct crop *p)
{
	int w = unit_w(from.format), h = unit_h(from.format);

	if (ratio > wanted)
		p->from.width = snap(from.width * wanted / ratio, w, from.width);
	else
		p->from.height = snap(from.height * ratio / wanted, h, from.height);
	p->from.x = centre(from.width, p->from.width, w);
	p->from.y = centre(from.height, p->from.height, h);
}

int crop_find(enum scaling scaling, struct frame_shape from, AVRational aspect, struct frame_shape to,
	      struct crop *place)
{
	*place = (struct crop){ { 0, 0, from.width, from.height }, { 0, 0, to.width, to.height } };
	/* A device that took the file's size takes the shape of its samples with it. */
	if (from.width == to.width && from.height == to.height)
		return 0;
	if (scaling == SCALING_NONE)
		return -ERANGE;
	if (scaling == SCALING_LETTERBOX)
		letterbox(looks(from, aspect), to, place);
	if (scaling == SCALING_CROP)
		crop(looks(from, aspect), from, (double)to.width / to.height, place);
	return 0;
}

void crop_offset_planes(enum AVPixelFormat format, int x, int y, uint8_t *data[], const int linesize[])
{
	const AVPixFmtDescriptor *description = av_pix_fmt_desc_get(format);
	int planes = av_pix_fmt_count_planes(format);

	for (int i = 0; i < planes; i++) {
		int log2_h = i == 1 || i == 2 ? description->log2_chroma_h : 0;

		data[i] += (ptrdiff_t)(y >> log2_h) * linesize[i];
		if (x > 0)
			data[i] += av_image_get_linesize(format, x, i);
	}
}
