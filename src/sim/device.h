/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The simulated device: a V4L2 device in the program, to the kernel's rules, that misbehaves when told
 * to.
 */
#ifndef SIM_DEVICE_H
#define SIM_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/pixfmt.h"

struct sim_options;

/* The keys after "sim:", for help and `v4l2q list -d sim`; ended by a NULL key. */
struct sim_key {
	const char *key, *argument, *help;
	int (*parse)(struct sim_options *options, size_t offset,
		     const char *value); /* these two are the simulator's own */
	size_t offset;
};
extern const struct sim_key sim_keys[];

/* The test picture. Draws frame `number` of the format into planes[], rows bytesperline apart; -ENOTSUP for
 * formats that it cannot draw. The same number and format give the same bytes, padding left alone. */
int sim_picture_draw(const struct video_format *format, uint32_t number, uint8_t *const planes[MAX_PLANES]);
/* The number that the picture carries, read from its marks (which survive a lossy codec); -1 where there is
 * none. luma: 8-bit luma rows, stride bytes apart. */
int64_t sim_picture_number(const uint8_t *luma, uint32_t stride, uint32_t width, uint32_t height);

#endif
