/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events that tell whether another program reads from an output device, as v4l2loopback sends them from
 * version 0.13 on (V4L2_EVENT_PRI_CLIENT_USAGE): when a reader begins or ends to stream, and on subscription.
 * The kernel has no such event.
 */
#ifndef DEVICE_READER_EVENTS_H
#define DEVICE_READER_EVENTS_H

#include "device/device.h"

#define READER_EVENT (V4L2_EVENT_PRIVATE_START + 0x08e00000 + 1)

/* Subscribes to the event, the current state included. Returns 0, -ENOTSUP where the driver has no such
 * event, or another negative errno, logged. */
int reader_events_subscribe(struct device *device);
/* Sets *n_readers for an event of this type: 0 without readers, otherwise not 0. */
void reader_events_parse(const struct v4l2_event *event, uint32_t *n_readers);

#endif
