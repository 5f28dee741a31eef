/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame rate that a few frames show, for files that hold a rate in place of times. */
#ifndef SESSION_MEASURED_RATE_H
#define SESSION_MEASURED_RATE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/units.h"

/* times_ns: of n frames in a row, n at most MEASURED_RATE_FRAMES; claimed: by the device, 0/0: no rate. The
 * claim holds where the frames agree with it; with `multiples` also where they are every second one of it, or
 * third …: cameras leave out frames in the dark. Otherwise it is the usual rate that they agree with, or
 * theirs. Fewer than two frames show none. */
#define MEASURED_RATE_FRAMES 6
struct fraction measured_rate(const int64_t *times_ns, unsigned n, struct fraction claimed, bool multiples);

#endif
