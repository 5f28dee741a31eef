/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reports the frames lost while the program was stopped, as by ^Z. */
#ifndef SESSION_SUSPENSION_H
#define SESSION_SUSPENSION_H

#include <stdbool.h>
#include <stdint.h>

/* The caller sets the first two; the rest is zero. */
struct suspension {
	int resume_fd;       /* non-blocking signalfd of SIGCONT, read here; -1: none */
	int64_t awake_ns;    /* when the program was last seen running, on CLOCK_MONOTONIC */
	int64_t stopped_ns;  /* duration of a stop that was not reported yet; 0: none */
	uint32_t n_returned; /* frames since then */
};

/* Call it whenever the program runs. Returns whether it was stopped before. */
bool suspension_check(struct suspension *suspension, int64_t now_ns);
/* Call it for each frame while stopped_ns is set; lost: frames that the driver lost before it. Logs the stop
 * at the first gap, or that nothing was lost after n_buffers frames, for which the driver had buffers. */
void suspension_count(struct suspension *suspension, const char *device, uint64_t lost, uint32_t n_buffers);

#endif
