/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The format of the video node at the end of a pipeline, and the formats that it supports for a bus code. */
#include "pipeline/node_format.h"

#include <stdio.h>
#include <string.h>
#include "base/pixfmt.h"
#include "device/format/enumerate.h"
#include "device/format/negotiate.h"

static struct node_format parse(const struct device *video, const struct v4l2_format *format)
{
	const struct v4l2_pix_format_mplane *mp = &format->fmt.pix_mp;
	const struct v4l2_pix_format *pix = &format->fmt.pix;

	if (device_is_multiplanar(video))
		return (struct node_format){ mp->pixelformat, mp->width, mp->height };
	return (struct node_format){ pix->pixelformat, pix->width, pix->height };
}

int node_format_get(struct device *video, struct node_format *format)
{
	struct v4l2_format answer;
	int err = negotiate_get_v4l2_format(video, &answer);

	*format = parse(video, &answer);
	return err;
}

static void fill_multiplanar(struct v4l2_pix_format_mplane *mp, const struct node_format *format,
			     const struct v4l2_mbus_framefmt *sent)
{
	mp->pixelformat = format->fourcc;
	mp->width = format->width;
	mp->height = format->height;
	mp->field = sent->field;
	mp->colorspace = sent->colorspace;
	mp->ycbcr_enc = (__u8)sent->ycbcr_enc;
	mp->quantization = (__u8)sent->quantization;
	mp->xfer_func = (__u8)sent->xfer_func;
}

static void fill_singleplanar(struct v4l2_pix_format *pix, const struct node_format *format,
			      const struct v4l2_mbus_framefmt *sent)
{
	pix->pixelformat = format->fourcc;
	pix->width = format->width;
	pix->height = format->height;
	pix->field = sent->field;
	pix->priv = V4L2_PIX_FMT_PRIV_MAGIC;
	pix->colorspace = sent->colorspace;
	pix->ycbcr_enc = sent->ycbcr_enc;
	pix->quantization = sent->quantization;
	pix->xfer_func = sent->xfer_func;
}

int node_format_set(struct device *video, unsigned long request, const struct v4l2_mbus_framefmt *sent,
		    struct node_format *format)
{
	struct v4l2_format argument;
	int err;

	memset(&argument, 0, sizeof argument);
	argument.type = video->type;
	if (device_is_multiplanar(video))
		fill_multiplanar(&argument.fmt.pix_mp, format, sent);
	else
		fill_singleplanar(&argument.fmt.pix, format, sent);
	err = device_ioctl(video, request, &argument);
	if (err == 0)
		*format = parse(video, &argument);
	return err;
}

/* The first of the wanted formats that the node lists (best == n: none yet), and the first that it lists. */
struct choice {
	const uint32_t *wanted;
	unsigned n, best;
	uint32_t first;
};

static int compare_format(void *opaque, const void *entry)
{
	const struct v4l2_fmtdesc *offered = entry;
	struct choice *choice = opaque;

	if (!choice->first)
		choice->first = offered->pixelformat;
	for (unsigned i = 0; i < choice->best; i++)
		if (choice->wanted[i] == offered->pixelformat)
			choice->best = i;
	return 0;
}

uint32_t node_format_choose(struct device *video, uint32_t code, const uint32_t *fourccs, unsigned n)
{
	struct choice choice = { .wanted = fourccs, .n = n, .best = n };

	enumerate_bus_formats(video, code, compare_format, &choice);
	return choice.best < n ? fourccs[choice.best] : choice.first;
}

bool node_format_fits(struct device *video, uint32_t code, uint32_t fourcc)
{
	return node_format_choose(video, code, &fourcc, 1) == fourcc;
}

char *node_format_text(const struct node_format *format, char text[NODE_FORMAT_TEXT_MAX])
{
	char fourcc[FOURCC_TEXT_MAX];

	snprintf(text, NODE_FORMAT_TEXT_MAX, "%s %ux%u", fourcc_text(format->fourcc, fourcc), format->width,
		 format->height);
	return text;
}
