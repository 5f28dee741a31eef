/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Converts frames of a capture device into an output device's buffers. */
#ifndef SESSION_RELAY_CONVERT_H
#define SESSION_RELAY_CONVERT_H

#include "media/read/scaler.h"
#include "queue/buffer.h"

/* Zero to begin with. */
struct relay_converter {
	struct target target;
	struct scaler scaler;
	struct video_format from;
	struct picture_layout layout; /* of `from` */
	AVFrame *frame;
};

/* Returns 0; -ERANGE (libswscale cannot, or the sizes differ with SCALING_NONE), or -ENOMEM, logged. */
int relay_converter_open(struct relay_converter *converter, const struct video_format *from,
			 const struct video_format *to, enum scaling scaling);
/* For pool_link.fill; opaque is the converter. */
int relay_converter_fill(void *opaque, const struct buffer *from, struct buffer *to);
/* Takes a half-open one, which is then as one that was not opened. */
void relay_converter_close(struct relay_converter *converter);

#endif
