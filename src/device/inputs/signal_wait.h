/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for the signal of a video source, which not every driver announces. */
#ifndef DEVICE_INPUTS_SIGNAL_WAIT_H
#define DEVICE_INPUTS_SIGNAL_WAIT_H

#include <stdint.h>

/* When to give up. */
struct signal_wait {
	int cancel_fd;       /* is readable; -1: never */
	int64_t deadline_ns; /* CLOCK_MONOTONIC; 0: never */
};

/* Waits for a moment, after which to query the signal again. Returns 0, -ETIMEDOUT or -ECANCELED. */
int signal_wait(const struct signal_wait *wait);

#endif
