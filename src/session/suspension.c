/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reports the frames lost while the program was stopped, as by ^Z. */
#include "session/suspension.h"

#include <inttypes.h>
#include <unistd.h>
#include <sys/signalfd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"

/* Shorter stops are not detected, which saves a system call for each frame. */
#define MIN_STOP_NS (NS_PER_S / 10)

bool suspension_check(struct suspension *suspension, int64_t now_ns)
{
	int64_t away_ns = now_ns - suspension->awake_ns;
	struct signalfd_siginfo info;

	suspension->awake_ns = now_ns;
	if (away_ns < MIN_STOP_NS || suspension->resume_fd < 0 ||
	    read(suspension->resume_fd, &info, sizeof info) <= 0)
		return false;
	suspension->stopped_ns += away_ns;
	suspension->n_returned = 0;
	return true;
}

void suspension_count(struct suspension *suspension, const char *device, uint64_t lost, uint32_t n_buffers)
{
	if (!lost && ++suspension->n_returned <= n_buffers)
		return;
	log_warn("%s: stopped for %s s: %" PRIu64 " lost by the driver", device,
		 PLAIN_NUMBER((double)suspension->stopped_ns / NS_PER_S, 3), lost);
	suspension->stopped_ns = 0;
}
