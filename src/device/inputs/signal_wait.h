/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waits for the signal of a video source, by polling: not every driver sends events. */
#ifndef DEVICE_INPUTS_SIGNAL_WAIT_H
#define DEVICE_INPUTS_SIGNAL_WAIT_H

#include <stdint.h>

/* When to give up. */
struct signal_wait {
	int cancel_fd;       /* readable once the wait is to end; -1: none */
	int64_t deadline_ns; /* CLOCK_MONOTONIC; 0: none */
};

/* Waits a moment before the signal is queried again. Returns 0, -ETIMEDOUT or -ECANCELED. */
int signal_wait(const struct signal_wait *wait);

#endif
