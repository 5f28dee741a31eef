/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events that tell whether another program reads from an output device. */
#include "device/reader_events.h"

#include <errno.h>
#include <string.h>
#include "base/log.h"

int reader_events_subscribe(struct device *device)
{
	struct v4l2_event_subscription subscription = { .type = READER_EVENT,
							.flags = V4L2_EVENT_SUB_FL_SEND_INITIAL };
	int err = device_ioctl(device, VIDIOC_SUBSCRIBE_EVENT, &subscription);

	if (err == 0)
		return 0;
	if (err != -EINVAL && err != -ENOTTY)
		return device_error(device, "VIDIOC_SUBSCRIBE_EVENT", err);
	log_error("%s: its driver (%s) does not report whether it is read, as v4l2loopback does from version "
		  "0.13 on: play without --on-demand",
		  device->path, device->info.driver);
	return -ENOTSUP;
}

void reader_events_parse(const struct v4l2_event *event, uint32_t *n_readers)
{
	if (event->type == READER_EVENT)
		memcpy(n_readers, event->u.data, sizeof *n_readers);
}
