/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pixel formats that libswscale cannot read or write, by way of ones that it can. Up to libswscale 6
 * at least it is NV16 alone of the 8-bit formats that cameras and capture cards deliver.
 */
#include "media/semiplanar.h"

#include <stddef.h>
#include <libavutil/imgutils.h>

enum AVPixelFormat semiplanar_stand_in(enum AVPixelFormat format)
{
	return format == AV_PIX_FMT_NV16 ? AV_PIX_FMT_YUV422P : AV_PIX_FMT_NONE;
}

static void copy_luma(const AVFrame *from, const AVFrame *to)
{
	av_image_copy_plane(to->data[0], to->linesize[0], from->data[0], from->linesize[0], from->width,
			    from->height);
}

void semiplanar_split(const AVFrame *semiplanar, const AVFrame *planar)
{
	int width = (semiplanar->width + 1) / 2;

	copy_luma(semiplanar, planar);
	for (int y = 0; y < semiplanar->height; y++) {
		const uint8_t *pairs = semiplanar->data[1] + (ptrdiff_t)y * semiplanar->linesize[1];
		uint8_t *u = planar->data[1] + (ptrdiff_t)y * planar->linesize[1];
		uint8_t *v = planar->data[2] + (ptrdiff_t)y * planar->linesize[2];

		for (int x = 0; x < width; x++) {
			u[x] = pairs[2 * x];
			v[x] = pairs[2 * x + 1];
		}
	}
}

void semiplanar_join(const AVFrame *planar, const AVFrame *semiplanar)
{
	int width = (semiplanar->width + 1) / 2;

	copy_luma(planar, semiplanar);
	for (int y = 0; y < semiplanar->height; y++) {
		uint8_t *pairs = semiplanar->data[1] + (ptrdiff_t)y * semiplanar->linesize[1];
		const uint8_t *u = planar->data[1] + (ptrdiff_t)y * planar->linesize[1];
		const uint8_t *v = planar->data[2] + (ptrdiff_t)y * planar->linesize[2];

		for (int x = 0; x < width; x++) {
			pairs[2 * x] = u[x];
			pairs[2 * x + 1] = v[x];
		}
	}
}
