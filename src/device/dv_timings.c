/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The source of a capture device. */
#include "device/dv_timings.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "device/negotiate.h"

#define LOOK_NS (NS_PER_S / 10)
#define MAX_CHANGES 3    /* in a row; what comes then is left to its event, which is not forgotten */
#define SAME_RATE 0.0025 /* receivers measure the rate; 59.94 and 60 cannot be told apart */

static const struct absence {
	int err;
	const char *what;
} absences[] = {
	{ -ENOLINK, "there is no signal" },
	{ -ENOLCK, "the signal is not stable" },
	{ -ERANGE, "the signal is beyond what the device takes" },
};

static const char *absence(int err)
{
	for (size_t i = 0; i < ARRAY_SIZE(absences); i++)
		if (absences[i].err == err)
			return absences[i].what;
	return NULL;
}

static int rest(int signal_fd, int64_t deadline_ns)
{
	struct pollfd signal = { .fd = signal_fd, .events = POLLIN };
	struct timespec time = { .tv_nsec = LOOK_NS };

	if (deadline_ns && now_ns() >= deadline_ns)
		return -ETIMEDOUT;
	return ppoll(&signal, 1, &time, NULL) > 0 ? -ECANCELED : 0;
}

/* What they tell of is asked for next. */
static void forget_events(struct device *device)
{
	struct v4l2_event event;

	while (device_ioctl(device, VIDIOC_DQEVENT, &event) == 0)
		;
}

/* Not every driver tells by an event that the signal is back. */
int dv_timings_wait(struct device *device, int signal_fd, int64_t deadline_ns, struct video_source *source)
{
	const char *said = NULL, *what;
	int err;

	*source = (struct video_source){ 0 };
	while ((what = absence(err = device_ioctl(device, VIDIOC_QUERY_DV_TIMINGS, &source->timings)))) {
		if (what != said)
			log_warn("%s: %s: waiting for the source", device->path, what);
		said = what;
		err = rest(signal_fd, deadline_ns);
		if (err < 0)
			return err;
		forget_events(device);
	}
	source->has_timings = err == 0;
	/* Drivers of before 2013 say EINVAL. */
	if (err == 0 || err == -ENOTTY || err == -ENODATA || err == -EINVAL)
		return 0;
	return device_error(device, "VIDIOC_QUERY_DV_TIMINGS", err);
}

static double frame_rate(const struct v4l2_bt_timings *bt)
{
	double pixels = (double)V4L2_DV_BT_FRAME_WIDTH(bt) * V4L2_DV_BT_FRAME_HEIGHT(bt);

	return pixels > 0 ? (double)bt->pixelclock / pixels : 0;
}

static bool same(const struct v4l2_bt_timings *a, const struct v4l2_bt_timings *b)
{
	double rate = frame_rate(a);

	return a->width == b->width && a->height == b->height && a->interlaced == b->interlaced &&
	       fabs(rate - frame_rate(b)) <= rate * SAME_RATE;
}

static const char *scan(const struct v4l2_bt_timings *bt)
{
	return bt->interlaced ? " interlaced" : "";
}

static int compare_timings(struct device *device, const struct v4l2_bt_timings *now, char *text)
{
	struct v4l2_dv_timings set = { 0 };
	const struct v4l2_bt_timings *before = &set.bt;
	int err = device_ioctl(device, VIDIOC_G_DV_TIMINGS, &set);

	if (err < 0)
		return device_error(device, "VIDIOC_G_DV_TIMINGS", err);
	if (same(before, now))
		return 0;
	snprintf(text, DV_TIMINGS_TEXT_MAX, "%ux%u%s at %.4g fps to %ux%u%s at %.4g fps", before->width,
		 before->height, scan(before), frame_rate(before), now->width, now->height, scan(now),
		 frame_rate(now));
	return 1;
}

int dv_timings_compare(struct device *device, const struct video_format *format,
		       const struct video_source *source, char text[DV_TIMINGS_TEXT_MAX])
{
	struct video_format now;
	int err;

	if (source->has_timings && (err = compare_timings(device, &source->timings.bt, text)))
		return err;
	/* There are drivers that have set themselves to it. */
	err = negotiate_get_format(device, &now);
	if (err < 0 || (now.width == format->width && now.height == format->height))
		return err;
	snprintf(text, DV_TIMINGS_TEXT_MAX, "%ux%u to %ux%u", format->width, format->height, now.width,
		 now.height);
	return 1;
}

/* A change is often told of more than once; what counts is what the source sends after that. */
int dv_timings_apply(struct device *device, int signal_fd, int64_t deadline_ns,
		     const struct video_source *source)
{
	struct video_source set = *source, now;
	int err = 0;

	for (int left = MAX_CHANGES; set.has_timings; left--) {
		err = device_ioctl(device, VIDIOC_S_DV_TIMINGS, &set.timings);
		if (err < 0)
			return device_error(device, "VIDIOC_S_DV_TIMINGS", err);
		if (!left)
			return 0;
		forget_events(device);
		err = dv_timings_wait(device, signal_fd, deadline_ns, &now);
		if (err < 0 || !now.has_timings || same(&now.timings.bt, &set.timings.bt))
			return err;
		set = now;
	}
	return err;
}
