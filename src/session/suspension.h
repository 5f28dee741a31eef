/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a recording lost while the program was stopped, as by ^Z. */
#ifndef SESSION_SUSPENSION_H
#define SESSION_SUSPENSION_H

#include <stdbool.h>
#include <stdint.h>

/* The caller sets the first two; the rest is zero. */
struct suspension {
	int resume_fd;       /* non-blocking signalfd of SIGCONT, read here; -1: none */
	int64_t awake_ns;    /* when the program last was seen to run, on CLOCK_MONOTONIC */
	int64_t stopped_ns;  /* for so long, which is not told yet; 0: it was not */
	uint32_t n_returned; /* frames since then */
};

/* To be called whenever the program ran. Whether it was stopped before. */
bool suspension_check(struct suspension *suspension, int64_t now_ns);
/* To be called for each frame while stopped_ns is set, `lost` of which the driver lost before it. Tells of
 * the stop at the first gap, or that there was none after the n_buffers frames that the driver had room for.
 */
void suspension_count(struct suspension *suspension, const char *device, uint64_t lost, uint32_t n_buffers);

#endif
