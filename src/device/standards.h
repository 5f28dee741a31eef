/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The analogue television standards of the selected input or output. Nothing here logs. */
#ifndef DEVICE_STANDARDS_H
#define DEVICE_STANDARDS_H

#include "base/flags.h"
#include "device/device.h"

/* Of VIDIOC_ENUMSTD, its name without control characters. Returns false for an index that there is none of.
 */
bool standards_get(struct device *device, uint32_t index, struct v4l2_standard *standard);
/* The set one, and the one that the signal has (0: there is no signal, or none that is known). Return 0 or a
 * negative errno: -ENOTTY or -ENODATA where the input has none. */
int standards_current(struct device *device, v4l2_std_id *std);
int standards_detected(struct device *device, v4l2_std_id *std);

/* Of a frame of the set one, both fields and what is not shown: 525 or 625; 0: not known. */
uint32_t standards_total_lines(struct device *device);

/* "PAL-B", "NTSC-M-JP", …: each bit of a v4l2_std_id. */
extern const struct flag_name standards_names[];

#endif
