/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The share of --memory for the pre-roll. */
#include "session/pre_roll_memory.h"

#include <errno.h>
#include "base/clock.h"
#include "base/log.h"

uint64_t pre_roll_memory_limit(uint64_t memory)
{
	return memory / 4 * 3;
}

/* The memory for raw frames of this duration; 0: not known in advance. */
static uint64_t memory_needed(const struct video_format *format, int64_t length_ns)
{
	double frames = (double)length_ns / NS_PER_S * fraction_value(format->fps);

	if (video_format_is_compressed(format) || fraction_value(format->fps) <= 0)
		return 0;
	/* The frame that is as old, and the one after the last. */
	return (uint64_t)((frames + 2) * (double)video_format_bytes(format));
}

uint64_t pre_roll_memory_reserved(const struct video_format *format, int64_t length_ns, uint64_t memory)
{
	uint64_t needed = memory_needed(format, length_ns), limit = pre_roll_memory_limit(memory);

	return needed && needed < limit ? needed : limit;
}

int pre_roll_memory_check(const struct video_format *format, int64_t length_ns, uint64_t memory)
{
	uint64_t needed = memory_needed(format, length_ns), limit = pre_roll_memory_limit(memory);
	char fourcc[FOURCC_TEXT_MAX], takes[BYTES_TEXT_MAX], has[BYTES_TEXT_MAX], all[BYTES_TEXT_MAX];

	if (needed <= limit)
		return 0;
	log_error("--pre-roll %.6gs of %ux%u %s at %.6g fps takes %s, and three quarters of --memory %s are "
		  "%s: give it --memory %lluM, a shorter time, or --codec an encoder",
		  (double)length_ns / NS_PER_S, format->width, format->height,
		  fourcc_text(format->fourcc, fourcc), fraction_value(format->fps), bytes_text(needed, takes),
		  bytes_text(memory, all), bytes_text(limit, has),
		  (unsigned long long)(needed / 3 * 4 >> 20) + 1);
	return -EINVAL;
}
