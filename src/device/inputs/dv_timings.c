/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The digital video timings of a receiver's source, and their changes. */
#include "device/inputs/dv_timings.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include "base/log.h"
#include "base/units.h"
#include "device/format/negotiate.h"
#include "device/inputs/signal_wait.h"
#include "device/obstacles.h"

#define MAX_CHANGES 3 /* followed in a row; later ones come with an event of their own */

const char *dv_timings_signal_error(int err)
{
	enum obstacle_kind kind = obstacle_of_signal(err);

	return kind == N_OBSTACLES ? NULL : obstacle_cause(kind);
}

/* Discards pending events: the state that they announce is queried next. */
static void discard_events(struct device *device)
{
	struct v4l2_event event;

	while (device_ioctl(device, VIDIOC_DQEVENT, &event) == 0)
		;
}

/* Polls, as some drivers send no event when the signal returns. */
int dv_timings_wait(struct device *device, int signal_fd, int64_t deadline_ns, struct video_source *source)
{
	const struct signal_wait wait = { signal_fd, deadline_ns };
	const char *logged = NULL, *text;
	int err;

	*source = (struct video_source){ 0 };
	for (;;) {
		err = dv_timings_detected(device, &source->timings);
		text = dv_timings_signal_error(err);
		if (!text)
			break;
		if (text != logged)
			log_warn("%s: %s: waiting for the video source", device->path, text);
		logged = text;
		err = signal_wait(&wait);
		if (err < 0)
			return err;
		discard_events(device);
	}
	source->has_timings = err == 0;
	/* Drivers of kernels before 3.10 return EINVAL where there are no timings. */
	if (err == 0 || err == -ENOTTY || err == -ENODATA || err == -EINVAL)
		return 0;
	return device_error(device, "VIDIOC_QUERY_DV_TIMINGS", err);
}

bool dv_timings_match(const struct v4l2_bt_timings *a, const struct v4l2_bt_timings *b)
{
	double rate = dv_timings_frame_rate(a);

	return a->width == b->width && a->height == b->height && a->interlaced == b->interlaced &&
	       fabs(rate - dv_timings_frame_rate(b)) <= rate * DV_TIMINGS_SAME_RATE;
}

static const char *scan_text(const struct v4l2_bt_timings *bt)
{
	return bt->interlaced ? " interlaced" : "";
}

static int compare_timings(struct device *device, const struct v4l2_bt_timings *now, char *text)
{
	struct v4l2_dv_timings set = { 0 };
	const struct v4l2_bt_timings *before = &set.bt;
	int err = dv_timings_current(device, &set);

	if (err < 0)
		return device_error(device, "VIDIOC_G_DV_TIMINGS", err);
	if (dv_timings_match(before, now))
		return 0;
	snprintf(text, DV_TIMINGS_TEXT_MAX, "%ux%u%s at %s fps to %ux%u%s at %s fps", before->width,
		 before->height, scan_text(before), PLAIN_NUMBER(dv_timings_frame_rate(before), 4),
		 now->width, now->height, scan_text(now), PLAIN_NUMBER(dv_timings_frame_rate(now), 4));
	return 1;
}

int dv_timings_compare(struct device *device, const struct video_format *format,
		       const struct video_source *source, char text[DV_TIMINGS_TEXT_MAX])
{
	struct video_format now;
	int err;

	if (source->has_timings) {
		err = compare_timings(device, &source->timings.bt, text);
		if (err)
			return err;
	}
	/* Some drivers have switched to the new format themselves. */
	err = negotiate_get_format(device, &now);
	if (err < 0 || (now.width == format->width && now.height == format->height))
		return err;
	snprintf(text, DV_TIMINGS_TEXT_MAX, "%ux%u to %ux%u", format->width, format->height, now.width,
		 now.height);
	return 1;
}

/* One change of the source often causes several events and intermediate states: follows them to the last. */
int dv_timings_apply(struct device *device, int signal_fd, int64_t deadline_ns,
		     const struct video_source *source)
{
	struct video_source set = *source, now;
	int err = 0;

	for (int n_left = MAX_CHANGES; set.has_timings; n_left--) {
		err = device_ioctl(device, VIDIOC_S_DV_TIMINGS, &set.timings);
		if (err < 0)
			return device_error(device, "VIDIOC_S_DV_TIMINGS", err);
		if (!n_left)
			return 0;
		discard_events(device);
		err = dv_timings_wait(device, signal_fd, deadline_ns, &now);
		if (err < 0 || !now.has_timings || dv_timings_match(&now.timings.bt, &set.timings.bt))
			return err;
		set = now;
	}
	return err;
}
