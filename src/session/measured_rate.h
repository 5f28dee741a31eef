/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Measures the frame rate over a few frames, for files that store a rate instead of timestamps. */
#ifndef SESSION_MEASURED_RATE_H
#define SESSION_MEASURED_RATE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/units.h"

/* times_ns: the times of n consecutive frames, n at most MEASURED_RATE_FRAMES. claimed: nominal rate of the
 * device, 0/0: none. Returns the nominal rate if the frames agree with it; with `multiples` also if they come
 * at a fraction of it (1/2, 1/3, …), as cameras skip frames in the dark. Otherwise the usual rate that they
 * agree with, or the measured one. 0/0 for fewer than two frames. */
#define MEASURED_RATE_FRAMES 6
struct fraction measured_rate(const int64_t *times_ns, unsigned n, struct fraction claimed, bool multiples);

#endif
