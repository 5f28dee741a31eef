/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The analogue television standards of the selected input or output. */
#ifndef DEVICE_INPUTS_STANDARDS_H
#define DEVICE_INPUTS_STANDARDS_H

#include "base/flags.h"
#include "device/device.h"
#include "device/inputs/signal_wait.h"

/* None of the getters logs. Of VIDIOC_ENUMSTD, its name without control characters. Returns false for an
 * index that there is none of.
 */
bool standards_get(struct device *device, uint32_t index, struct v4l2_standard *standard);
/* The set one, and the one that the signal has (0: there is no signal, or none that is known). Return 0 or a
 * negative errno: -ENOTTY or -ENODATA where the input has none. */
int standards_current(struct device *device, v4l2_std_id *std);
int standards_detected(struct device *device, v4l2_std_id *std);

/* Of a frame of the set one, both fields and what is not shown: 525 or 625; 0: not known. */
uint32_t standards_total_lines(struct device *device);

/* standards_select.c: sets one by its name, as the driver, v4l2-ctl or people call it (PAL, PAL-BG, PAL-B/G,
 * 0xff), or for "auto" that of the signal, for which it waits. *std is then what was set, 0 where it was that
 * already. Returns 0; -ERANGE where there is none such, logged with those that there are; -ETIMEDOUT without
 * a signal, logged; -ECANCELED; or another negative errno, logged. */
int standards_select(struct device *device, const char *choice, const struct signal_wait *wait,
		     v4l2_std_id *std);
/* Whether it is set, or a part of it. Returns 0 or -ERANGE, logged. */
int standards_verify(struct device *device, v4l2_std_id std);
/* By VIDIOC_S_STD. Returns 0 or a negative errno, not logged. */
int standards_put(struct device *device, v4l2_std_id std);

/* "PAL-B", "NTSC-M-JP", …: each bit of a v4l2_std_id. */
extern const struct flag_name standards_names[];

#endif
