/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The video source of a receiver (HDMI, SDI): its timings, and following their changes. Rules: kernel
 * documentation, "Digital Video (DV) Timings", "ioctl VIDIOC_QUERY_DV_TIMINGS", V4L2_EVENT_SOURCE_CHANGE.
 */
#ifndef DEVICE_INPUTS_DV_TIMINGS_H
#define DEVICE_INPUTS_DV_TIMINGS_H

#include "base/flags.h"
#include "base/video_format.h"
#include "device/device.h"
#include "device/inputs/signal_wait.h"

struct video_source {
	bool has_timings; /* false: another kind of source, such as a camera */
	struct v4l2_dv_timings timings;
};

/* Queries the timings of the source until there is a stable signal, discarding pending events. No stream may
 * be running. deadline_ns: CLOCK_MONOTONIC, 0: none. Returns 0, -ETIMEDOUT, -ECANCELED when signal_fd becomes
 * readable, or another negative errno, logged. */
int dv_timings_wait(struct device *device, int signal_fd, int64_t deadline_ns, struct video_source *source);
/* Compares the source with the timings that the device is set to, and the device's current format with
 * `format`. Returns 1 for a change, with text such as "1280x720 at 60 fps to 1920x1080 at 60 fps", 0 for
 * none, or a negative errno, logged. */
#define DV_TIMINGS_TEXT_MAX 128
int dv_timings_compare(struct device *device, const struct video_format *format,
		       const struct video_source *source, char text[DV_TIMINGS_TEXT_MAX]);
/* Sets the device to the timings of the source, or to newer ones where they change meanwhile. No buffers may
 * be allocated. Returns as dv_timings_wait() does. */
int dv_timings_apply(struct device *device, int signal_fd, int64_t deadline_ns,
		     const struct video_source *source);

/* The timings that are set, those of the signal, and those at an index of the driver's list. They log nothing
 * and return 0 or a negative errno: -ENOTTY or -ENODATA where the selected input or output has no timings,
 * -EINVAL at the end of the list; for the signal one of dv_timings_signal_error(). */
int dv_timings_current(struct device *device, struct v4l2_dv_timings *timings);
int dv_timings_detected(struct device *device, struct v4l2_dv_timings *timings);
int dv_timings_get(struct device *device, uint32_t index, struct v4l2_dv_timings *timings);
/* The range of timings that the device supports. */
int dv_timings_cap(struct device *device, struct v4l2_dv_timings_cap *cap);
/* "there is no signal", "the signal is not stable", …; NULL for other errors. */
const char *dv_timings_signal_error(int err);

/* dv_timings_select.c: sets the timings of the signal, for which it waits ("auto"), those at an index of the
 * driver's list, or the nearest in the list to "1920x1080p60" or "1280x720". *timings is set to them. Returns
 * 0; -EINVAL for other text; -ERANGE, logged with the list, where there are no such timings; -ETIMEDOUT,
 * logged, without a stable signal; -ECANCELED; or another negative errno, logged. */
int dv_timings_select(struct device *device, const char *choice, const struct signal_wait *wait,
		      struct v4l2_dv_timings *timings);
/* Whether these timings are set. Returns 0 or -ERANGE, logged. */
int dv_timings_verify(struct device *device, const struct v4l2_dv_timings *timings);
/* By VIDIOC_S_DV_TIMINGS. Returns 0 or a negative errno, not logged. */
int dv_timings_put(struct device *device, const struct v4l2_dv_timings *timings);

#define DV_TIMINGS_SAME_RATE 0.0025 /* receivers measure the rate, too coarsely to tell 59.94 from 60 */
/* Whether both have the same size, scan type and rate, as precisely as receivers measure it. */
bool dv_timings_match(const struct v4l2_bt_timings *a, const struct v4l2_bt_timings *b);
/* Frames a second; 0: not valid. */
double dv_timings_frame_rate(const struct v4l2_bt_timings *bt);
/* "1920x1080p60", "720x480i59.94": as is usual, interlaced ones have the number of fields a second. */
#define DV_TIMINGS_NAME_MAX 48
const char *dv_timings_name(const struct v4l2_bt_timings *bt, char name[DV_TIMINGS_NAME_MAX]);
extern const struct flag_name dv_timings_flag_names[], dv_timings_standard_names[], dv_timings_cap_names[];

#endif
