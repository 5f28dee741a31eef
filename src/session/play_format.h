/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Negotiates the format of an output device for a file. */
#ifndef SESSION_PLAY_FORMAT_H
#define SESSION_PLAY_FORMAT_H

#include "device/format/negotiate.h"
#include "device/nodes/conversion.h"
#include "media/read/reader.h"

/* Sets the output device to the file's size, frame rate and colours, and to the pixel format that loses
 * least: the file's own, else one that its frames can be converted to (for 4:2:2, 4:2:2 before 4:2:0); for
 * packets ("copy") to the codec's FourCC. Pictures of another sample aspect ratio than the device's get the
 * size that shows them undistorted, unless the file's is 0/0. `wanted` takes precedence. Another size of the
 * device is accepted unless wanted->width is set. only: the formats that the source can deliver; NULL: any.
 * Returns 0; -ERANGE, logged with what the device offers; or another negative errno, logged. */
int play_format_negotiate(struct device *device, const struct reader_info *file,
			  const struct negotiate_request *wanted, const struct conversion_formats *only,
			  struct video_format *format);
/* A converter node scales frames to the whole frame of the device: whether `scaling` permits that. Returns 0
 * or -ERANGE, logged. */
int play_format_check_stretch(const char *node, const struct video_format *from,
			      const struct video_format *to, enum scaling scaling);

#endif
