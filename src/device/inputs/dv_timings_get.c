/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Queries digital video timings from the driver, and names them. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include "device/inputs/dv_timings.h"

#define TIMINGS_MAX 512 /* limits the enumeration, for drivers that never end it */

const struct flag_name dv_timings_flag_names[] = {
	{ V4L2_DV_FL_REDUCED_BLANKING, "reduced blanking" },
	{ V4L2_DV_FL_CAN_REDUCE_FPS, "rate can be divided by 1.001" },
	{ V4L2_DV_FL_REDUCED_FPS, "rate divided by 1.001" },
	{ V4L2_DV_FL_HALF_LINE, "half line" },
	{ V4L2_DV_FL_IS_CE_VIDEO, "CE video" },
	{ V4L2_DV_FL_FIRST_FIELD_EXTRA_LINE, "first field has an extra line" },
	{ V4L2_DV_FL_HAS_PICTURE_ASPECT, "has picture aspect" },
	{ V4L2_DV_FL_HAS_CEA861_VIC, "has CEA-861 VIC" },
	{ V4L2_DV_FL_HAS_HDMI_VIC, "has HDMI VIC" },
	{ V4L2_DV_FL_CAN_DETECT_REDUCED_FPS, "can detect a rate divided by 1.001" },
	{ 0, NULL },
};

const struct flag_name dv_timings_standard_names[] = {
	{ V4L2_DV_BT_STD_CEA861, "CEA-861" }, { V4L2_DV_BT_STD_DMT, "DMT" }, { V4L2_DV_BT_STD_CVT, "CVT" },
	{ V4L2_DV_BT_STD_GTF, "GTF" },        { V4L2_DV_BT_STD_SDI, "SDI" }, { 0, NULL },
};

const struct flag_name dv_timings_cap_names[] = {
	{ V4L2_DV_BT_CAP_INTERLACED, "interlaced" },
	{ V4L2_DV_BT_CAP_PROGRESSIVE, "progressive" },
	{ V4L2_DV_BT_CAP_REDUCED_BLANKING, "reduced blanking" },
	{ V4L2_DV_BT_CAP_CUSTOM, "custom" },
	{ 0, NULL },
};

int dv_timings_current(struct device *device, struct v4l2_dv_timings *timings)
{
	*timings = (struct v4l2_dv_timings){ 0 };
	return device_ioctl(device, VIDIOC_G_DV_TIMINGS, timings);
}

int dv_timings_detected(struct device *device, struct v4l2_dv_timings *timings)
{
	*timings = (struct v4l2_dv_timings){ 0 };
	return device_ioctl(device, VIDIOC_QUERY_DV_TIMINGS, timings);
}

int dv_timings_get(struct device *device, uint32_t index, struct v4l2_dv_timings *timings)
{
	struct v4l2_enum_dv_timings entry = { .index = index };
	int err = index < TIMINGS_MAX ? device_ioctl(device, VIDIOC_ENUM_DV_TIMINGS, &entry) : -EINVAL;

	*timings = entry.timings;
	return err;
}

int dv_timings_cap(struct device *device, struct v4l2_dv_timings_cap *cap)
{
	*cap = (struct v4l2_dv_timings_cap){ 0 };
	return device_ioctl(device, VIDIOC_DV_TIMINGS_CAP, cap);
}

double dv_timings_frame_rate(const struct v4l2_bt_timings *bt)
{
	double pixels = (double)V4L2_DV_BT_FRAME_WIDTH(bt) * V4L2_DV_BT_FRAME_HEIGHT(bt);

	return pixels > 0 ? (double)bt->pixelclock / pixels : 0;
}

const char *dv_timings_name(const struct v4l2_bt_timings *bt, char name[DV_TIMINGS_NAME_MAX])
{
	double rate = dv_timings_frame_rate(bt) * (bt->interlaced ? 2 : 1);

	snprintf(name, DV_TIMINGS_NAME_MAX, "%ux%u%c%.15g", bt->width, bt->height, bt->interlaced ? 'i' : 'p',
		 round(rate * 100) / 100);
	return name;
}
