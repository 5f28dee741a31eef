/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shape of a device's pixels. */
#include "device/format/pixel_aspect.h"

#include "device/inputs/selection.h"

#define MAX_SIDE 65535

static bool is_plausible(uint32_t a, uint32_t b)
{
	return a > 0 && a <= MAX_SIDE && b > 0 && b <= MAX_SIDE;
}

/* pixelaspect is y/x, before scaling; some drivers leave it 0/0. Without the ioctl it is 1/1, and no
 * rectangle known. */
static bool get_cropcap(struct device *device, struct v4l2_cropcap *cap)
{
	int err;

	*cap = (struct v4l2_cropcap){ .type = device_is_output(device) ? V4L2_BUF_TYPE_VIDEO_OUTPUT
								       : V4L2_BUF_TYPE_VIDEO_CAPTURE };
	err = device_ioctl(device, VIDIOC_CROPCAP, cap);
	if (err < 0)
		*cap = (struct v4l2_cropcap){ 0 };
	if (!is_plausible(cap->pixelaspect.numerator, cap->pixelaspect.denominator))
		cap->pixelaspect = (struct v4l2_fract){ 1, 1 };
	return err == 0;
}

/* The part of the source that fills the frame, or the part of the screen that the frame fills; unchanged
 * where the driver has no rectangle. */
static void get_source_or_screen(struct device *device, struct v4l2_rect *rect)
{
	bool output = device_is_output(device);
	struct v4l2_rect found;

	if (selection_get(device, output ? V4L2_SEL_TGT_COMPOSE : V4L2_SEL_TGT_CROP, &found) == 0 ||
	    selection_get(device, output ? V4L2_SEL_TGT_COMPOSE_DEFAULT : V4L2_SEL_TGT_CROP_DEFAULT,
			  &found) == 0)
		*rect = found;
}

/* A field has half the lines of the frame. Some drivers count those of a field in the rectangle, others those
 * of the frame. */
static bool is_of_field(const struct video_format *format, const struct v4l2_rect *rect)
{
	return format->total_lines ? rect->height <= format->total_lines / 2 : rect->height == format->height;
}

struct fraction pixel_aspect_unscaled(struct device *device)
{
	struct v4l2_cropcap cap;

	if (!get_cropcap(device, &cap))
		return (struct fraction){ 0, 0 };
	return fraction_reduce(cap.pixelaspect.denominator, cap.pixelaspect.numerator);
}

void pixel_aspect_get(struct device *device, struct video_format *format)
{
	struct v4l2_cropcap cap;
	bool known = get_cropcap(device, &cap);
	struct v4l2_rect rect = cap.defrect;

	format->sample_aspect = (struct fraction){ 0, 0 };
	/* Without a rectangle of its own a frame is shown without scaling, whatever the default one is. */
	if (known && device_is_output(device))
		rect = (struct v4l2_rect){ .width = format->width, .height = format->height };
	get_source_or_screen(device, &rect);
	if (!is_plausible(rect.width, rect.height))
		return;
	if (video_field_is_single(format->field) && is_of_field(format, &rect))
		rect.height *= 2;
	format->sample_aspect =
		fraction_reduce((uint64_t)cap.pixelaspect.denominator * rect.width * format->height,
				(uint64_t)cap.pixelaspect.numerator * rect.height * format->width);
}
