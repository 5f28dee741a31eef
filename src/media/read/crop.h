/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which part of a frame is shown in which part of a frame of another size. */
#ifndef MEDIA_READ_CROP_H
#define MEDIA_READ_CROP_H

#include <libavutil/frame.h>
#include "base/units.h"

/* --fit: what to do with frames that have not the device's size. */
enum scaling {
	SCALING_LETTERBOX, /* scale in proportion, with black bars on two sides */
	SCALING_SCALE,     /* scale both directions on their own */
	SCALING_CROP,      /* scale in proportion, two edges cut off */
	SCALING_NONE,      /* refuse them */
	SCALING_PAD,       /* smaller ones go as they are into the upper left corner */
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

/* The sample aspect ratio where that of the device is the unit: `aspect` itself where `device` is 0/0. Ratios
 * that are hardly 1 are. */
AVRational crop_relative_aspect(AVRational aspect, struct fraction device);

/* aspect: sample aspect ratio of `from`, 0/x if unknown, as if the device's samples were square. Returns 0,
 * or -ERANGE where the sizes differ and scaling is SCALING_NONE, or the frame is larger with SCALING_PAD. Of
 * frames that have the device's size and are to be shown as they are, both rectangles are the whole. */
int crop_find(enum scaling scaling, struct frame_shape from, AVRational aspect, struct frame_shape to,
	      struct crop *crop);

/* The size of a picture with square samples that shows one of this sample aspect ratio with no row or column
 * less. Even where that is another size, as formats with subsampled chroma need it. */
void crop_square_size(AVRational aspect, uint32_t *width, uint32_t *height);

/* Advances each plane's pointer to the sample at x, y, both aligned to the chroma subsampling. */
void crop_offset_planes(enum AVPixelFormat format, int x, int y, uint8_t *data[], const int linesize[]);

#endif
