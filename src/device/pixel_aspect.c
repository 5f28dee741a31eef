/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shape of a device's pixels. */
#include "device/pixel_aspect.h"

#include "device/selection.h"

#define MAX_SIDE 65535

/* The part of the source that fills the frame; the rectangle is left alone where the driver has none. */
static void get_crop(struct device *device, struct v4l2_rect *rect)
{
	struct v4l2_rect found;

	if (selection_get(device, V4L2_SEL_TGT_CROP, &found) == 0 ||
	    selection_get(device, V4L2_SEL_TGT_CROP_DEFAULT, &found) == 0)
		*rect = found;
}

static bool is_plausible(uint32_t a, uint32_t b)
{
	return a > 0 && a <= MAX_SIDE && b > 0 && b <= MAX_SIDE;
}

void pixel_aspect_get(struct device *device, struct video_format *format)
{
	struct v4l2_cropcap cap = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct v4l2_fract aspect = { 1, 1 }; /* y/x, before scaling; some drivers leave it 0/0 */
	struct v4l2_rect rect = { 0 };

	format->sample_aspect = (struct fraction){ 0, 0 };
	if (device_is_output(device))
		return;
	if (device_ioctl(device, VIDIOC_CROPCAP, &cap) == 0) {
		rect = cap.defrect;
		if (is_plausible(cap.pixelaspect.numerator, cap.pixelaspect.denominator))
			aspect = cap.pixelaspect;
	}
	get_crop(device, &rect);
	if (!is_plausible(rect.width, rect.height))
		return;
	/* A field has half the lines of the frame; drivers count either. */
	if (video_field_is_single(format->field) && rect.height == format->height)
		rect.height *= 2;
	format->sample_aspect = fraction_reduce((uint64_t)aspect.denominator * rect.width * format->height,
						(uint64_t)aspect.numerator * rect.height * format->width);
}
