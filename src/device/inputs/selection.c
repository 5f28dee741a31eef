/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cropping and composing: the rectangles of the selection API. */
#include "device/inputs/selection.h"

const struct selection_target selection_targets[] = {
	{ V4L2_SEL_TGT_NATIVE_SIZE, "native_size" },
	{ V4L2_SEL_TGT_CROP_BOUNDS, "crop_bounds" },
	{ V4L2_SEL_TGT_CROP_DEFAULT, "crop_default" },
	{ V4L2_SEL_TGT_CROP, "crop" },
	{ V4L2_SEL_TGT_COMPOSE_BOUNDS, "compose_bounds" },
	{ V4L2_SEL_TGT_COMPOSE_DEFAULT, "compose_default" },
	{ V4L2_SEL_TGT_COMPOSE, "compose" },
	{ V4L2_SEL_TGT_COMPOSE_PADDED, "compose_padded" },
	{ 0, NULL },
};

/* The single-planar types are known by all kernels, and mean both (kernel documentation, VIDIOC_G_SELECTION).
 */
static struct v4l2_selection selection_of(const struct device *device, uint32_t target)
{
	return (struct v4l2_selection){ .type = device_is_output(device) ? V4L2_BUF_TYPE_VIDEO_OUTPUT
									 : V4L2_BUF_TYPE_VIDEO_CAPTURE,
					.target = target };
}

int selection_get(struct device *device, uint32_t target, struct v4l2_rect *rect)
{
	struct v4l2_selection selection = selection_of(device, target);
	int err = device_ioctl(device, VIDIOC_G_SELECTION, &selection);

	if (err < 0)
		selection.r = (struct v4l2_rect){ 0 };
	*rect = selection.r;
	return err;
}

int selection_put(struct device *device, uint32_t target, const struct v4l2_rect *rect)
{
	struct v4l2_selection selection = selection_of(device, target);

	selection.r = *rect;
	return device_ioctl(device, VIDIOC_S_SELECTION, &selection);
}
