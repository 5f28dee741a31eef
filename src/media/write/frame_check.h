/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks the length of a frame against its format. */
#ifndef MEDIA_WRITE_FRAME_CHECK_H
#define MEDIA_WRITE_FRAME_CHECK_H

#include "media/frame.h"

/* layout: of raw frames; all zero for others. 0, or -EINVAL, logged. */
int frame_check(const struct frame *frame, const struct video_format *format,
		const struct picture_layout *layout);

#endif
