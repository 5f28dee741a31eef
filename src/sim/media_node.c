/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The second video node of the simulated media graph, which receives the sensor's pictures unprocessed. It
 * has a format, but does not stream. */
#include <errno.h>
#include <linux/media-bus-format.h>
#include "base/array.h"
#include "sim/media_internal.h"

static const struct {
	uint32_t fourcc, code;
} raw_codes[] = {
	{ V4L2_PIX_FMT_RGB24, MEDIA_BUS_FMT_RGB888_1X24 },
	{ V4L2_PIX_FMT_SBGGR8, MEDIA_BUS_FMT_SBGGR8_1X8 },
	{ V4L2_PIX_FMT_SRGGB8, MEDIA_BUS_FMT_SRGGB8_1X8 },
};

void sim_media_node_fit(struct sim_media *media, const struct v4l2_mbus_framefmt *sent)
{
	media->raw = (struct v4l2_pix_format){ .width = sent->width, .height = sent->height };
	for (unsigned i = 0; i < ARRAY_SIZE(raw_codes); i++)
		if (raw_codes[i].code == sent->code)
			media->raw.pixelformat = raw_codes[i].fourcc;
}

bool sim_media_node_fits(const struct sim_media *media, const struct v4l2_mbus_framefmt *sent)
{
	struct sim_media other = { .raw = media->raw };

	sim_media_node_fit(&other, sent);
	return other.raw.pixelformat == media->raw.pixelformat && other.raw.width == media->raw.width &&
	       other.raw.height == media->raw.height;
}

static int enum_format(struct v4l2_fmtdesc *desc)
{
	uint32_t index = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(raw_codes); i++) {
		if ((desc->mbus_code && raw_codes[i].code != desc->mbus_code) || index++ != desc->index)
			continue;
		desc->pixelformat = raw_codes[i].fourcc;
		return 0;
	}
	return -EINVAL;
}

int sim_media_node_ioctl(struct sim_media *media, unsigned long request, void *argument)
{
	struct v4l2_capability *info = argument;
	struct v4l2_format *format = argument;

	switch (request) {
	case VIDIOC_QUERYCAP:
		*info = (struct v4l2_capability){ .driver = "sim", .bus_info = "platform:sim" };
		info->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_IO_MC | V4L2_CAP_STREAMING;
		info->capabilities = info->device_caps | V4L2_CAP_DEVICE_CAPS;
		return 0;
	case VIDIOC_ENUM_FMT:
		return enum_format(argument);
	case VIDIOC_S_FMT:
		media->raw = format->fmt.pix;
		return 0;
	case VIDIOC_G_FMT:
		format->fmt.pix = media->raw;
		return 0;
	default:
		return -ENOTTY;
	}
}
