/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame rate a device runs at: VIDIOC_G_PARM, VIDIOC_S_PARM. */
#include "device/frame_rate.h"

#include <errno.h>

static bool is_absent(int err)
{
	return err == -ENOTTY || err == -EINVAL || err == -ENODATA;
}

/* V4L2 speaks of the time a frame takes: numerator/denominator seconds. */
static struct v4l2_fract *interval_of(struct v4l2_streamparm *parm)
{
	return V4L2_TYPE_IS_OUTPUT(parm->type) ? &parm->parm.output.timeperframe
					       : &parm->parm.capture.timeperframe;
}

static bool can_be_set(const struct v4l2_streamparm *parm)
{
	uint32_t capability = V4L2_TYPE_IS_OUTPUT(parm->type) ? parm->parm.output.capability
							      : parm->parm.capture.capability;

	return capability & V4L2_CAP_TIMEPERFRAME;
}

static int get(struct device *device, struct v4l2_streamparm *parm, struct fraction *fps)
{
	const struct v4l2_fract *interval = interval_of(parm);
	int err = device_ioctl(device, VIDIOC_G_PARM, parm);

	*fps = (struct fraction){ 0 };
	if (err < 0)
		return err;
	if (interval->numerator && interval->denominator)
		*fps = fraction_reduce(interval->denominator, interval->numerator);
	return 0;
}

int frame_rate_get(struct device *device, struct fraction *fps)
{
	struct v4l2_streamparm parm = { .type = device->type };
	int err = get(device, &parm, fps);

	return err == 0 || is_absent(err) ? 0 : device_error(device, "VIDIOC_G_PARM", err);
}

int frame_rate_set(struct device *device, struct fraction asked, struct fraction *got)
{
	struct v4l2_streamparm parm = { .type = device->type };
	int err = get(device, &parm, got);

	if (err < 0)
		return is_absent(err) ? 0 : device_error(device, "VIDIOC_G_PARM", err);
	if (!can_be_set(&parm))
		return 0;
	*interval_of(&parm) = (struct v4l2_fract){ .numerator = asked.den, .denominator = asked.num };
	err = device_ioctl(device, VIDIOC_S_PARM, &parm);
	if (err < 0 && !is_absent(err) && err != -EBUSY)
		return device_error(device, "VIDIOC_S_PARM", err);
	/* What S_PARM hands back is what was asked on some drivers: only G_PARM is to be believed. */
	return frame_rate_get(device, got);
}
