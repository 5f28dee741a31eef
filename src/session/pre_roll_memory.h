/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The share of --memory for the pre-roll. */
#ifndef SESSION_PRE_ROLL_MEMORY_H
#define SESSION_PRE_ROLL_MEMORY_H

#include <stdint.h>
#include "base/video_format.h"

/* The most that it may use. The rest is the queue's. */
uint64_t pre_roll_memory_limit(uint64_t memory);
/* The memory that the queue leaves to it. */
uint64_t pre_roll_memory_reserved(const struct video_format *format, int64_t length_ns, uint64_t memory);
/* Returns 0; or -EINVAL, logged with the calculation, if the raw frames do not fit. */
int pre_roll_memory_check(const struct video_format *format, int64_t length_ns, uint64_t memory);

#endif
