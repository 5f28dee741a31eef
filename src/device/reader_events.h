/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether somebody reads what is shown on a virtual camera. The kernel has no event for it.
 * v4l2loopback has one of its own from version 0.13 on: it comes when a reader begins or ends to
 * stream, and with the present state at the subscription where that is asked for.
 */
#ifndef DEVICE_READER_EVENTS_H
#define DEVICE_READER_EVENTS_H

#include "device/device.h"

#define READER_EVENT (V4L2_EVENT_PRIVATE_START + 0x08e00000 + 1)

/* Asks to be told by events. -ENOTSUP where the device has none of it; logged. */
int reader_events_subscribe(struct device *device);
/* Whether the event tells of it; then *n_readers is how many there are: 0 or, as far as one can rely on, 1.
 */
bool reader_events_parse(const struct v4l2_event *event, uint32_t *n_readers);

#endif
