/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The test pattern of the simulated device: drawing it, and reading its frame number. */
#ifndef SIM_TEST_PATTERN_H
#define SIM_TEST_PATTERN_H

#include <stdint.h>
#include "base/video_format.h"

/*
 * All draw into planes[], one pointer a memory plane, rows format->bytesperline apart; padding is left as it
 * is. The same format and number give the same bytes. Return 0, or -ENOTSUP for a format that cannot be
 * drawn: compressed, paletted, or of more than 8 bits a component.
 */
int sim_test_pattern_draw(const struct video_format *format, uint32_t number,
			  uint8_t *const planes[MAX_PLANES]);
/* The part that all frames share, and the part that depends on the number: sim_test_pattern_draw() in two
 * halves. */
int sim_test_pattern_background(const struct video_format *format, uint8_t *const planes[MAX_PLANES]);
int sim_test_pattern_foreground(const struct video_format *format, uint32_t number,
				uint8_t *const planes[MAX_PLANES]);
/* Nothing but black. */
int sim_test_pattern_black(const struct video_format *format, uint8_t *const planes[MAX_PLANES]);
/* Only the marks that sim_test_pattern_number() reads. */
int sim_test_pattern_marks(const struct video_format *format, uint32_t number,
			   uint8_t *const planes[MAX_PLANES]);

/*
 * The frame number, read from the marks, which survive lossy coding. luma: 8-bit samples, rows stride bytes
 * apart. Returns -1 when there are no valid marks.
 */
int64_t sim_test_pattern_number(const uint8_t *luma, uint32_t stride, uint32_t width, uint32_t height);

#endif
