/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What feeds a capture device: a signal with timings of its own (HDMI, SDI), or none that can be told.
 * Rules: kernel documentation, "Digital Video (DV) Timings", V4L2_EVENT_SOURCE_CHANGE.
 */
#ifndef DEVICE_DV_TIMINGS_H
#define DEVICE_DV_TIMINGS_H

#include "base/video_format.h"
#include "device/device.h"

struct video_source {
	bool has_timings; /* else a camera or the like, which has no such timings */
	struct v4l2_dv_timings timings;
};

/* Asks what the source sends; while there is no signal, again and again. Returns 0, -ETIMEDOUT past
 * deadline_ns (0: none), -ECANCELED when signal_fd becomes readable, or another negative errno, logged. No
 * stream may run. */
int dv_timings_wait(struct device *device, int signal_fd, int64_t deadline_ns, struct video_source *source);
/* Whether the source sends something else than the device is set to, which delivers `format`: 1 (text:
 * "1280x720 at 60 fps to 1920x1080 at 60 fps"), 0, or a negative errno, logged. */
#define DV_TIMINGS_TEXT_MAX 128
int dv_timings_compare(struct device *device, const struct video_format *format,
		       const struct video_source *source, char text[DV_TIMINGS_TEXT_MAX]);
/* Sets the device to it, or to what it sends meanwhile. There must be no buffers. Returns as
 * dv_timings_wait().
 */
int dv_timings_apply(struct device *device, int signal_fd, int64_t deadline_ns,
		     const struct video_source *source);

#endif
