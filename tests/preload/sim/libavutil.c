/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Replacements of the libavutil functions that the simulated device uses, for the formats that it draws: to
 * load the library takes longer than some programs take to their first frame, which is measured.
 */
#include <errno.h>
#include <libavcodec/codec_desc.h>
#include <libavutil/error.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include "base/array.h"

/* An 8-bit component of an AVPixFmtDescriptor. */
#define COMP(plane, step, offset)                                                                            \
	{                                                                                                    \
		plane, step, offset, 0, 8                                                                    \
	}

static const struct {
	enum AVPixelFormat format;
	AVPixFmtDescriptor description;
} formats[] = {
	{ AV_PIX_FMT_YUYV422,
	  { .nb_components = 3,
	    .log2_chroma_w = 1,
	    .comp = { COMP(0, 2, 0), COMP(0, 4, 1), COMP(0, 4, 3) } } },
	{ AV_PIX_FMT_UYVY422,
	  { .nb_components = 3,
	    .log2_chroma_w = 1,
	    .comp = { COMP(0, 2, 1), COMP(0, 4, 0), COMP(0, 4, 2) } } },
	{ AV_PIX_FMT_NV12,
	  { .nb_components = 3,
	    .log2_chroma_w = 1,
	    .log2_chroma_h = 1,
	    .comp = { COMP(0, 1, 0), COMP(1, 2, 0), COMP(1, 2, 1) } } },
	{ AV_PIX_FMT_NV16,
	  { .nb_components = 3,
	    .log2_chroma_w = 1,
	    .comp = { COMP(0, 1, 0), COMP(1, 2, 0), COMP(1, 2, 1) } } },
	{ AV_PIX_FMT_YUV420P,
	  { .nb_components = 3,
	    .log2_chroma_w = 1,
	    .log2_chroma_h = 1,
	    .comp = { COMP(0, 1, 0), COMP(1, 1, 0), COMP(2, 1, 0) } } },
	{ AV_PIX_FMT_RGB24,
	  { .nb_components = 3,
	    .flags = AV_PIX_FMT_FLAG_RGB,
	    .comp = { COMP(0, 3, 0), COMP(0, 3, 1), COMP(0, 3, 2) } } },
	{ AV_PIX_FMT_BGR24,
	  { .nb_components = 3,
	    .flags = AV_PIX_FMT_FLAG_RGB,
	    .comp = { COMP(0, 3, 2), COMP(0, 3, 1), COMP(0, 3, 0) } } },
	{ AV_PIX_FMT_BGR0,
	  { .nb_components = 3,
	    .flags = AV_PIX_FMT_FLAG_RGB,
	    .comp = { COMP(0, 4, 2), COMP(0, 4, 1), COMP(0, 4, 0) } } },
	{ AV_PIX_FMT_GRAY8, { .nb_components = 1, .comp = { COMP(0, 1, 0) } } },
};

const AVPixFmtDescriptor *av_pix_fmt_desc_get(enum AVPixelFormat format)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (formats[i].format == format)
			return &formats[i].description;
	}
	return NULL;
}

int av_pix_fmt_count_planes(enum AVPixelFormat format)
{
	const AVPixFmtDescriptor *description = av_pix_fmt_desc_get(format);
	int n = 0;

	for (int i = 0; description && i < description->nb_components; i++)
		n = description->comp[i].plane >= n ? description->comp[i].plane + 1 : n;
	return description ? n : -EINVAL;
}

/* The row is as long as the component with the most samples and the largest step makes it. */
int av_image_get_linesize(enum AVPixelFormat format, int width, int plane)
{
	const AVPixFmtDescriptor *description = av_pix_fmt_desc_get(format);
	int bytes = 0;

	for (int i = 0; description && i < description->nb_components; i++) {
		const AVComponentDescriptor *comp = &description->comp[i];
		int shift = i == 1 || i == 2 ? description->log2_chroma_w : 0;
		int row = comp->plane == plane ? AV_CEIL_RSHIFT(width, shift) * comp->step : 0;

		bytes = row > bytes ? row : bytes;
	}
	return description ? bytes : -EINVAL;
}

int av_image_check_size(unsigned int width, unsigned int height, int log_offset, void *log_context)
{
	(void)log_offset;
	(void)log_context;
	return width > 0 && height > 0 && (uint64_t)width * height < INT32_MAX / 8 ? 0 : -EINVAL;
}

/* The keys name formats by FourCC. */
enum AVPixelFormat av_get_pix_fmt(const char *name)
{
	(void)name;
	return AV_PIX_FMT_NONE;
}

const AVCodecDescriptor *avcodec_descriptor_get_by_name(const char *name)
{
	(void)name;
	return NULL;
}

int av_strerror(int err, char *text, size_t size)
{
	(void)err;
	(void)text;
	(void)size;
	return -ENOSYS;
}
