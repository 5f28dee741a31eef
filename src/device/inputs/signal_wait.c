/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waits for the signal of a video source. */
#include "device/inputs/signal_wait.h"

#include <errno.h>
#include <poll.h>
#include <time.h>
#include "base/clock.h"

#define QUERY_INTERVAL_NS (NS_PER_S / 10)

int signal_wait(const struct signal_wait *wait)
{
	struct pollfd cancel = { .fd = wait->cancel_fd, .events = POLLIN };
	struct timespec time = { .tv_nsec = QUERY_INTERVAL_NS };

	if (wait->deadline_ns && now_ns() >= wait->deadline_ns)
		return -ETIMEDOUT;
	return ppoll(&cancel, 1, &time, NULL) > 0 ? -ECANCELED : 0;
}
