/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Weaves the two fields of a frame, which are one after the other in a buffer (V4L2_FIELD_SEQ_TB, SEQ_BT) or
 * in two buffers (ALTERNATE), into an interlaced picture.
 */
#ifndef MEDIA_WRITE_WEAVER_H
#define MEDIA_WRITE_WEAVER_H

#include "media/frame.h"

struct weaver {
	struct video_format from;
	struct picture_layout from_layout, to_layout;
	struct pixfmt pix; /* of the woven pictures */
	AVBufferPool *pool;
};

/* Whether frames of the format need weaving: raw ones with these field orders. */
bool weaver_is_for(const struct video_format *format);
/* Sets *to to the format of the woven pictures: libavutil's layout, in one memory plane without padding. It
 * refers to the weaver. -EINVAL for a format whose sizes contradict each other. */
int weaver_open(struct weaver *weaver, const struct video_format *from, struct video_format *to);
/* Sets *woven, whose memory the caller owns. If a field is missing, the lines of the other one are doubled.
 * 0, -ENOMEM, or -EINVAL, logged, for a frame that is shorter than its picture. */
int weaver_weave(struct weaver *weaver, const struct frame *frame, struct frame *woven);
void weaver_close(struct weaver *weaver);

#endif
