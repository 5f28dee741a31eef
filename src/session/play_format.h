/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a file is and what an output device takes, brought together. */
#ifndef SESSION_PLAY_FORMAT_H
#define SESSION_PLAY_FORMAT_H

#include "device/negotiate.h"
#include "media/read/reader.h"

/* Sets the output device to the file's size, rate and colours, and to the pixel format that costs the picture
 * least: the file's own before any conversion, then the one that loses least (4:2:2 before 4:2:0 for a 4:2:2
 * source, …); for packets ("copy") the codec's own FourCC. What `wanted` asks for goes before what the file
 * says. A device that keeps a size of its own is taken as it is unless wanted->width says otherwise (the fit
 * then decides). Returns 0, or -ERANGE having said what the device takes. */
int meeting_negotiate(struct device *device, const struct reader_info *file,
		      const struct negotiate_request *wanted, struct video_format *format);

#endif
