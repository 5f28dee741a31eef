/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Maps a frame to one of another size: source and destination rectangles. */
#ifndef MEDIA_READ_CROP_H
#define MEDIA_READ_CROP_H

#include <libavutil/frame.h>
#include "base/units.h"

/* --fit: what to do with frames that do not have the device's size. */
enum scaling {
	SCALING_LETTERBOX, /* scale in proportion, with black bars on two sides */
	SCALING_SCALE,     /* scale each direction on its own */
	SCALING_CROP,      /* scale in proportion, and cut off two edges */
	SCALING_NONE,      /* refuse them */
	SCALING_PAD,       /* smaller frames are put in the upper left corner, unscaled */
};

struct frame_shape {
	enum AVPixelFormat format; /* rectangles are aligned to its chroma subsampling */
	int width, height;
};

/* V4L2 calls them the crop and the compose rectangle. */
struct crop {
	struct {
		int x, y, width, height;
	} from, to;
};

/* The sample aspect ratio divided by that of the device; `aspect` itself where `device` is 0/0. A ratio that
 * is nearly 1 becomes 1. */
AVRational crop_relative_aspect(AVRational aspect, struct fraction device);

/* aspect: sample aspect ratio of `from` relative to the device's, 0/x if unknown. Returns 0, or -ERANGE where
 * the sizes differ with SCALING_NONE, or the frame is larger with SCALING_PAD. For frames that have the
 * device's size and need no scaling both rectangles are the whole frame. */
int crop_find(enum scaling scaling, struct frame_shape from, AVRational aspect, struct frame_shape to,
	      struct crop *crop);

/* The smallest size with square samples at which a picture of this sample aspect ratio loses no row or
 * column. Even where it is another size, as formats with subsampled chroma need it. */
void crop_square_size(AVRational aspect, uint32_t *width, uint32_t *height);

/* Advances each plane's pointer to the sample at x, y, both aligned to the chroma subsampling. */
void crop_offset_planes(enum AVPixelFormat format, int x, int y, uint8_t *data[], const int linesize[]);

#endif
