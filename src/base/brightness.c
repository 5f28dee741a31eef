/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How bright a raw picture is. */
#include "base/brightness.h"

#include <libavutil/pixdesc.h>

struct sum {
	uint64_t total, n;
};

/* One sample in four of each direction is enough. */
static void add_component(struct sum *sum, const AVComponentDescriptor *comp, const uint8_t *data,
			  size_t stride, const struct video_format *format)
{
	for (uint32_t y = 0; y < format->height; y += 4) {
		for (uint32_t x = 0; x < format->width; x += 4) {
			sum->total +=
				data[y * stride + (size_t)x * (size_t)comp->step + (size_t)comp->offset];
			sum->n++;
		}
	}
}

double brightness_mean(const struct video_format *format, const uint8_t *const *planes, const size_t *bytes)
{
	const AVPixFmtDescriptor *desc = format->pix ? av_pix_fmt_desc_get(format->pix->av) : NULL;
	bool rgb = desc && desc->flags & AV_PIX_FMT_FLAG_RGB;
	double black = rgb || format->range == AVCOL_RANGE_JPEG ? 0 : 16, white = black > 0 ? 235 : 255;
	struct picture_layout layout;
	struct sum sum = { 0 };
	double mean;

	if (!desc ||
	    desc->flags & (AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_BAYER) ||
	    video_format_layout(format, &layout) < 0)
		return -1;
	for (int i = 0; i < (rgb ? 3 : 1); i++) {
		const AVComponentDescriptor *comp = &desc->comp[i];
		unsigned memory = layout.planes[comp->plane].memory_plane;
		size_t offset = layout.planes[comp->plane].offset, stride = layout.planes[comp->plane].stride;

		if (comp->depth != 8 || comp->shift || offset + stride * format->height > bytes[memory])
			return -1;
		add_component(&sum, comp, planes[memory] + offset, stride, format);
	}
	mean = sum.n ? ((double)sum.total / (double)sum.n - black) / (white - black) : -1;
	return sum.n && mean < 0 ? 0 : mean;
}
