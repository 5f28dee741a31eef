/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cropping and composing: the rectangles of the selection API. */
#include "device/inputs/selection.h"

#include <errno.h>

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

/* All kernels accept the single-planar types here, also for multi-planar queues (kernel documentation,
 * VIDIOC_G_SELECTION). */
static struct v4l2_selection selection_of(const struct device *device, uint32_t target)
{
	return (struct v4l2_selection){ .type = device_is_output(device) ? V4L2_BUF_TYPE_VIDEO_OUTPUT
									 : V4L2_BUF_TYPE_VIDEO_CAPTURE,
					.target = target };
}

/* The older ioctls, the only ones of some drivers before Linux 4.20, know three targets; for an output these
 * are the place of the frame on the screen (kernel documentation, "Comparison with old cropping API"). */
static bool is_of_crop(const struct device *device, uint32_t target)
{
	return target - (device_is_output(device) ? V4L2_SEL_TGT_COMPOSE : V4L2_SEL_TGT_CROP) <=
	       V4L2_SEL_TGT_CROP_BOUNDS;
}

static int get_by_crop(struct device *device, struct v4l2_selection *selection)
{
	struct v4l2_crop crop = { .type = selection->type };
	struct v4l2_cropcap cap = { .type = selection->type };
	int err;

	if (!is_of_crop(device, selection->target))
		return -ENOTTY;
	err = device_ioctl(device, VIDIOC_G_CROP, &crop);
	selection->r = crop.c;
	if (err < 0 || selection->target == V4L2_SEL_TGT_CROP || selection->target == V4L2_SEL_TGT_COMPOSE)
		return err;
	err = device_ioctl(device, VIDIOC_CROPCAP, &cap);
	selection->r = selection->target & V4L2_SEL_TGT_CROP_BOUNDS ? cap.bounds : cap.defrect;
	return err;
}

int selection_get(struct device *device, uint32_t target, struct v4l2_rect *rect)
{
	struct v4l2_selection selection = selection_of(device, target);
	int err = device_ioctl(device, VIDIOC_G_SELECTION, &selection);

	if (err == -ENOTTY)
		err = get_by_crop(device, &selection);
	if (err < 0)
		selection.r = (struct v4l2_rect){ 0 };
	*rect = selection.r;
	return err;
}

int selection_put(struct device *device, uint32_t target, const struct v4l2_rect *rect)
{
	struct v4l2_selection selection = selection_of(device, target);
	struct v4l2_crop crop = { .type = selection.type, .c = *rect };
	int err;

	selection.r = *rect;
	err = device_ioctl(device, VIDIOC_S_SELECTION, &selection);
	return err == -ENOTTY && is_of_crop(device, target) ? device_ioctl(device, VIDIOC_S_CROP, &crop)
							    : err;
}
