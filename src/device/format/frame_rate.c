/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame rate of a device: VIDIOC_G_PARM, VIDIOC_S_PARM. */
#include "device/format/frame_rate.h"

#include <errno.h>

/* Frame rates are optional for drivers. */
static bool is_unsupported(int err)
{
	return err == -ENOTTY || err == -EINVAL || err == -ENODATA;
}

struct fraction frame_rate_of(const struct v4l2_fract *interval)
{
	return rate_of_interval(interval->numerator, interval->denominator);
}

static struct v4l2_fract *frame_interval(struct v4l2_streamparm *parm)
{
	return V4L2_TYPE_IS_OUTPUT(parm->type) ? &parm->parm.output.timeperframe
					       : &parm->parm.capture.timeperframe;
}

static bool is_settable(const struct v4l2_streamparm *parm)
{
	uint32_t capability = V4L2_TYPE_IS_OUTPUT(parm->type) ? parm->parm.output.capability
							      : parm->parm.capture.capability;

	return capability & V4L2_CAP_TIMEPERFRAME;
}

static int g_parm(struct device *device, struct v4l2_streamparm *parm, struct fraction *fps)
{
	int err = device_ioctl(device, VIDIOC_G_PARM, parm);

	*fps = (struct fraction){ 0 };
	if (err == 0)
		*fps = frame_rate_of(frame_interval(parm));
	return err;
}

int frame_rate_read(struct device *device, struct fraction *fps)
{
	struct v4l2_streamparm parm = { .type = device->type };

	return g_parm(device, &parm, fps);
}

int frame_rate_get(struct device *device, struct fraction *fps)
{
	int err = frame_rate_read(device, fps);

	return err == 0 || is_unsupported(err) ? 0 : device_error(device, "VIDIOC_G_PARM", err);
}

int frame_rate_set(struct device *device, struct fraction asked, struct fraction *got)
{
	struct v4l2_streamparm parm = { .type = device->type };
	int err = g_parm(device, &parm, got);

	if (err < 0)
		return is_unsupported(err) ? 0 : device_error(device, "VIDIOC_G_PARM", err);
	if (!is_settable(&parm))
		return 0;
	*frame_interval(&parm) = (struct v4l2_fract){ .numerator = asked.den, .denominator = asked.num };
	err = device_ioctl(device, VIDIOC_S_PARM, &parm);
	if (err < 0 && !is_unsupported(err) && err != -EBUSY)
		return device_error(device, "VIDIOC_S_PARM", err);
	/* Some drivers return the request from S_PARM unchanged: only G_PARM gives the rate in effect. */
	return frame_rate_get(device, got);
}
