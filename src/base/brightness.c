/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How bright a raw picture is. */
#include "base/brightness.h"

#include <libavutil/pixdesc.h>

struct sum {
	uint64_t total, n;
};

/* Samples every fourth column of every fourth row, which is enough for a mean. */
static void add_component(struct sum *sum, const AVComponentDescriptor *comp, const uint8_t *data,
			  ptrdiff_t stride, uint32_t width, uint32_t height)
{
	for (uint32_t y = 0; y < height; y += 4) {
		for (uint32_t x = 0; x < width; x += 4) {
			sum->total += data[(ptrdiff_t)y * stride + (ptrdiff_t)x * comp->step + comp->offset];
			sum->n++;
		}
	}
}

static bool is_rgb(const AVPixFmtDescriptor *desc)
{
	return desc->flags & AV_PIX_FMT_FLAG_RGB;
}

/* Whether each sample of luma, or of red, green and blue, is one byte. */
static bool has_bytes(const AVPixFmtDescriptor *desc)
{
	if (!desc || desc->flags & (AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_BAYER |
				    AV_PIX_FMT_FLAG_HWACCEL))
		return false;
	for (int i = 0; i < (is_rgb(desc) ? 3 : 1); i++)
		if (desc->comp[i].depth != 8 || desc->comp[i].shift)
			return false;
	return true;
}

double brightness_of_picture(enum AVPixelFormat pix, bool full_range, uint32_t width, uint32_t height,
			     const uint8_t *const *data, const int *strides)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(pix);
	struct sum sum = { 0 };
	double black, white, mean;

	if (!has_bytes(desc))
		return -1;
	black = is_rgb(desc) || full_range ? 0 : 16;
	white = black > 0 ? 235 : 255;
	for (int i = 0; i < (is_rgb(desc) ? 3 : 1); i++)
		add_component(&sum, &desc->comp[i], data[desc->comp[i].plane], strides[desc->comp[i].plane],
			      width, height);
	mean = sum.n ? ((double)sum.total / (double)sum.n - black) / (white - black) : -1;
	return sum.n && mean < 0 ? 0 : mean;
}

double brightness_mean(const struct video_format *format, const uint8_t *const *planes, const size_t *bytes)
{
	const AVPixFmtDescriptor *desc = format->pix ? av_pix_fmt_desc_get(format->pix->av) : NULL;
	const uint8_t *data[4] = { NULL };
	struct picture_layout layout;
	int strides[4] = { 0 };

	if (!has_bytes(desc) || video_format_layout(format, &layout) < 0)
		return -1;
	for (int i = 0; i < (is_rgb(desc) ? 3 : 1); i++) {
		int plane = desc->comp[i].plane;
		unsigned memory = layout.planes[plane].memory_plane;
		size_t offset = layout.planes[plane].offset, stride = layout.planes[plane].stride;

		if (offset + stride * format->height > bytes[memory])
			return -1;
		data[plane] = planes[memory] + offset;
		strides[plane] = (int)stride;
	}
	return brightness_of_picture(format->pix->av, format->range == AVCOL_RANGE_JPEG, format->width,
				     format->height, data, strides);
}
