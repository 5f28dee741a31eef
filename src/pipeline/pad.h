/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The settings of a pad of a sub-device (kernel documentation, "Sub-device Interface"). which:
 * V4L2_SUBDEV_FORMAT_ACTIVE, or _TRY for the formats that the open node stores without an effect on the
 * hardware. The entity must be open. Nothing here logs.
 */
#ifndef PIPELINE_PAD_H
#define PIPELINE_PAD_H

#include <linux/v4l2-subdev.h>
#include "base/units.h"
#include "pipeline/graph.h"

/* Return 0 or a negative errno; those that set something leave the driver's answer in their argument. */
int pad_get_format(const struct pad *pad, uint32_t which, struct v4l2_mbus_framefmt *format);
int pad_set_format(const struct pad *pad, uint32_t which, struct v4l2_mbus_framefmt *format);
int pad_get_selection(const struct pad *pad, uint32_t which, uint32_t target, struct v4l2_rect *rect);
int pad_set_selection(const struct pad *pad, uint32_t which, uint32_t target, struct v4l2_rect *rect);
/* The frame interval of a sensor's pad, in seconds; always the active one: open nodes try intervals only with
 * V4L2_SUBDEV_CLIENT_CAP_INTERVAL_USES_WHICH. */
int pad_get_interval(const struct pad *pad, struct v4l2_fract *interval);
int pad_set_interval(const struct pad *pad, struct v4l2_fract *interval);
/* Sets *code to the pad's bus code at that index. Returns false past the last one. */
bool pad_enum_code(const struct pad *pad, uint32_t index, uint32_t *code);
/* Sets *size to the frame size, or range of sizes, at that index for a bus code. Returns false past the last
 * one. */
bool pad_enum_size(const struct pad *pad, uint32_t code, uint32_t index,
		   struct v4l2_subdev_frame_size_enum *size);

/* Sets *fps to the rate at that index among those of the pad for the format. Returns false past the last one.
 */
bool pad_enum_rate(const struct pad *pad, const struct v4l2_mbus_framefmt *format, uint32_t index,
		   struct fraction *fps);
/* Whether the pad lists the rate for the format, or lists no rates at all. */
bool pad_has_rate(const struct pad *pad, const struct v4l2_mbus_framefmt *format, struct fraction fps);

/* Whether a link can join two pads with these formats, as v4l2_subdev_link_validate_default() of the kernel.
 */
bool pad_formats_match(const struct v4l2_mbus_framefmt *source, const struct v4l2_mbus_framefmt *sink);
/* Whether both are equal, including colorimetry, so that a pad with one need not be set to the other. */
bool pad_formats_equal(const struct v4l2_mbus_framefmt *a, const struct v4l2_mbus_framefmt *b);
/* "SRGGB8_1X8 640x480" into text, which is returned. */
#define PAD_FORMAT_TEXT_MAX 64
char *pad_format_text(const struct v4l2_mbus_framefmt *format, char text[PAD_FORMAT_TEXT_MAX]);

#endif
