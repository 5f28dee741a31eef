/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What feeds a capture device: a signal with timings of its own (HDMI, SDI), or none that can be told.
 * Rules: kernel documentation, "Digital Video (DV) Timings", V4L2_EVENT_SOURCE_CHANGE.
 */
#ifndef DEVICE_DV_TIMINGS_H
#define DEVICE_DV_TIMINGS_H

#include "base/video_format.h"
#include "device/device.h"

struct source {
	bool timed; /* else a camera or the like, which has no such timings */
	struct v4l2_dv_timings timings;
};

/* Asks what the source sends; while there is no signal, again and again. Returns 0, -ETIMEDOUT past
 * deadline_ns (0: none), -ECANCELED when signal_fd becomes readable, or another negative errno, logged. No
 * stream may run. */
int source_wait(struct device *device, int signal_fd, int64_t deadline_ns, struct source *source);
/* Whether the source sends something else than the device is set to, which delivers `format`: 1 (text:
 * "1280x720 at 60 fps to 1920x1080 at 60 fps"), 0, or a negative errno, logged. */
#define SOURCE_TEXT_MAX 128
int source_compare(struct device *device, const struct video_format *format, const struct source *source,
		   char text[SOURCE_TEXT_MAX]);
/* Sets the device to it, or to what it sends meanwhile. There must be no buffers. Returns as source_wait().
 */
int source_follow(struct device *device, int signal_fd, int64_t deadline_ns, const struct source *source);

#endif
