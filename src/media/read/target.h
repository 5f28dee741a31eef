/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The caller's buffers that frames are read into: their format, and where the planes of a frame lie in them.
 */
#ifndef MEDIA_READ_TARGET_H
#define MEDIA_READ_TARGET_H

#include "media/frame.h"
#include "media/read/crop.h"

/* Set format, acquire and opaque. Constant after target_init_layout(), so that decoder threads may use it. */
struct target {
	struct video_format format;
	int (*acquire)(void *opaque, bool wait, struct frame *buffer); /* see reader_target */
	void *opaque;
	struct picture_layout layout; /* of raw frames */
};

/* Raw formats only. 0, or -ERANGE, logged. */
int target_init_layout(struct target *target);

/* Returns an empty buffer, whose reference the caller owns. Returns what acquire() did, or -EMSGSIZE, not
 * logged, where a plane is smaller than sizeimage; buffer->memory is NULL then. */
int target_acquire(const struct target *target, bool wait, struct frame *buffer);

struct frame_shape target_shape(const struct target *target);
bool target_has_shape(const struct target *target, struct frame_shape shape);
/* Whether frames of this kind need no conversion or scaling for the target. */
bool target_accepts(const struct target *target, struct frame_shape shape, enum AVColorRange range,
		    enum AVColorSpace matrix);

/* Sets data and linesize as in an AVFrame in this buffer, whose layout must be usable by libav. */
void target_planes(const struct target *target, const struct frame *buffer, uint8_t *data[4],
		   int linesize[4]);
/* Whether the frame's planes are where target_planes() puts them in this buffer. */
bool target_contains(const struct target *target, const struct frame *buffer, const AVFrame *frame);
/* Sets n_planes and planes[].bytes: sizeimage, which is less than the length of the buffer. */
void target_set_payload(const struct target *target, struct frame *frame);

#endif
