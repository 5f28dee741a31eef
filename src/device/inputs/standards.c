/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The analogue television standards of the selected input or output. */
#include "device/inputs/standards.h"

#include "base/text.h"

#define STANDARDS_MAX 64 /* limits the enumeration, for drivers that never end it */

const struct flag_name standards_names[] = {
	{ V4L2_STD_PAL_B, "PAL-B" },
	{ V4L2_STD_PAL_B1, "PAL-B1" },
	{ V4L2_STD_PAL_G, "PAL-G" },
	{ V4L2_STD_PAL_H, "PAL-H" },
	{ V4L2_STD_PAL_I, "PAL-I" },
	{ V4L2_STD_PAL_D, "PAL-D" },
	{ V4L2_STD_PAL_D1, "PAL-D1" },
	{ V4L2_STD_PAL_K, "PAL-K" },
	{ V4L2_STD_PAL_M, "PAL-M" },
	{ V4L2_STD_PAL_N, "PAL-N" },
	{ V4L2_STD_PAL_Nc, "PAL-Nc" },
	{ V4L2_STD_PAL_60, "PAL-60" },
	{ V4L2_STD_NTSC_M, "NTSC-M" },
	{ V4L2_STD_NTSC_M_JP, "NTSC-M-JP" },
	{ V4L2_STD_NTSC_443, "NTSC-443" },
	{ V4L2_STD_NTSC_M_KR, "NTSC-M-KR" },
	{ V4L2_STD_SECAM_B, "SECAM-B" },
	{ V4L2_STD_SECAM_D, "SECAM-D" },
	{ V4L2_STD_SECAM_G, "SECAM-G" },
	{ V4L2_STD_SECAM_H, "SECAM-H" },
	{ V4L2_STD_SECAM_K, "SECAM-K" },
	{ V4L2_STD_SECAM_K1, "SECAM-K1" },
	{ V4L2_STD_SECAM_L, "SECAM-L" },
	{ V4L2_STD_SECAM_LC, "SECAM-Lc" },
	{ V4L2_STD_ATSC_8_VSB, "ATSC-8-VSB" },
	{ V4L2_STD_ATSC_16_VSB, "ATSC-16-VSB" },
	{ 0, NULL },
};

bool standards_get(struct device *device, uint32_t index, struct v4l2_standard *standard)
{
	*standard = (struct v4l2_standard){ .index = index };
	if (index >= STANDARDS_MAX || device_ioctl(device, VIDIOC_ENUMSTD, standard) < 0)
		return false;
	standard->name[sizeof standard->name - 1] = '\0';
	text_clean((char *)standard->name, "");
	return true;
}

int standards_current(struct device *device, v4l2_std_id *std)
{
	*std = 0;
	return device_ioctl(device, VIDIOC_G_STD, std);
}

uint32_t standards_total_lines(struct device *device)
{
	v4l2_std_id std;

	if (standards_current(device, &std) < 0 || !std)
		return 0;
	return std & V4L2_STD_525_60 ? 525 : 625;
}

int standards_detected(struct device *device, v4l2_std_id *std)
{
	*std = 0;
	return device_ioctl(device, VIDIOC_QUERYSTD, std);
}
