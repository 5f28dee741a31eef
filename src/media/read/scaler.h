/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Draws decoded frames into the target's buffers, converted and scaled where necessary. */
#ifndef MEDIA_READ_SCALER_H
#define MEDIA_READ_SCALER_H

#include "media/converter.h"
#include "media/read/target.h"

/* Zeroed before scaler_open(); scaler_close() takes a half-open one. */
struct scaler {
	const struct target *target;
	enum scaling scaling;
	struct converter converter;
	AVFrame *from, *to; /* the rectangles of `crop`, as passed to the converter */
	AVFrame *aligned;   /* drawn into in place of `to` if its rows are not aligned; NULL until then */
	AVFrame *whole;     /* drawn into in place of a buffer that libav cannot use; NULL until then */
	struct crop crop;   /* for frames of this shape and sample aspect ratio: */
	struct frame_shape shape;
	AVRational aspect;
};

/* The target must have a layout and outlive the scaler. 0 or -ENOMEM, logged. */
int scaler_open(struct scaler *scaler, const struct target *target, enum scaling scaling);
void scaler_close(struct scaler *scaler);

/* Whether frames of this shape can be shown: 0, or -ERANGE, logged. */
int scaler_check(struct scaler *scaler, struct frame_shape shape, AVRational aspect);
/* Whether frames of the shape checked last have the target's size and need no scaling. */
bool scaler_is_whole(const struct scaler *scaler);
/* Draws the frame into the buffer and sets the buffer's payload and copied_bytes. A frame in the target's
 * format is copied; others take one pass of libswscale, and a copy where the buffer's layout or the alignment
 * of its rows is not suitable for libswscale. 0 or a negative errno, logged. */
int scaler_draw(struct scaler *scaler, const AVFrame *frame, struct frame *buffer);

#endif
