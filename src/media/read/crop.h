/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a picture goes in another of another size. */
#ifndef MEDIA_READ_CROP_H
#define MEDIA_READ_CROP_H

#include "media/read/reader.h"

struct frame_shape {
	enum AVPixelFormat format; /* whose chroma samples are not to be cut in two */
	int width, height;
};

/* A part of the picture into a part of the target. */
struct crop {
	struct {
		int x, y, width, height;
	} from, to;
};

/* aspect: of the picture's samples, 0 where it is not known; the target's are square. 0, or -ERANGE for sizes
 * that differ and SCALING_NONE. */
int crop_find(enum scaling scaling, struct frame_shape from, AVRational aspect, struct frame_shape to,
	      struct crop *place);

/* Moves plane pointers to the sample at x, y. */
void crop_offset_planes(enum AVPixelFormat format, int x, int y, uint8_t *data[], const int linesize[]);

#endif
