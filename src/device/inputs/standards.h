/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The analogue television standards of the selected input or output. */
#ifndef DEVICE_INPUTS_STANDARDS_H
#define DEVICE_INPUTS_STANDARDS_H

#include "base/flags.h"
#include "device/device.h"
#include "device/inputs/signal_wait.h"

/* None of the getters logs. By VIDIOC_ENUMSTD, the name without control characters. Returns false past the
 * last one. */
bool standards_get(struct device *device, uint32_t index, struct v4l2_standard *standard);
/* The standard that is set, and that of the signal (0: no signal, or not recognised). Return 0 or a negative
 * errno: -ENOTTY or -ENODATA where the input has no standards. */
int standards_current(struct device *device, v4l2_std_id *std);
int standards_detected(struct device *device, v4l2_std_id *std);

/* The lines of a frame of the standard that is set, with both fields and blanking: 525 or 625; 0: not known.
 */
uint32_t standards_total_lines(struct device *device);

/* standards_select.c: sets a standard by its name, as used by the driver, by v4l2-ctl or in general (PAL,
 * PAL-BG, PAL-B/G, 0xff), or for "auto" that of the signal, for which it waits. *std is then the standard
 * that was set, 0 if it was set before. Returns 0; -ERANGE where there is no such standard, logged with the
 * list; -ETIMEDOUT without a signal, logged; -ECANCELED; or another negative errno, logged. */
int standards_select(struct device *device, const char *choice, const struct signal_wait *wait,
		     v4l2_std_id *std);
/* Whether the standard, or a part of it, is set. Returns 0 or -ERANGE, logged. */
int standards_verify(struct device *device, v4l2_std_id std);
/* By VIDIOC_S_STD. Returns 0 or a negative errno, not logged. */
int standards_put(struct device *device, v4l2_std_id std);

/* "PAL-B", "NTSC-M-JP", …: each bit of a v4l2_std_id. */
extern const struct flag_name standards_names[];

#endif
